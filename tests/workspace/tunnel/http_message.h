/* A whole message read as a connection does, in pieces: for http_head.c and the fuzz targets. */
#ifndef TESTS_HTTP_MESSAGE_H
#define TESTS_HTTP_MESSAGE_H

#include "bytes.h"
#include "http_body.h"

#include <stdio.h>
#include <string.h>

enum message_kind { MESSAGE_REQUEST, MESSAGE_RESPONSE, MESSAGE_TO_HEAD };

struct message_seen {
	int status;           /* 0: all of a message */
	char text[1024];      /* or why not */
	size_t used;          /* bytes of it */
	struct bytes content; /* of its body */
	struct http_head head;
};

static int message_head(enum message_kind kind, struct view bytes, struct http_head *head, struct err *err)
{
	return kind == MESSAGE_REQUEST ? http_request_read(bytes, head, err)
				       : http_response_read(bytes, kind == MESSAGE_TO_HEAD, head, err);
}

static int message_bad(struct message_seen *seen, const char *text)
{
	seen->status = -1;
	snprintf(seen->text, sizeof seen->text, "%s", text);
	return -1;
}

/* next(): where the next piece ends, beyond from. */
static int message_see(enum message_kind kind, const uint8_t *data, size_t size,
		       size_t (*next)(size_t from, size_t size), struct message_seen *seen)
{
	struct err err = {0};
	struct http_body body;
	struct view content;
	size_t looked = 0, head_size = 0, to = 0, at;
	*seen = (struct message_seen){0};
	while (!head_size && to < size) {
		to = next(to, size);
		if (http_head_size(view_of(data, to), &looked, &head_size, &err))
			return message_bad(seen, err.text);
	}
	if (!head_size)
		return message_bad(seen, "cut off");
	if (message_head(kind, view_of(data, head_size), &seen->head, &err))
		return message_bad(seen, err.text);
	http_body_start(&body, seen->head.framing, seen->head.length);
	for (at = head_size; at < size && !http_body_is_over(&body);) {
		to = at < to ? to : next(at, size);
		ssize_t n = http_body_next(&body, data + at, to - at, &content, &err);
		if (n < 0)
			return message_bad(seen, err.text);
		if (bytes_add(&seen->content, content.data, content.size, &err))
			abort();
		at += (size_t)n;
	}
	seen->used = at;
	if (!http_body_is_over(&body) && body.framing != HTTP_UNTIL_CLOSE)
		return message_bad(seen, "cut off");
	return 0;
}

#endif
