#include "xattrs.h"

#include "bytes.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct xattr *)a)->name, ((const struct xattr *)b)->name);
}

bool xattrs_keeps(const struct globs *keep, const char *name)
{
	return !strcmp(name, "security.capability") || globs_match(keep, name, strlen(name));
}

static bool same_value(const struct xattr *a, const struct xattr *b)
{
	return a->size == b->size && (!a->size || !memcmp(a->value, b->value, a->size));
}

static int check_name(const char *name, struct err *err)
{
	if (!*name || strchr(name, '='))
		return err_bad(err, "extended attribute's name is empty or has '='");
	if (!bytes_are_utf8(name, strlen(name)))
		return err_bad(err, "extended attribute's name is not UTF-8");
	return 0;
}

/* Moves what stays to the front; adds up what it takes packed. */
static int select_kept(const struct globs *keep, struct xattr *list, size_t *count, size_t *size, struct err *err)
{
	size_t n = 0;
	*size = 0;
	for (size_t i = 0; i < *count; i++) {
		if (!xattrs_keeps(keep, list[i].name))
			continue;
		if (check_name(list[i].name, err))
			return -1;
		if (n && !strcmp(list[n - 1].name, list[i].name)) {
			if (same_value(&list[n - 1], &list[i]))
				continue;
			return err_bad(err, "extended attribute %s twice, with different values", list[i].name);
		}
		*size += strlen(list[i].name) + 1 + sizeof(uint32_t) + list[i].size;
		if (list[i].size > XATTRS_LARGEST || *size > XATTRS_LARGEST)
			return err_bad(err, "extended attributes larger than %d bytes", XATTRS_LARGEST);
		list[n++] = list[i];
	}
	*count = n;
	return 0;
}

int xattrs_pack(struct arena *arena, const struct globs *keep, struct xattr *list, size_t count,
		const struct xattrs **packed, struct err *err)
{
	size_t size;
	*packed = NULL;
	if (count)
		qsort(list, count, sizeof *list, by_name);
	if (select_kept(keep, list, &count, &size, err))
		return -1;
	if (!count)
		return 0;
	struct xattrs *xattrs = arena_take(arena, sizeof *xattrs + size, _Alignof(struct xattrs), err);
	if (!xattrs)
		return -1;
	*xattrs = (struct xattrs){.count = (uint32_t)count, .size = (uint32_t)size};
	char *at = xattrs->data;
	for (size_t i = 0; i < count; i++) {
		uint32_t length = (uint32_t)list[i].size;
		at = stpcpy(at, list[i].name) + 1;
		at = mempcpy(at, &length, sizeof length);
		if (length)
			at = mempcpy(at, list[i].value, length);
	}
	*packed = xattrs;
	return 0;
}

struct xattr xattrs_next(const char **at)
{
	struct xattr xattr = {.name = *at};
	uint32_t length;
	const char *behind = *at + strlen(*at) + 1;
	memcpy(&length, behind, sizeof length);
	xattr.value = behind + sizeof length;
	xattr.size = length;
	*at = behind + sizeof length + length;
	return xattr;
}

bool xattrs_equal(const struct xattrs *a, const struct xattrs *b)
{
	if (!a || !b)
		return a == b;
	return a->count == b->count && a->size == b->size && !memcmp(a->data, b->data, a->size);
}
