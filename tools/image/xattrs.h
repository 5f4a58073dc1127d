/* Extended attributes of one entry, packed into one piece of memory. */
#ifndef IMAGE_XATTRS_H
#define IMAGE_XATTRS_H

#include "arena.h"
#include "glob.h"

#include <stdbool.h>
#include <stdint.h>

enum { XATTRS_LARGEST = 64 << 10 }; /* bytes of the names and values of one entry */

/* Is it one that stays? */
bool xattrs_keeps(const struct globs *keep, const char *name);

struct xattr {
	const char *name;
	const void *value;
	size_t size;
};

/* Sorted by name, no name twice; each as name, NUL, 4 bytes of length in host order, value. */
struct xattrs {
	uint32_t count, size;
	char data[];
};

/* Keeps security.capability and what one of the patterns matches; *packed is NULL when nothing is left. The list is
 * sorted in place. The same name twice is fine when the values agree (writers store an attribute in two notations).
 */
int xattrs_pack(struct arena *arena, const struct globs *keep, struct xattr *list, size_t count,
		const struct xattrs **packed, struct err *err);

/* Takes the attribute at *at and moves *at behind it. Start with *at = xattrs->data; there are xattrs->count. */
struct xattr xattrs_next(const char **at);

/* Either may be NULL. */
bool xattrs_equal(const struct xattrs *a, const struct xattrs *b);

#endif
