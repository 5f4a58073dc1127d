/* A finished tree as a tar: docs/layer-format.md. */
#ifndef IMAGE_TARWRITE_H
#define IMAGE_TARWRITE_H

#include "tree.h"

/* Writes everything to a descriptor, which may be a pipe; name is what errors call it. */
int tar_write(const struct tree *tree, int fd, const char *name, struct err *err);

#endif
