#include "websocket_frame.h"

#include "bytes.h"

#include <string.h>

enum {
	BIT_FINAL = 0x80,
	BITS_RESERVED = 0x70,
	BITS_OPCODE = 0x0f,
	BIT_CONTROL = 0x08,
	BIT_MASKED = 0x80,
	BITS_LENGTH = 0x7f,
	LENGTH_16 = 126, /* the length is in two bytes behind */
	LENGTH_64 = 127, /* in eight */
};

/* What XOR is done with at once: a few registers' worth. */
typedef uint64_t wide __attribute__((vector_size(32)));

static bool is_control(const struct frames *frames)
{
	return frames->opcode & BIT_CONTROL;
}

static uint64_t big(const uint8_t *at, size_t size)
{
	uint64_t value = 0;
	while (size--)
		value = value << 8 | *at++;
	return value;
}

/* spec: RFC 6455 5.2 */
static size_t header_wanted(const struct frames *frames)
{
	uint8_t length = frames->header[1] & BITS_LENGTH;
	if (frames->header_size < 2)
		return 2;
	return length == LENGTH_64 ? 10 : length == LENGTH_16 ? 4 : 2;
}

/* spec: RFC 6455 5.2: the minimal number of bytes, and the most significant bit is 0. */
static int read_length(struct frames *frames, struct err *err)
{
	uint8_t length = frames->header[1] & BITS_LENGTH;
	frames->left = length;
	if (length < LENGTH_16)
		return 0;
	frames->left = big(frames->header + 2, length == LENGTH_16 ? 2 : 8);
	if (frames->left >> 63)
		return err_bad(err, "a frame's length of more than 63 bits");
	if (frames->left < LENGTH_16 || (length == LENGTH_64 && frames->left <= UINT16_MAX))
		return err_bad(err, "a frame's length in more bytes than it needs");
	return 0;
}

/* The two bytes that every header has: seen before more is waited for. spec: RFC 6455 5.1, 5.2, 5.5 */
static int read_first(struct frames *frames, struct err *err)
{
	const uint8_t *header = frames->header;
	frames->is_final = header[0] & BIT_FINAL;
	frames->opcode = header[0] & BITS_OPCODE;
	if (header[0] & BITS_RESERVED)
		return err_bad(err, "a frame with reserved bits");
	if ((frames->opcode & ~BIT_CONTROL) > FRAME_BINARY)
		return err_bad(err, "a frame of an unknown kind");
	if (header[1] & BIT_MASKED)
		return err_bad(err, "a masked frame of a server");
	if (is_control(frames) && !frames->is_final)
		return err_bad(err, "a control frame in pieces");
	if (is_control(frames) && header[1] > FRAME_CONTROL_MAX)
		return err_bad(err, "a control frame of more than %d bytes", FRAME_CONTROL_MAX);
	return 0;
}

/* spec: RFC 6455 5.4 */
static int place(struct frames *frames, struct err *err)
{
	if (is_control(frames))
		return 0;
	if (frames->opcode == FRAME_CONTINUATION)
		return frames->in_message ? 0 : err_bad(err, "a piece of no message");
	if (frames->in_message)
		return err_bad(err, "a message inside another");
	frames->in_message = true;
	frames->is_binary = frames->opcode == FRAME_BINARY;
	return 0;
}

/* Takes what is there of the header. */
static int read_header(struct frames *frames, const uint8_t *data, size_t size, size_t *used, struct err *err)
{
	while (*used < size && frames->header_size < header_wanted(frames)) {
		frames->header[frames->header_size++] = data[(*used)++];
		if (frames->header_size == 2 && (read_first(frames, err) || place(frames, err)))
			return -1;
	}
	if (frames->header_size < 2 || frames->header_size < header_wanted(frames))
		return 0;
	frames->is_inside = true;
	frames->control_size = 0;
	return read_length(frames, err);
}

static void leave(struct frames *frames)
{
	frames->is_inside = false;
	frames->header_size = 0;
}

