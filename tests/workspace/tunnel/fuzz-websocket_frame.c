/* corpus: vectors/websocket-frame
 * A server's frames: however they are split, what comes of them is the same. */
#include "websocket_frames.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t seed;

static size_t some(size_t from, size_t size)
{
	seed = seed * 1664525 + 1013904223;
	size_t piece = 1 + (seed >> 8) % ((seed >> 24) % 4 ? 5 : 200);
	return size - from < piece ? size : from + piece;
}

static size_t all(size_t from, size_t size)
{
	(void)from;
	return size;
}

static bool is_same(const struct bytes *a, const struct bytes *b)
{
	return a->size == b->size && (!a->size || !memcmp(a->data, b->data, a->size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frames_seen whole, split;
	seed = (uint32_t)size;
	for (size_t i = 0; i < size && i < 64; i++)
		seed = seed * 31 + data[i];
	frames_see(data, size, all, &whole);
	frames_see(data, size, some, &split);
	if (whole.status != split.status || !is_same(&whole.events, &split.events) ||
	    (whole.status && strcmp(whole.err.text, split.err.text) != 0) ||
	    (!whole.status && !is_same(&whole.message, &split.message)))
		abort();
	frames_seen_free(&whole);
	frames_seen_free(&split);
	return 0;
}
