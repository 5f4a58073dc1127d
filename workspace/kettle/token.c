#include "token.h"

#include "file.h"
#include "prompt.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define LINE_START TOKEN_VARIABLE "="

void token_wipe(struct token *token)
{
	explicit_bzero(token, sizeof *token);
}

bool token_is_sound(const char *text, size_t size)
{
	if (!size || size >= sizeof((struct token *)NULL)->text)
		return false;
	for (size_t i = 0; i < size; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return true;
}

static void token_set(struct token *token, const char *text, size_t size, const char *from)
{
	memcpy(token->text, text, size);
	token->text[size] = '\0';
	snprintf(token->from, sizeof token->from, "%s", from);
}

int token_from_variable(struct token *token, struct err *err)
{
	const char *text = getenv(TOKEN_VARIABLE);
	if (!text || !*text)
		return 0;
	if (!token_is_sound(text, strlen(text)))
		return err_set(err, EX_USAGE,
			       TOKEN_VARIABLE ": not a token: it is too long, or has spaces or the like");
	token_set(token, text, strlen(text), TOKEN_VARIABLE);
	return 0;
}

/* spec: XDG Base Directory Specification: a relative path there is as good as none. */
static const char *folder_variable(const char *name)
{
	const char *value = getenv(name);
	return value && *value == '/' ? value : NULL;
}

char *token_place(const char *host, struct err *err)
{
	const char *config = folder_variable("XDG_CONFIG_HOME"), *home = folder_variable("HOME");
	bool is_other = strcmp(host, "api.github.com") != 0;
	char *place = NULL;
	if (!config && !home) {
		err_set(err, EX_USAGE, "no place for credentials: set HOME or XDG_CONFIG_HOME");
		return NULL;
	}
	if (asprintf(&place, "%s%s/kettle/credentials%s%s", config ? config : home, config ? "" : "/.config",
		     is_other ? "-" : "", is_other ? host : "") >= 0)
		return place;
	err_system(err, EX_OSERR, "path");
	return NULL;
}

static int check_owner(int fd, struct err *err)
{
	struct stat st;
	if (fstat(fd, &st))
		return err_system(err, EX_IOERR, "cannot read");
	if (!S_ISREG(st.st_mode))
		return err_bad(err, "not a regular file");
	if (st.st_uid != geteuid())
		return err_bad(err, "belongs to somebody else, so its token is not used");
	if (st.st_mode & (S_IRWXG | S_IRWXO))
		return err_bad(err, "others may read or write it, so its token is not used: chmod 600 it");
	return 0;
}

static int line_read(char *text, size_t size, const char *place, struct token *token, struct err *err)
{
	size_t start = strlen(LINE_START);
	if (size && text[size - 1] == '\n')
		size--;
	if (size <= start || memcmp(text, LINE_START, start) || !token_is_sound(text + start, size - start))
		return err_bad(err, "not one line " LINE_START "TOKEN: mend it or remove it");
	token_set(token, text + start, size - start, "");
	snprintf(token->from, sizeof token->from, "stored; remove %s to be asked for another", place);
	return 0;
}

int token_load(const char *place, struct token *token, struct err *err)
{
	char text[sizeof token->text + sizeof LINE_START];
	/* Without O_NONBLOCK the open of a FIFO would wait for a writer. */
	cleanup_fd int fd = open(place, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0)
		return err_system(err, EX_IOERR, "%s: cannot open", place);
	int status = check_owner(fd, err);
	ssize_t size = status ? -1 : file_fill(fd, text, sizeof text, err);
	if (size >= 0)
		status = line_read(text, (size_t)size, place, token, err);
	explicit_bzero(text, sizeof text);
	return size < 0 || status ? err_prefix(err, "%s", place) : 0;
}

/* Every folder above the file. */
static int make_folders(const char *place, struct err *err)
{
	cleanup_free char *path = strdup(place);
	if (!path)
		return err_system(err, EX_OSERR, "path");
	for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		/* A folder that is there may refuse for other reasons than EEXIST; the file will tell. */
		if (mkdir(path, 0700) && errno == ENOENT)
			return err_system(err, EX_CANTCREAT, "%s", path);
		*slash = '/';
	}
	return 0;
}

int token_save(const char *place, const struct token *token, struct err *err)
{
	char line[sizeof token->text + sizeof LINE_START + 1];
	if (make_folders(place, err))
		return -1;
	snprintf(line, sizeof line, LINE_START "%s\n", token->text);
	/* So that nobody else can open it at any moment. */
	mode_t mask = umask(S_IRWXG | S_IRWXO);
	int status = file_save(place, line, strlen(line), err);
	umask(mask);
	explicit_bzero(line, sizeof line);
	return status ? err_prefix(err, "%s", place) : 0;
}

int token_ask(struct token *token, struct err *err)
{
	char line[sizeof token->text + 1];
	int length = prompt_secret("Token (not shown): ", line, sizeof line, err);
	if (length >= 0 && !token_is_sound(line, (size_t)length))
		length = err_bad(err, "that is not a token: it is empty, too long, or has spaces or the like");
	else if (length >= 0)
		token_set(token, line, (size_t)length, "typed");
	explicit_bzero(line, sizeof line);
	return length < 0 ? -1 : 0;
}
