#include "mapping.h"

#include "path.h"

#include <string.h>

/* Behind the first count components, or NULL when there are no more. */
static const char *stripped(const char *name, unsigned count)
{
	while (name && count--) {
		name = strchr(name, '/');
		name = name ? name + 1 : NULL;
	}
	return name;
}

static const char *prefixed(const char *prefix, const char *tail, struct arena *arena, struct err *err)
{
	size_t before = strlen(prefix), size = strlen(tail);
	if (before + 1 + size > PATH_LONGEST) {
		err_bad(err, "path longer than %d bytes with its prefix", PATH_LONGEST);
		return NULL;
	}
	char *path = arena_take(arena, before + 1 + size + 1, 1, err);
	if (path) {
		memcpy(path, prefix, before);
		path[before] = '/';
		memcpy(path + before + 1, tail, size);
	}
	return path;
}

int mapping_path(const struct mapping *mapping, struct arena *arena, const char *name, const char **path,
		 struct err *err)
{
	*path = NULL;
	const char *mapped = stripped(name, mapping->strip);
	if (!mapped)
		return 0;
	if (mapping->prefix && *mapping->prefix)
		mapped = prefixed(mapping->prefix, mapped, arena, err);
	if (!mapped)
		return -1;
	size_t size = strlen(mapped);
	if (mapping->include && !globs_cover(mapping->include, mapped, size))
		return 0;
	if (globs_cover(mapping->exclude, mapped, size))
		return 0;
	*path = mapped;
	return 0;
}

mode_t mapping_mode(const struct mapping *mapping, mode_t mode, bool folder)
{
	if (!mapping->canonical)
		return mode & 07777;
	return folder || (mode & 0100) ? 0755 : 0644;
}
