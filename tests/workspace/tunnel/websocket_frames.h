/* What a reader of frames says of bytes that come in parts, for its test and its fuzz target. */
#ifndef TESTS_WEBSOCKET_FRAMES_H
#define TESTS_WEBSOCKET_FRAMES_H

#include "bytes.h"
#include "websocket_frame.h"

#include <stdlib.h>
#include <string.h>

struct frames_seen {
	struct bytes events;  /* a line each, with the content in hexadecimal digits */
	struct bytes message; /* under way */
	int status;
	struct err err; /* when status is -1 */
};

static inline void frames_add(struct bytes *into, const void *data, size_t size)
{
	struct err err;
	if (bytes_add(into, data, size, &err))
		abort();
}

static inline void frames_say(struct frames_seen *seen, const char *what, const uint8_t *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	frames_add(&seen->events, what, strlen(what));
	for (size_t i = 0; i < size; i++)
		frames_add(&seen->events, (char[]){digits[data[i] >> 4], digits[data[i] & 15]}, 2);
	frames_add(&seen->events, "\n", 1);
}

static inline void frames_event(struct frames_seen *seen, const struct frame *frame)
{
	static const char *const names[] = {
		[FRAME_IS_PING] = "ping ", [FRAME_IS_PONG] = "pong ", [FRAME_IS_CLOSE] = "close "};
	if (frame->kind == FRAME_IS_NONE)
		return;
	if (frame->kind != FRAME_IS_PIECE) {
		frames_say(seen, names[frame->kind], frame->data, frame->size);
		return;
	}
	frames_add(&seen->message, frame->data, frame->size);
	if (!frame->is_last)
		return;
	frames_say(seen, frame->is_binary ? "binary " : "text ", (uint8_t *)seen->message.data, seen->message.size);
	bytes_free(&seen->message);
}

/* next: where the part ends that begins there. Each part is an allocation of its own size. */
static inline void frames_see(const uint8_t *data, size_t size, size_t (*next)(size_t from, size_t size),
			      struct frames_seen *seen)
{
	struct frames frames = {0};
	*seen = (struct frames_seen){0};
	for (size_t from = 0, to; from < size && !seen->status; from = to) {
		to = next(from, size);
		uint8_t *part = malloc(to - from);
		if (!part)
			abort();
		memcpy(part, data + from, to - from);
		for (size_t at = 0, used; at < to - from && !seen->status; at += used) {
			struct frame frame;
			seen->status = frames_next(&frames, part + at, to - from - at, &used, &frame, &seen->err);
			if (!seen->status && (used > to - from - at || (!used && frame.kind == FRAME_IS_NONE)))
				abort();
			if (!seen->status)
				frames_event(seen, &frame);
		}
		free(part);
	}
}

static inline void frames_seen_free(struct frames_seen *seen)
{
	bytes_free(&seen->events);
	bytes_free(&seen->message);
}

#endif
