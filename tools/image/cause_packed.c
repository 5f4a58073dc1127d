#include "bytes.h"
#include "causeform.h"
#include "codec.h"
#include "spot.h"

#include <string.h>

enum { UNPACKED_MOST = 64 << 20 };

/* All that a gzip or zstd stream gives; false when it gives no end, or too much. */
static bool unpack(struct span packed, struct bytes *into)
{
	struct memory memory = {.data = packed.data, .size = packed.size};
	struct err err;
	char piece[1 << 15];
	ssize_t n;
	cleanup_decoder struct decoder *decoder = decoder_open(source_of_memory(&memory), &err);
	if (!decoder || decoder_codec(decoder) == CODEC_NONE)
		return false;
	while ((n = decoder_read(decoder, piece, sizeof piece, &err)) > 0)
		if (into->size + (size_t)n > UNPACKED_MOST || bytes_add(into, piece, (size_t)n, &err))
			return false;
	return n == 0;
}

const char *cause_packed(const struct pair *pair, char *text)
{
	struct part part;
	cleanup_bytes struct bytes a = {0}, b = {0};
	char inner[CAUSE_TEXT];
	if (pair->depth >= CAUSE_UNPACKS || !part_at(pair->a.data, pair->a.size, pair->offset, &part) ||
	    (strcmp(part.format, "gzip") && strcmp(part.format, "zstd")) || !unpack(pair->a, &a) ||
	    !unpack(pair->b, &b))
		return NULL;
	struct pair inside = {
		{(const uint8_t *)a.data, a.size}, {(const uint8_t *)b.data, b.size}, 0, NULL, pair->depth + 1};
	while (inside.offset < a.size && inside.offset < b.size && a.data[inside.offset] == b.data[inside.offset])
		inside.offset++;
	if (a.size == b.size && inside.offset == a.size) {
		cause_say(text, "both unpack to the same %zu bytes", a.size);
		return CAUSE_CODEC;
	}
	const char *cause = cause_content(&inside, inner);
	if (cause)
		cause_say(text, "unpacked, at byte %llu: %s", (unsigned long long)inside.offset, inner);
	return cause;
}
