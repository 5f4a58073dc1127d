/* A stretch of a file that can be read anywhere, and the spool: one unlinked temporary file for what cannot. */
#ifndef IMAGE_RANGE_H
#define IMAGE_RANGE_H

#include "cleanup.h"
#include "codec.h"
#include "err.h"

#include <stdbool.h>
#include <stdint.h>

struct range {
	int fd;       /* borrowed */
	int64_t at;   /* offset in fd of the first byte */
	int64_t size; /* bytes */
};

/* Up to size bytes at an offset in the range; fewer only at its end. */
ssize_t range_read(const struct range *range, int64_t offset, void *into, size_t size, struct err *err);

/* All of a regular file, from where its descriptor stands. */
int range_of_file(int fd, struct range *range, struct err *err);

/* Reads a range from front to back: a source whose context is the struct walk. */
struct walk {
	struct range range;
	int64_t done;
};
struct source source_of_walk(struct walk *walk);

struct spool {
	int fd; /* -1 until something is put in */
	int64_t size;
	uint64_t cap; /* most bytes that may be put in */
};

/* Appends everything a source gives, which becomes a range of the spool. Stretches of zeros take no room on the disk.
 * The file is in $TMPDIR, or in /tmp; where it is changes no result.
 */
int spool_add(struct spool *spool, struct source source, struct range *range, struct err *err);
void spool_close(struct spool *spool);
#define cleanup_spool cleanup(spool_close)

#endif
