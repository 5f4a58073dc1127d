#include "spot.h"

#include <string.h>

enum { STEP = 128 << 10 };

static ssize_t memory_read(void *context, void *into, size_t size, struct err *err)
{
	struct memory *memory = context;
	size_t left = memory->size - memory->done;
	(void)err;
	size = size < left ? size : left;
	if (size)
		memcpy(into, (const char *)memory->data + memory->done, size);
	memory->done += size;
	return (ssize_t)size;
}

struct source source_of_memory(struct memory *memory)
{
	return (struct source){memory_read, memory};
}

struct pair {
	struct source from[2];
	unsigned char *data[2];
	size_t size[2];
};

/* A block of each; 0 at the end of both. */
static int fill(struct pair *pair, int *side, struct err *err)
{
	for (int i = 0; i < 2; i++) {
		ssize_t n = 1;
		for (pair->size[i] = 0; n > 0 && pair->size[i] < STEP; pair->size[i] += (size_t)n) {
			n = pair->from[i].read(pair->from[i].context, pair->data[i] + pair->size[i],
					       STEP - pair->size[i], err);
			*side = i;
			if (n < 0)
				return -1;
		}
	}
	return pair->size[0] || pair->size[1];
}

static size_t shorter(const struct pair *pair)
{
	return pair->size[0] < pair->size[1] ? pair->size[0] : pair->size[1];
}

/* What came before is the same in both, and ended with the block before. */
static void begin_context(const struct pair *pair, struct spot *spot, size_t at, const unsigned char *tail,
			  size_t tail_size)
{
	size_t here = at < SPOT_BEFORE ? at : SPOT_BEFORE;
	size_t there = tail_size < SPOT_BEFORE - here ? tail_size : SPOT_BEFORE - here;
	spot->from = spot->offset - here - there;
	for (int i = 0; i < 2; i++) {
		memcpy(spot->context[i], tail + tail_size - there, there);
		memcpy(spot->context[i] + there, pair->data[0] + at - here, here);
		spot->have[i] = here + there;
	}
}

static void add_context(const struct pair *pair, struct spot *spot, size_t at)
{
	size_t room = (size_t)(spot->offset - spot->from) + SPOT_AFTER;
	for (int i = 0; i < 2; i++) {
		size_t left = pair->size[i] > at ? pair->size[i] - at : 0;
		size_t n = room - spot->have[i] < left ? room - spot->have[i] : left;
		memcpy(spot->context[i] + spot->have[i], pair->data[i] + at, n);
		spot->have[i] += n;
	}
}

static void count(const struct pair *pair, struct spot *spot, size_t at, size_t both)
{
	const unsigned char *first = pair->data[0], *second = pair->data[1];
	size_t n = 0;
	for (size_t i = at; i < both; i++)
		n += first[i] != second[i];
	spot->count += n;
}

/* One block of each, which stands at spot->size. */
static void compare(const struct pair *pair, struct spot *spot, const unsigned char *tail, size_t tail_size)
{
	size_t both = shorter(pair), at = 0;
	bool equal = !memcmp(pair->data[0], pair->data[1], both);
	if (equal && pair->size[0] == pair->size[1] && spot->same)
		return;
	if (spot->same) {
		at = equal ? both : 0;
		while (at < both && pair->data[0][at] == pair->data[1][at])
			at++;
		spot->same = false;
		spot->offset = spot->size[0] + at;
		begin_context(pair, spot, at, tail, tail_size);
	}
	add_context(pair, spot, at);
	if (!equal)
		count(pair, spot, at, both);
}

static int find(struct pair *pair, struct spot *spot, int *side, struct err *err)
{
	unsigned char tail[SPOT_BEFORE];
	size_t tail_size = 0;
	int status;
	while ((status = fill(pair, side, err)) > 0) {
		compare(pair, spot, tail, tail_size);
		for (int i = 0; i < 2; i++)
			spot->size[i] += pair->size[i];
		if (pair->size[0] == STEP) {
			tail_size = SPOT_BEFORE;
			memcpy(tail, pair->data[0] + STEP - SPOT_BEFORE, SPOT_BEFORE);
		}
	}
	return status;
}

int spot_find(struct source first, struct source second, struct spot *spot, int *side, struct err *err)
{
	cleanup_free unsigned char *both = malloc(2 * STEP);
	*spot = (struct spot){.same = true};
	if (!both)
		return err_system(err, EX_OSERR, "comparing");
	struct pair pair = {{first, second}, {both, both + STEP}, {0}};
	return find(&pair, spot, side, err);
}
