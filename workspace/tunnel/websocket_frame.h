/* Frames of a WebSocket, as a client reads and writes them. Pure: bytes in, bytes out, nothing is kept but what a
 *header or a control frame has begun with.
 *
 *	struct frames frames = {0};
 *	while (size) {
 *		if (frames_next(&frames, data, size, &used, &frame, err))
 *			return -1;
 *		data += used, size -= used;
 *		... frame.kind ...
 *	}
 *
 * Refused (STATUS_BAD) are: a masked frame, reserved bits, opcodes that stand for nothing, lengths written longer than
 * they need be or of more than 63 bits, control frames that are long or in pieces, a message inside another, a piece of
 * none, a goodbye with half a code, a code that may not be said or a reason that is not UTF-8. That a text is UTF-8 is
 * for whoever has all of it.
 *
 * Source: RFC 6455 5.2 to 5.5, 7.4.
 */
#ifndef TUNNEL_WEBSOCKET_FRAME_H
#define TUNNEL_WEBSOCKET_FRAME_H

#include "view.h"

enum {
	FRAME_HEADER_MAX = 14,   /* bytes, mask included */
	FRAME_CONTROL_MAX = 125, /* bytes a control frame may carry */
	FRAME_MASK_SIZE = 4,
};

enum frame_opcode {
	FRAME_CONTINUATION = 0,
	FRAME_TEXT = 1,
	FRAME_BINARY = 2,
	FRAME_CLOSE = 8,
	FRAME_PING = 9,
	FRAME_PONG = 10,
};

/* The reader's. Begins with zeros. */
struct frames {
	uint8_t header[FRAME_HEADER_MAX]; /* of the frame under way */
	size_t header_size;               /* of it that has come */
	bool is_inside;                   /* the header is whole */
	uint8_t opcode;
	bool is_final;
	uint64_t left; /* bytes of the frame that have not come */
	bool in_message, is_binary;
	uint8_t control[FRAME_CONTROL_MAX];
	size_t control_size;
};

enum frame_kind {
	FRAME_IS_NONE,  /* more bytes are needed */
	FRAME_IS_PIECE, /* of a message; of no bytes when only the header has come */
	FRAME_IS_PING,
	FRAME_IS_PONG,
	FRAME_IS_CLOSE,
};

struct frame {
	enum frame_kind kind;
	uint8_t *data; /* a piece's, where it was read; a control frame's, in the reader until its next call */
	size_t size;
	uint64_t left; /* of the frame, behind the piece */
	bool is_last;  /* of its message */
	bool is_binary;
};

/* size: not 0. *used is how many of the bytes are done with: all of them when the kind is FRAME_IS_NONE. */
int frames_next(struct frames *frames, uint8_t *data, size_t size, size_t *used, struct frame *frame, struct err *err);

/* A whole message's or control frame's header with its mask; returns its size. */
size_t frame_header_write(enum frame_opcode opcode, uint64_t size, const uint8_t mask[FRAME_MASK_SIZE],
			  uint8_t into[FRAME_HEADER_MAX]);

/* Masks in place; of bytes masked one part after the other each part but the last is of a multiple of 4. */
void frame_mask(uint8_t *at, size_t size, const uint8_t mask[FRAME_MASK_SIZE]);

#endif
