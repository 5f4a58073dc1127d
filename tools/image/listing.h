/* A finished tree for a person or a program to read. */
#ifndef IMAGE_LISTING_H
#define IMAGE_LISTING_H

#include "bytes.h"
#include "tree.h"

/* One line: mode, uid:gid, size (a device's MAJOR,MINOR), time (UTC), path, link target. */
int listing_line(const struct entry *entry, struct bytes *into, struct err *err);

/* One canonical JSON object: path, type, mode (octal), uid, gid, size, mtime, and, where there are some: link,
 * device [major, minor], xattrs {name: value in hex}, sha256 and sha384 of a file's bytes.
 */
int listing_json(const struct tree *tree, const struct entry *entry, struct bytes *into, struct err *err);

#endif
