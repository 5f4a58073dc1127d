#include "codec.h"

#include "file.h"

#include <libdeflate.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* Writing. */

const char *codec_name(enum codec codec)
{
	static const char *const names[] = {"none", "gzip", "zstd"};
	return names[codec];
}

int codec_of_name(const char *name)
{
	for (int codec = CODEC_NONE; codec <= CODEC_ZSTD; codec++)
		if (!strcmp(name, codec_name((enum codec)codec)))
			return codec;
	return -1;
}

int codec_contract(enum codec codec, int level, struct contract *contract, struct err *err)
{
	static const struct {
		int standard, most;
	} levels[] = {{0, 0}, {CODEC_GZIP_LEVEL, CODEC_GZIP_LEVEL_MAX}, {CODEC_ZSTD_LEVEL, CODEC_ZSTD_LEVEL_MAX}};
	if (level < 0 || level > levels[codec].most)
		return err_bad(err, "%s has no level %d", codec_name(codec), level);
	*contract = (struct contract){.codec = codec};
	if (codec == CODEC_NONE)
		return 0;
	contract->library = codec == CODEC_GZIP ? "libdeflate" : "libzstd";
	contract->version = codec == CODEC_GZIP ? LIBDEFLATE_VERSION_STRING : ZSTD_versionString();
	contract->level = level ? level : levels[codec].standard;
	contract->block_size = CODEC_BLOCK;
	return 0;
}

const char *codec_libraries(void)
{
	static char text[128];
	snprintf(text, sizeof text, "libdeflate %s, zlib %s, libzstd %s", LIBDEFLATE_VERSION_STRING, zlibVersion(),
		 ZSTD_versionString());
	return text;
}

struct encoder {
	struct contract contract;
	struct libdeflate_compressor *deflate;
};

struct encoder *encoder_new(const struct contract *contract, struct err *err)
{
	cleanup_encoder struct encoder *encoder = calloc(1, sizeof *encoder);
	if (encoder && contract->codec == CODEC_GZIP)
		encoder->deflate = libdeflate_alloc_compressor(contract->level);
	if (!encoder || (contract->codec == CODEC_GZIP && !encoder->deflate)) {
		err_set(err, EX_OSERR, "%s: memory is out", codec_name(contract->codec));
		return NULL;
	}
	encoder->contract = *contract;
	return steal(&encoder);
}

void encoder_free(struct encoder *encoder)
{
	if (encoder->deflate)
		libdeflate_free_compressor(encoder->deflate);
	free(encoder);
}

size_t codec_bound(enum codec codec)
{
	if (codec == CODEC_NONE)
		return CODEC_BLOCK;
	return codec == CODEC_GZIP ? libdeflate_gzip_compress_bound(NULL, CODEC_BLOCK)
				   : ZSTD_compressBound(CODEC_BLOCK);
}

/* spec: RFC 1952 section 2.3. The library hints at its level in XFL; a constant leaves nothing of that to a version. */
static ssize_t gzip_block(struct encoder *encoder, const void *block, size_t size, void *into, struct err *err)
{
	static const uint8_t header[10] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff};
	size_t n = libdeflate_gzip_compress(encoder->deflate, block, size, into, codec_bound(CODEC_GZIP));
	if (n < sizeof header || memcmp(into, header, 4))
		return err_set(err, EX_SOFTWARE, "libdeflate: cannot compress %zu bytes", size);
	memcpy(into, header, sizeof header);
	return (ssize_t)n;
}

/* A context that has been used may remember: from 1.5.5 on its match finder's hashes are salted anew at each reset, so
 * the bytes would depend on how many blocks this thread has done. A fresh one costs little beside a block.
 */
static ssize_t zstd_block(struct encoder *encoder, const void *block, size_t size, void *into, struct err *err)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	if (!context)
		return err_set(err, EX_OSERR, "zstd: memory is out");
	ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, encoder->contract.level);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	size_t n = ZSTD_compress2(context, into, codec_bound(CODEC_ZSTD), block, size);
	ZSTD_freeCCtx(context);
	return ZSTD_isError(n) ? err_set(err, EX_SOFTWARE, "libzstd: %s", ZSTD_getErrorName(n)) : (ssize_t)n;
}

ssize_t encoder_block(struct encoder *encoder, const void *block, size_t size, void *into, struct err *err)
{
	switch (encoder->contract.codec) {
	case CODEC_GZIP:
		return gzip_block(encoder, block, size, into, err);
	case CODEC_ZSTD:
		return zstd_block(encoder, block, size, into, err);
	default:
		memcpy(into, block, size);
		return (ssize_t)size;
	}
}