/* spec: RFC 6455 7.4: what may be said, registered or for whoever likes. */
static bool is_code(unsigned code)
{
	return (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code <= 4999);
}

/* spec: RFC 6455 5.5.1 */
static int check_close(const uint8_t *data, size_t size, struct err *err)
{
	if (!size)
		return 0;
	if (size < 2)
		return err_bad(err, "a goodbye with half a code");
	if (!is_code((unsigned)big(data, 2)))
		return err_bad(err, "a goodbye with a code that may not be said");
	return bytes_are_utf8(data + 2, size - 2) ? 0 : err_bad(err, "a goodbye whose reason is not UTF-8");
}

static int take_control(struct frames *frames, const uint8_t *data, size_t size, size_t *used, struct frame *frame,
			struct err *err)
{
	size_t some = size - *used < frames->left ? size - *used : (size_t)frames->left;
	if (some)
		memcpy(frames->control + frames->control_size, data + *used, some);
	*used += some;
	frames->control_size += some;
	frames->left -= some;
	if (frames->left)
		return 0;
	leave(frames);
	frame->kind = frames->opcode == FRAME_PING   ? FRAME_IS_PING
		      : frames->opcode == FRAME_PONG ? FRAME_IS_PONG
						     : FRAME_IS_CLOSE;
	frame->data = frames->control;
	frame->size = frames->control_size;
	return frame->kind == FRAME_IS_CLOSE ? check_close(frame->data, frame->size, err) : 0;
}

static void take_piece(struct frames *frames, uint8_t *data, size_t size, size_t *used, struct frame *frame)
{
	size_t some = size - *used < frames->left ? size - *used : (size_t)frames->left;
	frames->left -= some;
	*frame = (struct frame){.kind = FRAME_IS_PIECE,
				.data = data + *used,
				.size = some,
				.left = frames->left,
				.is_last = !frames->left && frames->is_final,
				.is_binary = frames->is_binary};
	*used += some;
	if (frame->is_last)
		frames->in_message = false;
	if (!frames->left)
		leave(frames);
}

int frames_next(struct frames *frames, uint8_t *data, size_t size, size_t *used, struct frame *frame, struct err *err)
{
	*used = 0;
	*frame = (struct frame){0};
	if (!frames->is_inside && read_header(frames, data, size, used, err))
		return -1;
	if (!frames->is_inside)
		return 0;
	if (is_control(frames))
		return take_control(frames, data, size, used, frame, err);
	take_piece(frames, data, size, used, frame);
	return 0;
}

size_t frame_header_write(enum frame_opcode opcode, uint64_t size, const uint8_t mask[FRAME_MASK_SIZE],
			  uint8_t into[FRAME_HEADER_MAX])
{
	size_t bytes = size < LENGTH_16 ? 0 : size <= UINT16_MAX ? 2 : 8, at = 2;
	into[0] = (uint8_t)(BIT_FINAL | opcode);
	into[1] = (uint8_t)(BIT_MASKED | (bytes == 8 ? LENGTH_64 : bytes ? LENGTH_16 : size));
	while (bytes--)
		into[at++] = (uint8_t)(size >> 8 * bytes);
	memcpy(into + at, mask, FRAME_MASK_SIZE);
	return at + FRAME_MASK_SIZE;
}

void frame_mask(uint8_t *at, size_t size, const uint8_t mask[FRAME_MASK_SIZE])
{
	uint8_t pattern[sizeof(wide)];
	wide block, by;
	for (size_t i = 0; i < sizeof pattern; i++)
		pattern[i] = mask[i % FRAME_MASK_SIZE];
	memcpy(&by, pattern, sizeof by);
	for (; size >= sizeof block; at += sizeof block, size -= sizeof block) {
		memcpy(&block, at, sizeof block);
		block ^= by;
		memcpy(at, &block, sizeof block);
	}
	for (size_t i = 0; i < size; i++)
		at[i] ^= pattern[i];
}
