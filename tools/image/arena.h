/* Memory that is taken in small pieces and released all at once: what the entry table is made of. */
#ifndef IMAGE_ARENA_H
#define IMAGE_ARENA_H

#include "err.h"

#include <stddef.h>

struct arena {
	struct arena_block *blocks;
	char *next;
	size_t left;
};

void arena_free(struct arena *arena);

/* size bytes of zeros at an address that is a multiple of align (a power of two), or NULL when memory is out. */
void *arena_take(struct arena *arena, size_t size, size_t align, struct err *err);
#define arena_new(arena, type, err) ((type *)arena_take((arena), sizeof(type), _Alignof(type), (err)))

/* A copy with a NUL behind it. */
char *arena_text(struct arena *arena, const char *text, size_t size, struct err *err);

#endif
