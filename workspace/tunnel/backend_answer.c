#include "backend_call.h"

#include <string.h>

static void fail(struct backend_call *call, int status, const char *why)
{
	struct err err;
	err_set(&err, status, "backend: %s", why);
	backend_call_fail(call, &err);
}

/* Tells the head of the final answer, without what is of one hop. */
static void tell(struct backend_call *call, const struct http_head *head)
{
	struct message_header headers[HTTP_HEADERS];
	struct message message = {.status = head->status, .status_text = head->reason, .headers = headers};
	for (size_t i = 0; i < head->header_count; i++)
		if (!http_is_hop_by_hop(head->headers, head->header_count, head->headers[i].name))
			headers[message.header_count++] = head->headers[i];
	call->has_head = true;
	call->is_last = head->is_last;
	http_body_start(&call->body, head->framing, head->length);
	call->handler->head(call->context, &message);
}

/* A head that is complete. spec: RFC 9110 15.2: any number of interim answers; 101 was not asked for. */
static int take_whole_head(struct backend_call *call, struct view bytes, struct err *err)
{
	struct http_head head;
	if (http_response_read(bytes, call->is_to_head, &head, err))
		return -1;
	if (head.status == 101)
		return err_bad(err, "it changes the protocol unasked");
	if (head.status >= 200)
		tell(call, &head);
	return 0;
}

/* How much of the bytes is of the head, or -1. */
static ssize_t take_head(struct backend_call *call, struct view bytes, struct err *err)
{
	struct view whole = bytes;
	size_t before = call->head.size, size;
	if (before) {
		size_t room = HTTP_HEAD_CAP + 1 - before, more = bytes.size < room ? bytes.size : room;
		if (bytes_add(&call->head, bytes.data, more, err))
			return -1;
		whole = view_of(call->head.data, call->head.size);
	}
	if (http_head_size(whole, &call->looked, &size, err))
		return -1;
	if (!size)
		return before || !bytes_add(&call->head, bytes.data, bytes.size, err) ? (ssize_t)bytes.size : -1;
	struct bytes held = call->head;
	call->head = (struct bytes){0};
	call->looked = 0;
	int status = take_whole_head(call, view_of(whole.data, size), err);
	bytes_free(&held);
	return status ? -1 : (ssize_t)(size - before);
}

/* Content is moved together, so that many small chunks are one piece. All bytes taken, or -1. */
static ssize_t take_body(struct backend_call *call, uint8_t *data, size_t size, struct err *err)
{
	size_t at = 0, content_size = 0;
	struct view content;
	while (at < size && !http_body_is_over(&call->body)) {
		ssize_t n = http_body_next(&call->body, data + at, size - at, &content, err);
		if (n < 0)
			return -1;
		memmove(data + content_size, content.data, content.size);
		content_size += content.size;
		at += (size_t)n;
	}
	if (content_size)
		call->handler->data(call->context, data, content_size);
	return (ssize_t)at;
}

static bool is_complete(const struct backend_call *call)
{
	return call->has_head && http_body_is_over(&call->body);
}

void backend_call_feed(struct backend_call *call, uint8_t *data, size_t size)
{
	struct err err;
	while (size && !call->is_gone && !is_complete(call)) {
		ssize_t n =
			call->has_head ? take_body(call, data, size, &err) : take_head(call, view_of(data, size), &err);
		if (n < 0) {
			err_prefix(&err, "backend");
			if (!call->is_gone)
				backend_call_fail(call, &err);
			return;
		}
		data += n;
		size -= (size_t)n;
	}
	if (!call->is_gone && is_complete(call))
		backend_call_end(call, !size);
}

void backend_call_cut(struct backend_call *call, bool is_orderly)
{
	if (is_orderly && call->has_head && call->body.framing == HTTP_UNTIL_CLOSE)
		backend_call_end(call, false);
	else if (call->has_head || call->head.size)
		fail(call, EX_TEMPFAIL, "it broke off in the middle of an answer");
	else
		fail(call, EX_TEMPFAIL, "it closed the connection without an answer");
}
