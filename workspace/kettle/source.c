#include "source.h"

#include "file.h"
#include "hex.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* spec: RFC 3986 section 3.1. Bytes of the scheme with its colon, 0 when text is a plain path. */
static size_t scheme_size(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	if (!strspn(text, letters))
		return 0;
	size_t size = 1;
	while (text[size] && (strchr(letters, text[size]) || strchr("0123456789+-.", text[size])))
		size++;
	bool is_url = !strncmp(text + size, "://", 3) || !strncasecmp(text, "file:", 5);
	return is_url ? size + 1 : 0;
}

static char *percent_decode(const char *text, struct err *err)
{
	cleanup_free char *decoded = malloc(strlen(text) + 1);
	if (!decoded) {
		err_system(err, EX_OSERR, "URL");
		return NULL;
	}
	char *out = decoded;
	for (; *text; text++) {
		if (*text != '%') {
			*out++ = *text;
			continue;
		}
		int high = hex_digit(text[1]), low = high < 0 ? -1 : hex_digit(text[2]);
		if (low < 0 || high + low == 0) {
			err_bad(err, "%s in the URL", low < 0 ? "'%' without two hexadecimal digits" : "'%00'");
			return NULL;
		}
		*out++ = (char)(high << 4 | low);
		text += 2;
	}
	*out = '\0';
	return steal(&decoded);
}

/* spec: RFC 8089 section 2, the form with an authority, which must be empty or this machine. */
static char *file_url_path(const char *rest, struct err *err)
{
	static const char *const hosts[] = {"///", "//localhost/"};
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		size_t size = strlen(hosts[i]) - 1;
		if (strncasecmp(rest, hosts[i], size + 1))
			continue;
		if (!strpbrk(rest, "?#"))
			return percent_decode(rest + size, err);
		err_bad(err, "a file URL has no '?' and no '#'");
		return NULL;
	}
	err_bad(err, "a file URL is file:///PATH, on this machine");
	return NULL;
}

char *source_path(const char *text, const char *folder, struct err *err)
{
	size_t scheme = scheme_size(text);
	if (scheme == 5 && !strncasecmp(text, "file:", 5))
		return file_url_path(text + scheme, err);
	if (scheme) {
		err_bad(err, "not supported by this version: '%.*s' URLs (a path or a file:// URL is)", (int)scheme - 1,
			text);
		return NULL;
	}
	if (!*text) {
		err_bad(err, "empty");
		return NULL;
	}
	char *path = NULL;
	bool is_whole = *text == '/' || !folder;
	if (asprintf(&path, "%s%s%s", is_whole ? "" : folder, is_whole ? "" : "/", text) >= 0)
		return path;
	err_system(err, EX_OSERR, "path");
	return NULL;
}

int source_load(const char *path, size_t cap, struct bytes *into, struct err *err)
{
	struct stat st;
	/* Without O_NONBLOCK the open of a FIFO would wait for a writer. */
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 || fstat(fd, &st))
		return err_system(err, EX_IOERR, "cannot open");
	if (!S_ISREG(st.st_mode))
		return err_bad(err, "not a regular file");
	return file_read(fd, cap, into, err);
}
