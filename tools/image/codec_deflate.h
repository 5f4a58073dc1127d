/* Where deflate data end, which only inflating them tells. */
#ifndef IMAGE_CODEC_DEFLATE_H
#define IMAGE_CODEC_DEFLATE_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the deflate stream (RFC 1951) that data begin with. 0: the byte at `offset` lies in the stream, which may
 * have no end; or the stream is damaged; or memory is out; or it inflates to more than *budget bytes, from which is
 * taken what it did inflate to.
 */
uint64_t codec_deflate_size(const void *data, size_t size, uint64_t offset, uint64_t *budget);

#endif
