#include "front_connection.h"

#include <string.h>

/* spec: RFC 9110 15: short, for a person. */
void front_refuse(struct front_connection *c, int status, const char *text)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {{400, "Bad Request"},
		       {403, "Forbidden"},
		       {408, "Request Timeout"},
		       {502, "Bad Gateway"},
		       {504, "Gateway Timeout"}};
	const char *reason = "";
	char answer[512];
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].status == status)
			reason = reasons[i].reason;
	int n = snprintf(answer, sizeof answer,
			 "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %zu\r\n"
			 "Connection: close\r\n\r\n%s%s",
			 status, reason, strlen(text) + 1, c->is_to_head ? "" : text, c->is_to_head ? "" : "\n");
	front_connection_drop_server(c);
	if (front_write(&c->client, answer, (size_t)n))
		front_connection_abort(c);
	else
		front_connection_finish(c);
}

/* No answer, or none that can be passed on. A client that knows how long an answer is sees by its end that it is not
 * whole; for one that ends with the connection it takes more. */
static void fail(struct front_connection *c, int status, const char *why)
{
	front_connection_log(c, "backend", why);
	if (c->has_answer && c->answer.framing != HTTP_UNTIL_CLOSE)
		front_connection_finish(c);
	else if (c->is_answer_begun)
		front_connection_abort(c);
	else
		front_refuse(c, status, "The server behind this one does not answer as it should");
}

/* spec: RFC 9110 15.2.2: what was asked for, and nothing else; the rest of the connection is no HTTP. */
static int change_protocol(struct front_connection *c, const struct http_head *head, struct err *err)
{
	if (!c->is_websocket || !http_body_is_over(&c->request))
		return err_bad(err, "it changes the protocol unasked");
	if (!head->asks_upgrade || !http_same(head->upgrade, "websocket"))
		return err_bad(err, "it changes to a protocol other than WebSocket");
	c->state = FRONT_RAW;
	front_connection_deadline(c, 0);
	return 0;
}

static int take_whole_head(struct front_connection *c, struct view bytes, struct err *err)
{
	struct http_head head;
	if (http_response_read(bytes, c->is_to_head, &head, err))
		return -1;
	if (head.status == 101)
		return change_protocol(c, &head, err);
	c->has_continue |= head.status == 100;
	if (head.status < 200)
		return 0;
	c->has_answer = true;
	c->is_answer_last = head.is_last;
	http_body_start(&c->answer, head.framing, head.length);
	return 0;
}

static int send_on(struct front_connection *c, const void *data, size_t size, struct err *err)
{
	c->is_answer_begun = true;
	return front_write(&c->client, data, size) ? err_set(err, EX_OSERR, "no memory") : 0;
}

/* How much of the bytes is of the head, or -1. A head is passed on when it is complete. */
static ssize_t take_head(struct front_connection *c, struct view bytes, struct err *err)
{
	struct view whole = bytes;
	size_t before = c->head.size, size;
	if (before) {
		size_t room = HTTP_HEAD_CAP + 1 - before, more = bytes.size < room ? bytes.size : room;
		if (bytes_add(&c->head, bytes.data, more, err))
			return -1;
		whole = view_of(c->head.data, c->head.size);
	}
	if (http_head_size(whole, &c->head_looked, &size, err))
		return -1;
	if (!size)
		return before || !bytes_add(&c->head, bytes.data, bytes.size, err) ? (ssize_t)bytes.size : -1;
	c->head_looked = 0;
	int status = take_whole_head(c, view_of(whole.data, size), err);
	if (!status)
		status = send_on(c, whole.data, size, err);
	bytes_free(&c->head);
	return status ? -1 : (ssize_t)(size - before);
}

static ssize_t take_body(struct front_connection *c, const uint8_t *data, size_t size, struct err *err)
{
	struct view content;
	size_t at = 0;
	while (at < size && !http_body_is_over(&c->answer)) {
		ssize_t n = http_body_next(&c->answer, data + at, size - at, &content, err);
		if (n < 0)
			return -1;
		at += (size_t)n;
	}
	return send_on(c, data, at, err) ? -1 : (ssize_t)at;
}

static bool is_answer_over(const struct front_connection *c)
{
	return c->has_answer && http_body_is_over(&c->answer);
}

static ssize_t take(struct front_connection *c, const uint8_t *data, size_t size, struct err *err)
{
	if (c->state == FRONT_RAW)
		return send_on(c, data, size, err) ? -1 : (ssize_t)size;
	return c->has_answer ? take_body(c, data, size, err) : take_head(c, view_of(data, size), err);
}

void front_take_answer(struct front_connection *c, const uint8_t *data, size_t size)
{
	struct err err;
	if (c->state == FRONT_WAITING) {
		/* Nobody asked: the farewell of a server that waited too long, or worse. */
		front_connection_finish(c);
		return;
	}
	while (size && !c->is_gone && !is_answer_over(c)) {
		ssize_t n = take(c, data, size, &err);
		if (n < 0) {
			fail(c, 502, err.text);
			return;
		}
		data += n;
		size -= (size_t)n;
	}
	if (!is_answer_over(c) || c->state != FRONT_EXCHANGE)
		return;
	c->has_excess = size;
	if (size)
		front_connection_log(c, "backend", "it sends more than its answer");
	front_exchange_over(c);
}

/* A body that is not wanted any more (spec: RFC 9110 10.1.1) or not read any more is not waited for: where it ends is
 * something about which client and backend could be of two minds. */
void front_exchange_over(struct front_connection *c)
{
	bool is_whole = http_body_is_over(&c->request), is_over = is_answer_over(c);
	bool is_last =
		c->is_answer_last || c->has_excess || c->server.is_deaf || (c->expects_continue && !c->has_continue);
	if (!is_over || (!is_whole && !is_last))
		return;
	if (is_last || c->is_last || c->front->is_draining || (c->client.is_over && !c->in.size)) {
		front_connection_finish(c);
		return;
	}
	c->has_answer = false;
	c->is_server_used = true;
	c->state = FRONT_WAITING;
	front_connection_deadline(c, c->in.size ? c->front->settings.head_seconds : FRONT_IDLE_SECONDS);
}

static void end_raw(struct front_connection *c, int error)
{
	c->server.is_over = true;
	c->client.ends_after = true;
	front_flush(&c->client);
	if (error)
		front_connection_abort(c);
	else if (c->client.is_over)
		front_connection_finish(c);
}

/* A server that closes an idle connection while a request is on its way does so here as it would without us: the client
 * sees a connection that ends, and knows that it may try again. */
void front_answer_ended(struct front_connection *c, int error)
{
	bool is_absent = !c->is_server_used && !c->is_answer_begun && !c->head.size && c->server.error;
	c->server.is_over = true;
	if (c->state == FRONT_RAW)
		end_raw(c, error);
	else if (c->state == FRONT_WAITING && c->in.size)
		front_connection_drop_server(c);
	else if (c->state != FRONT_EXCHANGE || is_answer_over(c))
		front_connection_finish(c);
	else if (c->has_answer && c->answer.framing == HTTP_UNTIL_CLOSE && !error)
		front_connection_finish(c);
	else if (c->is_server_used && !c->is_answer_begun && !c->head.size)
		front_connection_finish(c);
	else if (is_absent)
		fail(c, 502, strerrordesc_np(c->server.error));
	else
		fail(c, 502, error ? strerrordesc_np(error) : "it ended in the middle of an answer");
}
