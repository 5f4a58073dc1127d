#include "front_connection.h"
#include "http_target.h"

#include <string.h>

static const char *const tunnels = "/__ra__";

/* spec: RFC 9110 7.8, RFC 6455 4.1: an upgrade to nothing but WebSocket; to HTTP/2, for instance, would hide requests.
 */
static bool is_websocket(const struct http_head *head)
{
	return head->minor && head->asks_upgrade && http_same(head->upgrade, "websocket") &&
	       view_is(head->method, view_of_literal("GET")) && head->framing == HTTP_NO_BODY;
}

/* spec: tunnel-spec.md 1.1, 4 */
static bool is_tunnel(const struct http_head *head)
{
	return is_websocket(head) && head->target.size >= strlen(tunnels) &&
	       !memcmp(head->target.data, tunnels, strlen(tunnels));
}

/* The client's socket is somebody else's from now on. */
static void hand_over(struct front_connection *c, const uint8_t *data, size_t size)
{
	const struct front_settings *settings = &c->front->settings;
	int fd = c->client.fd;
	loop_unwatch(c->client.watch);
	c->client.watch = NULL;
	c->client.fd = -1;
	front_connection_free(c);
	settings->tunnel(settings->context, fd, data, size);
}

static void forward(struct front_connection *c, const struct http_head *head, const uint8_t *data, size_t size)
{
	c->is_websocket = is_websocket(head);
	c->expects_continue = head->expects_continue;
	c->is_last = head->is_last;
	c->has_answer = c->has_continue = c->is_answer_begun = false;
	http_body_start(&c->request, head->framing, head->length);
	c->state = FRONT_EXCHANGE;
	front_connection_moved(c);
	if (!front_connect(c) && front_write(&c->server, data, size))
		front_connection_abort(c);
}

/* How much was used: a whole head, or nothing. */
static size_t take_head(struct front_connection *c, const uint8_t *data, size_t size)
{
	const struct front_settings *settings = &c->front->settings;
	struct http_head head;
	struct err err;
	size_t head_size;
	c->is_to_head = false;
	if (http_head_size(view_of(data, size), &c->in_looked, &head_size, &err) ||
	    (head_size && http_request_read(view_of(data, head_size), &head, &err))) {
		front_connection_log(c, "a request was refused", err.text);
		front_refuse(c, 400, err.text);
		return 0;
	}
	if (!head_size || (is_tunnel(&head) && front_holds(&c->client)))
		return 0; /* or the socket would be handed over before the answer that is still to be written */
	c->in_looked = 0;
	c->is_to_head = view_is(head.method, view_of_literal("HEAD"));
	if (is_tunnel(&head)) {
		hand_over(c, data, size);
	} else if (settings->encrypted && http_path_is_of(head.path, settings->encrypted)) {
		front_connection_log(c, "a request was refused", "its path is for encrypted requests only");
		front_refuse(c, 403, "Encrypted channel required");
	} else {
		forward(c, &head, data, head_size);
	}
	return head_size;
}

/* Up to the end of the request, all at once. */
static size_t take_body(struct front_connection *c, const uint8_t *data, size_t size)
{
	struct view content;
	struct err err;
	size_t at = 0;
	while (at < size && !http_body_is_over(&c->request)) {
		ssize_t n = http_body_next(&c->request, data + at, size - at, &content, &err);
		if (n < 0) {
			front_connection_log(c, "a request was refused", err.text);
			if (c->is_answer_begun)
				front_connection_abort(c);
			else
				front_refuse(c, 400, err.text);
			return 0;
		}
		at += (size_t)n;
	}
	if (front_write(&c->server, data, at))
		front_connection_abort(c);
	else if (http_body_is_over(&c->request))
		front_exchange_over(c);
	return at;
}

/* How much can be used now. */
static size_t take(struct front_connection *c, const uint8_t *data, size_t size)
{
	switch (c->state) {
	case FRONT_WAITING:
		return take_head(c, data, size);
	case FRONT_EXCHANGE:
		return http_body_is_over(&c->request) ? 0 : take_body(c, data, size);
	case FRONT_RAW:
		if (front_write(&c->server, data, size))
			front_connection_abort(c);
		return size;
	default:
		return size;
	}
}

static size_t take_all(struct front_connection *c, const uint8_t *data, size_t size)
{
	size_t at = 0;
	while (at < size && !c->is_gone) {
		size_t n = take(c, data + at, size - at);
		if (!n)
			break;
		at += n;
	}
	return at;
}

/* Whatever waits was not used because something else comes first, or is a head that is not complete. */
void front_take_request(struct front_connection *c, const uint8_t *data, size_t size)
{
	struct err err;
	if (!c->in.size) {
		size_t used = take_all(c, data, size);
		data += used;
		size -= used;
		if (size && !c->is_gone && c->state == FRONT_WAITING)
			front_connection_deadline(c, c->front->settings.head_seconds);
	}
	if (!size || c->is_gone || c->state == FRONT_LINGER)
		return;
	bool had = c->in.size;
	if (bytes_add(&c->in, data, size, &err))
		front_connection_abort(c);
	else if (had)
		front_take_held(c);
}

void front_take_held(struct front_connection *c)
{
	struct bytes in = c->in;
	c->in = (struct bytes){0};
	size_t used = take_all(c, (const uint8_t *)in.data, in.size);
	if (c->is_gone || used == in.size || c->state == FRONT_LINGER) {
		bytes_free(&in);
		return;
	}
	memmove(in.data, in.data + used, in.size - used);
	in.size -= used;
	c->in = in;
}

/* A half request is of no use to anybody; what waits is still to be answered. */
void front_request_ended(struct front_connection *c)
{
	bool is_whole = http_body_is_over(&c->request);
	c->client.is_over = true;
	if (c->state == FRONT_RAW || (c->state == FRONT_EXCHANGE && is_whole && !c->in.size)) {
		c->server.ends_after = true;
		front_flush(&c->server);
		if (c->server.is_over)
			front_connection_finish(c);
	} else if (c->state == FRONT_EXCHANGE && !is_whole) {
		front_connection_abort(c);
	} else if (c->state == FRONT_WAITING) {
		front_connection_finish(c);
	} else if (c->state == FRONT_LINGER && !front_holds(&c->client)) {
		front_connection_free(c);
	}
}
