/* corpus: vectors/codec
 *
 * Whatever the bytes, reading them ends, in output or in a reason; and what was read comes back from our own writing.
 */
#include "codec.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	const uint8_t *at;
	size_t left;
};

static ssize_t read_memory(void *context, void *into, size_t size, struct err *err)
{
	(void)err;
	struct memory *memory = context;
	size_t n = size < memory->left ? size : memory->left;
	memcpy(into, memory->at, n);
	memory->at += n;
	memory->left -= n;
	return (ssize_t)n;
}

/* Decodes up to the end or most bytes; -1 when refused. */
static ssize_t decode(const void *data, size_t size, uint8_t *into, size_t most)
{
	struct err err;
	struct memory memory = {data, size};
	cleanup_decoder struct decoder *decoder = decoder_open((struct source){read_memory, &memory}, &err);
	assert(decoder);
	ssize_t total = 0, n = 1;
	while (n > 0 && (size_t)total < most) {
		n = decoder_read(decoder, into + total, most - (size_t)total, &err);
		assert(n >= 0 || err.status == STATUS_BAD);
		total += n > 0 ? n : 0;
	}
	return n < 0 ? -1 : total;
}

static void check_round_trip(enum codec codec, const uint8_t *data, size_t size)
{
	static uint8_t blob[CODEC_BLOCK + (CODEC_BLOCK >> 3)], again[CODEC_BLOCK + 1];
	struct contract contract;
	struct err err;
	assert(!codec_contract(codec, 1, &contract, &err) && codec_bound(codec) <= sizeof blob);
	cleanup_encoder struct encoder *encoder = encoder_new(&contract, &err);
	assert(encoder);
	ssize_t n = encoder_block(encoder, data, size, blob, &err);
	assert(n > 0 && decode(blob, (size_t)n, again, sizeof again) == (ssize_t)size);
	assert(!memcmp(again, data, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t tar[CODEC_BLOCK];
	ssize_t n = decode(data, size, tar, sizeof tar);
	if (n > 0) {
		check_round_trip(CODEC_GZIP, tar, (size_t)n);
		check_round_trip(CODEC_ZSTD, tar, (size_t)n);
	}
	return 0;
}
