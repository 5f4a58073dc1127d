#include "source.h"

#include "fetch.h"
#include "file.h"
#include "hex.h"
#include "http_url.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

static const char pin_mark[] = "#sha256=";

void source_free(struct source *source)
{
	free(source->place);
	free(source->text);
	free(source->base);
	*source = (struct source){0};
}

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

/* The pin of a name, which is cut off. Any other '#' is part of a path, and for a URL's reader to refuse. */
static int pin_read(char *name, struct source *source, struct err *err)
{
	uint8_t raw[SHA256_SIZE];
	char *pin = strstr(name, pin_mark);
	if (!pin)
		return 0;
	if (hex_read(pin + strlen(pin_mark), raw, sizeof raw))
		return err_bad(err, "%s is not followed by %d hexadecimal digits and the end", pin_mark,
			       2 * SHA256_SIZE);
	hex_write(raw, sizeof raw, source->pin);
	*pin = '\0';
	return 0;
}

static int url_read(const char *name, struct source *source, struct err *err)
{
	struct http_url url;
	if (http_url_parse(name, &url, err))
		return -1;
	if (strchr(name, '#'))
		return err_bad(err, "a URL's '#' can only begin a pin, %s and 64 hexadecimal digits", pin_mark);
	if (!url.is_tls && !http_url_is_loopback(&url))
		return err_bad(err, "http:// is for this machine's own addresses only; use https://");
	source->is_remote = true;
	source->place = strdup(name);
	return source->place ? 0 : err_system(err, EX_OSERR, "URL");
}

/* Beside what it was found in, at a URL. */
static int url_join(const char *name, const char *base, struct source *source, struct err *err)
{
	struct http_url at, url;
	if (http_url_parse(base, &at, err) || http_url_join(&at, name, &url, err))
		return -1;
	cleanup_free char *text = http_url_text(&url, err);
	return text ? url_read(text, source, err) : -1;
}

/* Beside what it was found in, in a folder. */
static int path_join(const char *name, const char *base, struct source *source, struct err *err)
{
	const char *slash = base && *name != '/' ? strrchr(base, '/') : NULL;
	int folder = slash ? (int)(slash - base) + 1 : 0;
	bool is_beside = base && *name != '/' && !slash;
	if (asprintf(&source->place, "%s%.*s%s", is_beside ? "./" : "", folder, folder ? base : "", name) >= 0)
		return 0;
	source->place = NULL;
	return err_system(err, EX_OSERR, "path");
}

static int place_read(const char *name, const struct source *base, struct source *source, struct err *err)
{
	size_t scheme = scheme_size(name);
	if (!*name)
		return err_bad(err, "empty");
	if (scheme == 5 && !strncasecmp(name, "file:", 5)) {
		source->place = file_url_path(name + scheme, err);
		return source->place ? 0 : -1;
	}
	if (scheme && strncasecmp(name, "https:", scheme) && strncasecmp(name, "http:", scheme))
		return err_bad(err, "'%.*s' URLs are not supported (a path, file:// and https:// are)", (int)scheme - 1,
			       name);
	if (scheme)
		return url_read(name, source, err);
	if (base && base->is_remote)
		return url_join(name, base->base, source, err);
	if (base && base->text && *name != '/')
		return err_bad(err,
			       "'%s' is relative, and a manifest given as text is in no place; write an absolute "
			       "path or a URL",
			       name);
	return path_join(name, base ? base->base : NULL, source, err);
}

static int text_read(const char *text, struct source *source, struct err *err)
{
	source->text = strdup(text);
	source->place = strdup("the manifest given as text");
	return source->text && source->place ? 0 : err_system(err, EX_OSERR, "text");
}

int source_name(const char *name, const struct source *base, struct source *source, struct err *err)
{
	cleanup_source struct source read = {0};
	cleanup_free char *text = strdup(name);
	if (!text)
		return err_system(err, EX_OSERR, "name");
	if (!base && *name == '{') {
		if (text_read(name, &read, err))
			return -1;
	} else if (pin_read(text, &read, err) || place_read(text, base, &read, err)) {
		return -1;
	}
	read.base = strdup(read.place);
	if (!read.base)
		return err_system(err, EX_OSERR, "name");
	*source = read;
	read = (struct source){0};
	return 0;
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

int source_check(const struct bytes *bytes, const char *sha256, const char *who, const char *advice, struct err *err)
{
	char digest[DIGEST_HEX_MAX];
	if (digest_bytes(SHA256, bytes->data, bytes->size, digest, err))
		return -1;
	if (strcmp(digest, sha256))
		return err_set(err, STATUS_FALSE, "sha256 is %s, the %s says %s%s", digest, who, sha256, advice);
	return 0;
}

int source_get(struct source *source, const struct supervisor *supervisor, size_t cap, struct bytes *into,
	       struct err *err)
{
	if (source->text)
		return bytes_add(into, source->text, strlen(source->text), err);
	if (!source->is_remote && source_load(source->place, cap, into, err))
		return -1;
	if (source->is_remote) {
		char *found = NULL;
		if (fetch(supervisor, source->place, cap, into, &found, err))
			return -1;
		free(source->base);
		source->base = found;
	}
	return *source->pin ? source_check(into, source->pin, "pin", "", err) : 0;
}
