/* Paths of entries.
 *
 * In the tables a path is relative, has no empty component, no "." and no "..", no slash at the end, is valid UTF-8
 * and at most PATH_LONGEST bytes long; "" is the root itself. Inputs may also begin with one "./" and may end a
 * folder with one slash.
 */
#ifndef IMAGE_PATH_H
#define IMAGE_PATH_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>

enum { PATH_LONGEST = 4095 };

/* How messages show a path: cut, so that there is room for the reason behind it. */
#define PATH_SHOWN "%.200s"

struct path {
	const char *text; /* inside what was given; size bytes, not NUL-terminated */
	size_t size;
	bool slash; /* it ended with a slash: it can only be a folder */
};

/* Refuses, with the reason and without naming the path, what is not such a path. */
int path_parse(const char *raw, struct path *path, struct err *err);

/* Bytes of the part before the last slash; 0 when there is none. */
size_t path_parent(const char *path, size_t size);

#endif
