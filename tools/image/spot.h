/* Where two streams of bytes differ: the first offset, how many do, and what is around. */
#ifndef IMAGE_SPOT_H
#define IMAGE_SPOT_H

#include "codec.h"

#include <stdbool.h>

enum { SPOT_BEFORE = 4, SPOT_AFTER = 8, SPOT_CONTEXT = SPOT_BEFORE + SPOT_AFTER };

struct spot {
	bool same;
	uint64_t size[2]; /* bytes of each */
	uint64_t offset;  /* of the first byte that differs, or the shorter one's size when that is how it ends */
	uint64_t count;   /* bytes that differ, as far as there are two of them */
	uint64_t from;    /* offset of the first byte of context */
	size_t have[2];   /* bytes of context */
	unsigned char context[2][SPOT_CONTEXT];
};

/* Bytes in memory as a source, whose context is the struct memory. */
struct memory {
	const void *data;
	size_t size, done;
};
struct source source_of_memory(struct memory *memory);

/* Reads both to their end. A failure to read has *side set to whose it is. */
int spot_find(struct source first, struct source second, struct spot *spot, int *side, struct err *err);

#endif
