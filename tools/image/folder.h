/* A folder into the table: what is below it, as it is. */
#ifndef IMAGE_FOLDER_H
#define IMAGE_FOLDER_H

#include "tree.h"

#include <sys/stat.h>

/* Lists everything below the folder that is the descriptor of the input tree_begin() began; folder is its path.
 * Symbolic links are never followed, names of one inode are hard links, sockets are refused. Files are read when they
 * are written out, and must be then what they are now.
 */
int folder_scan(struct tree *tree, const struct mapping *mapping, const char *folder, struct err *err);

/* Fills in the size of a file that is read later, and where it is: path (the arena's) from the input's descriptor. */
int folder_watch(struct tree *tree, const char *path, const struct stat *st, struct found *found, struct err *err);

#endif
