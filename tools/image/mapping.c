#include "mapping.h"

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

static const char *prefixed(const char *prefix, const char *tail, char room[PATH_LONGEST + 1], struct err *err)
{
	size_t before = strlen(prefix), size = strlen(tail);
	if (before + 1 + size > PATH_LONGEST) {
		err_bad(err, "path longer than %d bytes with its prefix", PATH_LONGEST);
		return NULL;
	}
	char *at = mempcpy(room, prefix, before);
	*at++ = '/';
	strcpy(at, tail);
	return room;
}

int mapping_path(const struct mapping *mapping, const char *name, char room[PATH_LONGEST + 1], const char **path,
		 bool *pruned, struct err *err)
{
	*path = NULL;
	*pruned = false;
	const char *mapped = stripped(name, mapping->strip);
	if (!mapped)
		return 0;
	if (mapping->prefix && *mapping->prefix)
		mapped = prefixed(mapping->prefix, mapped, room, err);
	if (!mapped)
		return -1;
	size_t size = strlen(mapped);
	*pruned = globs_cover(mapping->exclude, mapped, size);
	if (!*pruned && (!mapping->include || globs_cover(mapping->include, mapped, size)))
		*path = mapped;
	return 0;
}

mode_t mapping_mode(const struct mapping *mapping, mode_t mode, bool folder)
{
	if (!mapping->canonical)
		return mode & 07777;
	return folder || (mode & 0100) ? 0755 : 0644;
}
