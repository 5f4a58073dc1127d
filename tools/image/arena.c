#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256 << 10 };

struct arena_block {
	struct arena_block *before;
	char data[];
};

void arena_free(struct arena *arena)
{
	while (arena->blocks) {
		struct arena_block *block = arena->blocks;
		arena->blocks = block->before;
		free(block);
	}
	*arena = (struct arena){0};
}

static int grow(struct arena *arena, size_t size, struct err *err)
{
	size_t room = size > BLOCK ? size : BLOCK;
	struct arena_block *block = calloc(1, sizeof *block + room);
	if (!block)
		return err_system(err, EX_OSERR, "table of entries");
	block->before = arena->blocks;
	arena->blocks = block;
	arena->next = block->data;
	arena->left = room;
	return 0;
}

void *arena_take(struct arena *arena, size_t size, size_t align, struct err *err)
{
	size_t skip = -(uintptr_t)arena->next & (align - 1);
	if (arena->left < skip || arena->left - skip < size) {
		if (grow(arena, size + align, err))
			return NULL;
		skip = -(uintptr_t)arena->next & (align - 1);
	}
	void *taken = arena->next + skip;
	arena->next += skip + size;
	arena->left -= skip + size;
	return taken;
}

char *arena_text(struct arena *arena, const char *text, size_t size, struct err *err)
{
	char *copy = arena_take(arena, size + 1, 1, err);
	if (copy && size)
		memcpy(copy, text, size);
	return copy;
}
