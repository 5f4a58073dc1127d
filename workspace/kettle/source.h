/* Where the manifest and the app come from: a path or a file:// URL, a regular file, read whole with a cap.
 *
 * Sources: spec: RFC 8089 section 2 (file URLs), RFC 3986 section 2.1 (percent-encoding).
 */
#ifndef KETTLE_SOURCE_H
#define KETTLE_SOURCE_H

#include "bytes.h"

/* The path that text names. A relative one is taken from folder (NULL: the working folder). Owned by the caller; NULL
 * and STATUS_BAD when text is empty, a URL of another scheme, or a file URL that names another host or no clear path.
 */
char *source_path(const char *text, const char *folder, struct err *err);

/* Appends the file's bytes. STATUS_BAD: not a regular file, or more than cap bytes. EX_IOERR: cannot be read. */
int source_load(const char *path, size_t cap, struct bytes *into, struct err *err);

#endif
