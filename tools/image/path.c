#include "path.h"

#include "bytes.h"

#include <string.h>

static int component(const char *text, size_t size, struct err *err)
{
	if (size == 0)
		return err_bad(err, "empty component in path");
	if (size == 1 && text[0] == '.')
		return err_bad(err, "'.' inside path");
	if (size == 2 && text[0] == '.' && text[1] == '.')
		return err_bad(err, "'..' in path");
	return 0;
}

static int components(const char *text, size_t size, struct err *err)
{
	for (;;) {
		const char *slash = memchr(text, '/', size);
		size_t length = slash ? (size_t)(slash - text) : size;
		if (component(text, length, err))
			return -1;
		if (!slash)
			return 0;
		text += length + 1;
		size -= length + 1;
	}
}

int path_parse(const char *raw, struct path *path, struct err *err)
{
	size_t size = strnlen(raw, PATH_LONGEST + 3); /* with "./" in front and "/" behind */
	if (!size)
		return err_bad(err, "empty path");
	if (raw[0] == '/')
		return err_bad(err, "absolute path");
	*path = (struct path){.text = raw, .size = size, .slash = raw[size - 1] == '/'};
	if (path->slash)
		path->size--;
	if (path->size == 1 && raw[0] == '.') {
		*path = (struct path){.text = raw, .slash = true};
		return 0;
	}
	if (path->size > 1 && raw[0] == '.' && raw[1] == '/') {
		path->text += 2;
		path->size -= 2;
	}
	if (path->size > PATH_LONGEST)
		return err_bad(err, "path longer than %d bytes", PATH_LONGEST);
	if (!bytes_are_utf8(path->text, path->size))
		return err_bad(err, "path is not UTF-8");
	return components(path->text, path->size, err);
}

size_t path_parent(const char *path, size_t size)
{
	const char *slash = memrchr(path, '/', size);
	return slash ? (size_t)(slash - path) : 0;
}
