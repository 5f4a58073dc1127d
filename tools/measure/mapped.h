/* A file's bytes as memory: for what is too large to copy and read only once or twice.
 *
 * The file must not shrink meanwhile: reading behind its new end kills the process.
 */
#ifndef MEASURE_MAPPED_H
#define MEASURE_MAPPED_H

#include "err.h"

#include <stddef.h>
#include <stdint.h>

struct mapped {
	const uint8_t *data; /* NULL when size is 0 */
	size_t size;
};

/* A regular file below folder (a descriptor, or AT_FDCWD), with at most cap bytes. flags are further ones for open(),
 * such as O_NOFOLLOW. STATUS_BAD: not a regular file, larger. */
int mapped_open(int folder, const char *name, int flags, size_t cap, struct mapped *mapped, struct err *err);

void mapped_free(struct mapped *mapped);
#define cleanup_mapped cleanup(mapped_free)

#endif
