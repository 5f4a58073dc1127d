/* Layer compression: bytes that depend on the input and the contract, not on threads, processor or timing.
 *
 * The contract is recorded beside each digest, since an encoder promises stable output only within one version of its
 * library: name, library and version, level, block size. The diff ID (digest of the uncompressed tar) is the identity
 * that survives a change of codec.
 *
 * Writing: the tar is cut into blocks of CODEC_BLOCK bytes; each becomes one independent member (RFC 1952) or frame
 * (RFC 8878), made from fresh state. Readers of either format take the concatenation as one stream.
 * Reading: gzip and zstd streams of any origin; sizes and checksums are verified, truncation and bytes after the last
 * member are STATUS_BAD.
 */
#ifndef IMAGE_CODEC_H
#define IMAGE_CODEC_H

#include "cleanup.h"
#include "err.h"

#include <stdint.h>
#include <sys/types.h>

enum codec { CODEC_NONE, CODEC_GZIP, CODEC_ZSTD };

enum { CODEC_BLOCK = 1 << 20 };

/* Where bytes are pulled from: read() gives up to size bytes, 0 at the end, -1 with err filled. */
struct source {
	ssize_t (*read)(void *context, void *into, size_t size, struct err *err);
	void *context;
};

/* A source over a descriptor; context is the descriptor's address, which must outlive it. */
struct source source_of_fd(int *fd);

/* Looks at the first bytes and yields the decompressed stream; what is neither gzip nor zstd passes unchanged. */
struct decoder;
struct decoder *decoder_open(struct source from, struct err *err);
void decoder_close(struct decoder *decoder);
CLEANUP_DEFINE(decoder, struct decoder *, NULL, decoder_close)
#define cleanup_decoder cleanup(cleanup_decoder_at)
enum codec decoder_codec(const struct decoder *decoder);
ssize_t decoder_read(struct decoder *decoder, void *into, size_t size, struct err *err);
struct source source_of_decoder(struct decoder *decoder);

#endif
