/* The bytes of a message's body, as they come: how many there are, and what they hold.
 *
 *	while (size && !http_body_is_over(&body)) {
 *		ssize_t n = http_body_next(&body, data, size, &content, err);     -1: refused
 *		... content is body, all n bytes are what was on the wire
 *		data += n, size -= n;
 *	}
 *
 * Chunks are read strictly: no bare LF, no white space around a size, extensions and trailers only within bounds.
 *
 * Sources: RFC 9112 6.3, 7.1.
 */
#ifndef TUNNEL_HTTP_BODY_H
#define TUNNEL_HTTP_BODY_H

#include "http_head.h"

#include <sys/types.h>

enum {
	HTTP_CHUNK_DIGITS = 15,           /* of a chunk's size */
	HTTP_EXTENSION_CAP = 1024,        /* bytes, of one chunk's extensions */
	HTTP_TRAILER_CAP = HTTP_HEAD_CAP, /* bytes, of all trailers */
};

struct http_body {
	uint64_t left; /* of the content, or of a chunk */
	uint16_t used; /* of the bound that is being used up: digits, bytes of extensions or trailers */
	uint8_t framing;
	uint8_t state;
};

void http_body_start(struct http_body *body, enum http_framing framing, uint64_t length);
bool http_body_is_over(const struct http_body *body);

/* One more piece of at most size bytes (at least one): its length. content: the body's part of it, maybe of no bytes.
 */
ssize_t http_body_next(struct http_body *body, const void *data, size_t size, struct view *content, struct err *err);

#endif
