#include "codec_deflate.h"

#define ZLIB_CONST
#include <zlib.h>

/* zlib holds less than this many bytes that it has taken and not yet used. */
enum { HELD = 8, INPUT_MOST = 1 << 30 };

static uint64_t run(z_stream *stream, const uint8_t *data, size_t size, uint64_t offset, uint64_t *budget)
{
	uint8_t dropped[1 << 15]; /* what it inflates to */
	int status = Z_OK;
	stream->next_in = data;
	while (status == Z_OK && *budget && stream->next_in < data + size) {
		size_t left = (size_t)(data + size - stream->next_in);
		stream->avail_in = left < INPUT_MOST ? (uInt)left : INPUT_MOST;
		stream->next_out = dropped;
		stream->avail_out = sizeof dropped;
		status = inflate(stream, Z_NO_FLUSH);
		uint64_t out = sizeof dropped - stream->avail_out;
		*budget -= out < *budget ? out : *budget;
		uint64_t taken = (uint64_t)(stream->next_in - data);
		if (status == Z_STREAM_END)
			return taken;
		if (taken > HELD && taken - HELD > offset)
			return 0;
	}
	return 0;
}

uint64_t codec_deflate_size(const void *data, size_t size, uint64_t offset, uint64_t *budget)
{
	z_stream stream = {0};
	if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
		return 0;
	uint64_t end = run(&stream, data, size, offset, budget);
	inflateEnd(&stream);
	return end;
}
