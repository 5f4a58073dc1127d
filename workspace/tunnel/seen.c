#include "seen.h"

#include "cleanup.h"
#include "seal.h"

struct seen {
	uint8_t key[SEAL_MARK_KEY_SIZE];
	uint64_t *marks; /* a table with open addressing; 0 is an empty place */
	size_t places;   /* 0, or a power of two */
	size_t count, cap;
};

struct seen *seen_new(size_t cap, struct err *err)
{
	struct seen *seen = calloc(1, sizeof *seen);
	if (!seen) {
		err_system(err, EX_OSERR, "memory");
		return NULL;
	}
	seen->cap = cap;
	seal_random(seen->key, sizeof seen->key);
	return seen;
}

void seen_free(struct seen *seen)
{
	if (seen)
		free(seen->marks);
	free(seen);
}

size_t seen_count(const struct seen *seen)
{
	return seen->count;
}

static uint64_t *place_of(uint64_t *marks, size_t places, uint64_t mark)
{
	size_t at = mark & (places - 1);
	while (marks[at] && marks[at] != mark)
		at = (at + 1) & (places - 1);
	return &marks[at];
}

/* Three quarters full at most. */
static int make_room(struct seen *seen, struct err *err)
{
	if (seen->count < seen->places / 4 * 3)
		return 0;
	size_t places = seen->places ? 2 * seen->places : 8;
	uint64_t *marks = calloc(places, sizeof *marks);
	if (!marks)
		return err_system(err, EX_OSERR, "%zu marks", places);
	for (size_t i = 0; i < seen->places; i++)
		if (seen->marks[i])
			*place_of(marks, places, seen->marks[i]) = seen->marks[i];
	free(seen->marks);
	seen->marks = marks;
	seen->places = places;
	return 0;
}

int seen_add(struct seen *seen, struct view thing, struct err *err)
{
	uint64_t mark = seal_mark(seen->key, thing);
	mark += !mark;
	if (make_room(seen, err))
		return -1;
	uint64_t *place = place_of(seen->marks, seen->places, mark);
	if (*place)
		return SEEN_BEFORE;
	if (seen->count == seen->cap)
		return SEEN_FULL;
	*place = mark;
	seen->count++;
	return SEEN_NEW;
}
