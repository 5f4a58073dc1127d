#include "http_target.h"

#include <string.h>
#include <strings.h>

static size_t scheme_size(struct view target)
{
	static const char *const schemes[] = {"http://", "https://"};
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (target.size > strlen(schemes[i]) &&
		    !strncasecmp((const char *)target.data, schemes[i], strlen(schemes[i])))
			return strlen(schemes[i]);
	return 0;
}

/* Where the path begins, which is the end when there is none. */
static size_t path_start(struct view target)
{
	size_t at = scheme_size(target);
	while (at < target.size && at && target.data[at] != '/' && target.data[at] != '?')
		at++;
	return at;
}

static int check_characters(struct view target, struct err *err)
{
	for (size_t i = 0; i < target.size; i++)
		if (target.data[i] <= ' ' || target.data[i] >= 0x7f || target.data[i] == '#')
			return err_bad(err, "a request's target has a character that it may not have");
	return 0;
}

/* spec: RFC 9112 3.2. A backslash in a path is a slash to those who read URLs as browsers do. */
int http_target_read(struct http_head *head, struct err *err)
{
	struct view target = head->target;
	if (http_same(head->method, "CONNECT"))
		return err_bad(err, "CONNECT");
	if (check_characters(target, err))
		return -1;
	size_t from = path_start(target), to = from;
	if (http_same(target, "*") && view_is(head->method, view_of_literal("OPTIONS"))) {
		to = target.size;
	} else {
		size_t scheme = scheme_size(target);
		if (scheme ? from == scheme : !target.size || target.data[0] != '/')
			return err_bad(err, "a request's target is neither a path nor a URL of http");
		while (to < target.size && target.data[to] != '?')
			to++;
	}
	head->path = to > from ? view_of(target.data + from, to - from) : view_of_literal("/");
	if (memchr(head->path.data, '\\', head->path.size))
		return err_bad(err, "a request's path has a backslash");
	return 0;
}

/* The ways to read a path that are tried, as bits; each is done in this order. */
enum {
	READ_AUTHORITY = 1,    /* //host is none of the path */
	READ_CUT = 2,          /* parameters, and what is behind '?', '#' or NUL, are none of it */
	READ_MERGED = 4,       /* slashes before dot segments */
	READ_DOTS = 8,         /* dot segments mean what they mean */
	READINGS = 16,         /* and in the end slashes are merged anyway */
	READ_DECODED_MOST = 4, /* whoever encodes more often than this wants to hide something */
};

struct text {
	size_t size;
	char data[HTTP_HEAD_CAP];
};

static int digit(char c)
{
	const char *all = "0123456789abcdef", *at = c ? strchr(all, c >= 'A' && c <= 'F' ? c | 0x20 : c) : NULL;
	return at ? (int)(at - all) : -1;
}

/* Is anything different now? */
static bool decode(struct text *text)
{
	size_t size = 0;
	for (size_t i = 0; i < text->size; i++) {
		const char *at = text->data + i;
		bool is_encoded = at[0] == '%' && i + 2 < text->size && digit(at[1]) >= 0 && digit(at[2]) >= 0;
		text->data[size++] = is_encoded ? (char)(digit(at[1]) << 4 | digit(at[2])) : at[0];
		i += is_encoded ? 2 : 0;
	}
	bool is_changed = size != text->size;
	text->size = size;
	return is_changed;
}

static void drop_front(struct text *text, size_t size)
{
	memmove(text->data, text->data + size, text->size - size);
	text->size -= size;
}

static void drop_authority(struct text *text)
{
	size_t at = 2;
	if (text->size < at || text->data[0] != '/' || text->data[1] != '/')
		return;
	while (at < text->size && text->data[at] != '/')
		at++;
	drop_front(text, at);
}

static void cut(struct text *text)
{
	size_t size = 0;
	bool is_parameter = false;
	for (size_t i = 0; i < text->size; i++) {
		char c = text->data[i];
		if (!c || c == '?' || c == '#')
			break;
		is_parameter = c != '/' && (is_parameter || c == ';');
		if (!is_parameter)
			text->data[size++] = c;
	}
	text->size = size;
}

static void merge(struct text *text)
{
	size_t size = 0;
	for (size_t i = 0; i < text->size; i++)
		if (text->data[i] != '/' || !size || text->data[size - 1] != '/')
			text->data[size++] = text->data[i];
	text->size = size;
}

/* spec: RFC 3986 5.2.4, by segments: each begins with its slash. */
static void remove_dots(struct text *text)
{
	size_t size = 0;
	for (size_t i = 0, next; i < text->size; i = next) {
		const char *at = text->data + i;
		for (next = i + 1; next < text->size && text->data[next] != '/';)
			next++;
		bool is_up = next - i == 3 && at[1] == '.' && at[2] == '.', is_here = next - i == 2 && at[1] == '.';
		if (is_up)
			while (size && text->data[--size] != '/')
				;
		if (!is_up && !is_here) {
			memmove(text->data + size, at, next - i);
			size += next - i;
		} else if (next == text->size) {
			text->data[size++] = '/';
		}
	}
	text->size = size;
}

static void read_as(struct text *text, unsigned reading)
{
	for (size_t i = 0; i < text->size; i++)
		if (text->data[i] == '\\')
			text->data[i] = '/';
	if (reading & READ_AUTHORITY)
		drop_authority(text);
	if (reading & READ_CUT)
		cut(text);
	if (reading & READ_MERGED)
		merge(text);
	if (reading & READ_DOTS)
		remove_dots(text);
	merge(text);
}

static void copy(struct view from, struct text *to)
{
	to->size = from.size < sizeof to->data ? from.size : sizeof to->data;
	memcpy(to->data, from.data, to->size);
}

/* "/a/" has what is below it, and "/a" itself, which differs by a slash that many servers add or take away. */
static bool has(const struct text *rule, const struct text *path)
{
	size_t size = rule->size, all = path->size;
	bool is_folder = size && rule->data[size - 1] == '/';
	size -= is_folder;
	if (all && path->data[all - 1] == '/')
		all--;
	return (all == size || (is_folder && all > size && path->data[size] == '/')) &&
	       !strncasecmp(rule->data, path->data, size);
}

static bool is_of_any(const struct text *path, const char *const *paths)
{
	struct text rule;
	for (; *paths; paths++) {
		copy(view_of(*paths, strlen(*paths)), &rule);
		decode(&rule);
		read_as(&rule, READ_MERGED | READ_DOTS);
		if (has(&rule, path))
			return true;
	}
	return false;
}

/* Is there only one way to read it? */
static bool is_plain(struct view path)
{
	for (size_t i = 0; i < path.size; i++)
		if (strchr("%.;\\?#", path.data[i]) || (i && path.data[i] == '/' && path.data[i - 1] == '/'))
			return false;
	return true;
}

bool http_path_is_of(struct view path, const char *const *paths)
{
	struct text decoded, read;
	copy(path, &decoded);
	if (is_plain(path))
		return is_of_any(&decoded, paths);
	for (int times = 0; times <= READ_DECODED_MOST; times++) {
		for (unsigned reading = 0; reading < READINGS; reading++) {
			read.size = decoded.size;
			memcpy(read.data, decoded.data, decoded.size);
			read_as(&read, reading);
			if (is_of_any(&read, paths))
				return true;
		}
		if (!decode(&decoded))
			return false;
	}
	return true;
}
