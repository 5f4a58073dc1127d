/* What the command line names, into the table.
 *
 *	NAME.deb	a Debian package: its data.tar
 *	NAME.mtree	a list of entries (mtree.h); only by this name, since it can refer to any file
 *	a folder	what is below it
 *	- or a file	a tar, compressed or not
 */
#ifndef IMAGE_INPUT_H
#define IMAGE_INPUT_H

#include "range.h"
#include "tree.h"

/* Errors begin with the input's name. What cannot be read again goes into the spool, which the tree then refers to. */
int input_add(struct tree *tree, struct spool *spool, const struct mapping *mapping, const char *path, struct err *err);

#endif
