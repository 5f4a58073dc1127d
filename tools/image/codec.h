/* Layer compression: bytes that depend on the input and the contract, not on threads, processor or timing.
 *
 * The contract is recorded beside each digest, since an encoder promises stable output only within one version of its
 * library: name, library and version, level, block size. The diff ID (digest of the uncompressed tar) is the identity
 * that survives a change of codec.
 *
 * Writing: the tar is cut into blocks of CODEC_BLOCK bytes; each becomes one independent member (RFC 1952) or frame
 * (RFC 8878), made from fresh state. Readers of either format take the concatenation as one stream. A member begins
 * with the ten bytes 1f 8b 08 00 00 00 00 00 00 ff: deflate, no flags, no time, no hint of the level, no system. A
 * frame carries its content's size and checksum.
 * Reading: gzip and zstd streams of any origin; sizes and checksums are verified, truncation and bytes after the last
 * member are STATUS_BAD. Memory does not grow with the stream: a zstd window over 128 MiB is refused.
 *
 * The one place that knows zlib (which reads gzip, because it streams), libdeflate (which writes it) and libzstd.
 */
#ifndef IMAGE_CODEC_H
#define IMAGE_CODEC_H

#include "cleanup.h"
#include "err.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum codec { CODEC_NONE, CODEC_GZIP, CODEC_ZSTD };

/* Default levels. gzip 5 gives what `gzip -6` gives, within a percent, for about a third of its work; 6 is half a
 * percent smaller, for a sixth more work.
 */
enum {
	CODEC_BLOCK = 1 << 20,
	CODEC_GZIP_LEVEL = 5,
	CODEC_GZIP_LEVEL_MAX = 12,
	CODEC_ZSTD_LEVEL = 3,
	CODEC_ZSTD_LEVEL_MAX = 19,
};

/* "none", "gzip", "zstd". */
const char *codec_name(enum codec codec);

/* The codec of that name, or -1. */
int codec_of_name(const char *name);

/* What decides the bytes of a blob, beside the tar. library, version NULL and level, block_size 0 for CODEC_NONE. */
struct contract {
	enum codec codec;
	const char *library; /* static text, as is version */
	const char *version;
	int level;
	size_t block_size;
};

/* level 0: the codec's default. STATUS_BAD when the codec has no such level. */
int codec_contract(enum codec codec, int level, struct contract *contract, struct err *err);

/* Makes members or frames for one contract; one encoder for each thread, all give the same bytes. */
struct encoder;
struct encoder *encoder_new(const struct contract *contract, struct err *err);
void encoder_free(struct encoder *encoder);
CLEANUP_DEFINE(encoder, struct encoder *, NULL, encoder_free)
#define cleanup_encoder cleanup(cleanup_encoder_at)

/* Bytes that a block can need at most once encoded. */
size_t codec_bound(enum codec codec);

/* Encodes one block of 1 to CODEC_BLOCK bytes into at least codec_bound() bytes. Returns the size written, or -1. */
ssize_t encoder_block(struct encoder *encoder, const void *block, size_t size, void *into, struct err *err);

/* Where bytes are pulled from: read() gives up to size bytes, 0 at the end, -1 with err filled. */
struct source {
	ssize_t (*read)(void *context, void *into, size_t size, struct err *err);
	void *context;
};

/* A source over a descriptor; context is the descriptor's address, which must outlive it. */
struct source source_of_fd(int *fd);

/* Looks at the first bytes and yields the decompressed stream; what is neither gzip nor zstd passes unchanged.
 * After a failure every further read gives the same failure.
 */
struct decoder;
struct decoder *decoder_open(struct source from, struct err *err);
void decoder_close(struct decoder *decoder);
CLEANUP_DEFINE(decoder, struct decoder *, NULL, decoder_close)
#define cleanup_decoder cleanup(cleanup_decoder_at)
enum codec decoder_codec(const struct decoder *decoder);
ssize_t decoder_read(struct decoder *decoder, void *into, size_t size, struct err *err);

/* Where, in what was read, the member or frame begins that the last bytes given are from. */
uint64_t decoder_member(const struct decoder *decoder);
struct source source_of_decoder(struct decoder *decoder);

/* The libraries and their versions, for --version. */
const char *codec_libraries(void);

#endif