/* Reading. */

enum { INPUT = 256 << 10, WINDOW_LOG_MAX = 27 };

struct decoder {
	struct source from;
	enum codec codec;
	z_stream gzip;
	ZSTD_DCtx *zstd;
	uint8_t *input;
	size_t at, have;   /* what input holds and has not been used */
	uint64_t consumed; /* bytes of the source before input[at] */
	uint64_t member;   /* offset of the member or frame being read */
	bool inside;       /* of a member or frame that has not ended */
	bool ended, failed;
	struct err failure;
};

static ssize_t fd_read(void *context, void *into, size_t size, struct err *err)
{
	ssize_t n;
	do
		n = read(*(int *)context, into, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? err_system(err, EX_IOERR, "cannot read") : n;
}

struct source source_of_fd(int *fd)
{
	return (struct source){fd_read, fd};
}

static ssize_t decoder_source_read(void *context, void *into, size_t size, struct err *err)
{
	return decoder_read(context, into, size, err);
}

struct source source_of_decoder(struct decoder *decoder)
{
	return (struct source){decoder_source_read, decoder};
}

/* Adds what one read gives behind what is there; returns its size. */
static ssize_t refill(struct decoder *decoder, struct err *err)
{
	if (decoder->at == decoder->have)
		decoder->at = decoder->have = 0;
	ssize_t n =
		decoder->from.read(decoder->from.context, decoder->input + decoder->have, INPUT - decoder->have, err);
	if (n > 0)
		decoder->have += (size_t)n;
	return n;
}

/* spec: RFC 1952 section 2.3.1 (ID1 ID2); RFC 8878 sections 3.1.1 and 3.1.2 (a stream may begin with a skippable frame)
 */
static enum codec recognise(const uint8_t *at, size_t size)
{
	if (size >= 2 && at[0] == 0x1f && at[1] == 0x8b)
		return CODEC_GZIP;
	if (size >= 4 && !memcmp(at, "\x28\xb5\x2f\xfd", 4))
		return CODEC_ZSTD;
	if (size >= 4 && (at[0] & 0xf0) == 0x50 && !memcmp(at + 1, "\x2a\x4d\x18", 3))
		return CODEC_ZSTD;
	return CODEC_NONE;
}

static int prepare(struct decoder *decoder, struct err *err)
{
	bool ready = true;
	decoder->codec = recognise(decoder->input, decoder->have);
	if (decoder->codec == CODEC_GZIP) {
		ready = inflateInit2(&decoder->gzip, 16 + MAX_WBITS) == Z_OK; /* 16: gzip only, CRC and size checked */
	} else if (decoder->codec == CODEC_ZSTD) {
		decoder->zstd = ZSTD_createDCtx();
		ready = decoder->zstd &&
			!ZSTD_isError(ZSTD_DCtx_setParameter(decoder->zstd, ZSTD_d_windowLogMax, WINDOW_LOG_MAX));
	}
	return ready ? 0 : err_set(err, EX_OSERR, "%s: memory is out", codec_name(decoder->codec));
}

struct decoder *decoder_open(struct source from, struct err *err)
{
	cleanup_decoder struct decoder *decoder = calloc(1, sizeof *decoder);
	if (!decoder || !(decoder->input = calloc(1, INPUT))) {
		err_system(err, EX_OSERR, "decoder");
		return NULL;
	}
	decoder->from = from;
	while (decoder->have < 4) {
		ssize_t n = refill(decoder, err);
		if (n < 0)
			return NULL;
		if (n == 0)
			break;
	}
	return prepare(decoder, err) ? NULL : steal(&decoder);
}

void decoder_close(struct decoder *decoder)
{
	if (decoder->codec == CODEC_GZIP)
		inflateEnd(&decoder->gzip);
	ZSTD_freeDCtx(decoder->zstd);
	free(decoder->input);
	free(decoder);
}

enum codec decoder_codec(const struct decoder *decoder)
{
	return decoder->codec;
}

uint64_t decoder_member(const struct decoder *decoder)
{
	return decoder->member;
}

/* What was looked at first, then straight from the source. */
static ssize_t plain(struct decoder *decoder, void *into, size_t size, struct err *err)
{
	size_t n = decoder->have - decoder->at;
	if (!n)
		return decoder->from.read(decoder->from.context, into, size, err);
	n = n < size ? n : size;
	memcpy(into, decoder->input + decoder->at, n);
	decoder->at += n;
	return (ssize_t)n;
}

static int bad(const struct decoder *decoder, const char *reason, struct err *err)
{
	return err_bad(err, "%s %s at offset %llu: %s", codec_name(decoder->codec),
		       decoder->codec == CODEC_GZIP ? "member" : "frame", (unsigned long long)decoder->member, reason);
}

/* What follows a member must be another one: zero padding, which some readers skip and others refuse, included. */
static int begins(const struct decoder *decoder, struct err *err)
{
	const uint8_t *at = decoder->input + decoder->at;
	size_t size = decoder->have - decoder->at;
	bool starts = decoder->codec == CODEC_GZIP ? at[0] == 0x1f && (size < 2 || at[1] == 0x8b)
						   : at[0] == 0x28 || (at[0] & 0xf0) == 0x50;
	if (starts)
		return 0;
	return err_bad(err, "%s: bytes after the last %s, at offset %llu", codec_name(decoder->codec),
		       decoder->codec == CODEC_GZIP ? "member" : "frame", (unsigned long long)decoder->consumed);
}

/* One call of the library: takes from input, gives into *into. Sets inside. Returns what it gave, or -1. */
static ssize_t inflate_some(struct decoder *decoder, void *into, size_t size, struct err *err)
{
	z_stream *z = &decoder->gzip;
	size_t before = decoder->have - decoder->at;
	z->next_in = decoder->input + decoder->at;
	z->avail_in = (uInt)before;
	z->next_out = into;
	z->avail_out = size < INT32_MAX ? (uInt)size : INT32_MAX;
	uInt room = z->avail_out;
	int status = inflate(z, Z_NO_FLUSH);
	decoder->at += before - z->avail_in;
	decoder->consumed += before - z->avail_in;
	decoder->inside = status != Z_STREAM_END;
	if (status == Z_MEM_ERROR)
		return err_set(err, EX_OSERR, "gzip: memory is out");
	if (status == Z_NEED_DICT)
		return bad(decoder, "wants a dictionary", err);
	if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
		return bad(decoder, z->msg ? z->msg : "damaged", err);
	if (status == Z_STREAM_END)
		inflateReset(z);
	return room - z->avail_out;
}

static ssize_t zstd_some(struct decoder *decoder, void *into, size_t size, struct err *err)
{
	ZSTD_inBuffer in = {decoder->input, decoder->have, decoder->at};
	ZSTD_outBuffer out = {into, size, 0};
	size_t status = ZSTD_decompressStream(decoder->zstd, &out, &in);
	decoder->consumed += in.pos - decoder->at;
	decoder->at = in.pos;
	if (ZSTD_getErrorCode(status) == ZSTD_error_memory_allocation)
		return err_set(err, EX_OSERR, "zstd: memory is out");
	if (ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge)
		return bad(decoder, "window larger than 128 MiB", err);
	if (ZSTD_isError(status))
		return bad(decoder, ZSTD_getErrorName(status), err);
	decoder->inside = status != 0;
	return (ssize_t)out.pos;
}

/* Input for the library: 1 when there is some, 0 at a proper end. */
static int feed(struct decoder *decoder, struct err *err)
{
	ssize_t n = decoder->at < decoder->have ? 1 : refill(decoder, err);
	if (n < 0)
		return -1;
	if (n == 0)
		return decoder->inside ? bad(decoder, "truncated", err) : 0;
	if (!decoder->inside) {
		decoder->member = decoder->consumed;
		if (begins(decoder, err))
			return -1;
	}
	return 1;
}

static ssize_t decode_some(struct decoder *decoder, void *into, size_t size, struct err *err)
{
	return decoder->codec == CODEC_GZIP ? inflate_some(decoder, into, size, err)
					    : zstd_some(decoder, into, size, err);
}

/* The library may hold output back when its input is used up, so it is asked once more before there is a read. */
static ssize_t decode(struct decoder *decoder, void *into, size_t size, struct err *err)
{
	for (;;) {
		ssize_t n = decoder->inside ? decode_some(decoder, into, size, err) : 0;
		if (n)
			return n;
		int status = feed(decoder, err);
		if (status <= 0)
			return status;
		n = decode_some(decoder, into, size, err);
		if (n)
			return n;
	}
}

ssize_t decoder_read(struct decoder *decoder, void *into, size_t size, struct err *err)
{
	ssize_t n = -1;
	if (decoder->failed)
		*err = decoder->failure;
	else if (size == 0 || decoder->ended)
		n = 0;
	else if (decoder->codec == CODEC_NONE)
		n = plain(decoder, into, size, err);
	else
		n = decode(decoder, into, size, err);
	if (n < 0 && !decoder->failed)
		decoder->failure = *err;
	decoder->failed = n < 0;
	decoder->ended = decoder->ended || (n == 0 && size);
	return n;
}
