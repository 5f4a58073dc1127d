#include "websocket_state.h"

#include "http_refusal.h"

#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

enum { SMALL = 16 << 10 }; /* bytes of a message that has room whatever others do */

/* spec: RFC 6455 7.4.1, for 1015. The text is libwebsockets' own, or another end's: it is cut, not trusted. */
static void on_refused(struct websocket *socket, const char *text, size_t size)
{
	static const char of_tls[] = "connect SSL err";
	char refusal[HTTP_REFUSAL_SIZE], line[HTTP_REFUSAL_SIZE + 32];
	struct view why = text ? view_of(text, strnlen(text, size)) : view_of_literal("cannot connect");
	if (http_refusal_take(refusal)) {
		snprintf(line, sizeof line, "its certificate is refused: %s", refusal);
		websocket_note(socket, 1015, view_of(line, strlen(line)));
	} else if (why.size >= strlen(of_tls) && !memcmp(why.data, of_tls, strlen(of_tls))) {
		websocket_note(socket, 1006, view_of_literal("the TLS handshake failed"));
	} else {
		websocket_note(socket, 1006, why);
	}
}

static void on_gone(struct websocket *socket)
{
	if (socket->is_known)
		websocket_gone(socket);
	else
		socket->is_lost = true;
}

int websocket_opened(struct websocket *socket, struct lws *wsi)
{
	int on = 1;
	lws_sul_cancel(&socket->timer);
	/* Messages are whole: waiting for more to go with a small one gains nothing. Of a unix socket it fails. */
	setsockopt(lws_get_socket_fd(wsi), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	socket->wsi = wsi;
	socket->is_open = true;
	socket->heard = loop_now();
	if (socket->is_paused)
		lws_rx_flow_control(wsi, 0);
	if (socket->outgoing)
		lws_callback_on_writable(wsi);
	if (socket->settings.handler->opened)
		socket->settings.handler->opened(socket->settings.context);
	return 0;
}

void websocket_forget(struct websocket *socket)
{
	socket->all->held -= socket->incoming.size;
	bytes_free(&socket->incoming);
}

/* Ends the connection with a goodbye of ours; not from here, where libwebsockets would lose its place in what it reads,
 * and the goodbye with it. */
static int refuse(struct websocket *socket, int code, const char *reason)
{
	websocket_forget(socket);
	websocket_close(socket, code, view_of(reason, strlen(reason)));
	return 0;
}

static struct websocket *largest(const struct websockets *all)
{
	struct websocket *found = all->first;
	for (struct websocket *socket = all->first; socket; socket = socket->next)
		if (socket->incoming.size > found->incoming.size)
			found = socket;
	return found;
}

/* Whoever sends the beginnings of large messages over many connections gets no more than the bound, and keeps nobody
 * out: the largest goes. Small ones always have room. False: it was this one. */
static bool make_room(struct websocket *socket, size_t size)
{
	struct websockets *all = socket->all;
	size_t cap = all->settings.held_cap, grown = socket->incoming.size + size;
	while (cap && grown > SMALL && all->held + size > cap) {
		struct websocket *other = largest(all);
		bool is_us = other->incoming.size <= grown;
		refuse(is_us ? socket : other, 1013, "too many messages under way: try again later");
		if (is_us)
			return false;
	}
	return true;
}

static int deliver(struct websocket *socket, uint8_t *data, size_t size, bool is_binary)
{
	if (!is_binary && !bytes_are_utf8(data, size))
		return refuse(socket, 1007, "a text that is not UTF-8");
	socket->settings.handler->message(socket->settings.context, data, size, is_binary);
	return 0;
}

/* How long a server's frame is we are told; of many clients' announcements nothing is made. */
static int keep(struct websocket *socket, const struct frame *piece, struct err *err)
{
	struct bytes *incoming = &socket->incoming;
	if (!incoming->size && socket->wire) {
		if (!bytes_extend(incoming, piece->size + (size_t)piece->left, err))
			return -1;
		incoming->size = 0;
	}
	return bytes_add(incoming, piece->data, piece->size, err);
}

/* A message that comes in one piece is not copied. */
int websocket_take(struct websocket *socket, const struct frame *piece)
{
	struct bytes *incoming = &socket->incoming;
	struct err err;
	size_t size = piece->size, cap = socket->settings.message_cap;
	socket->heard = loop_now();
	if (socket->is_closing)
		return 0;
	if (incoming->size > cap || size > cap - incoming->size || piece->left > cap - incoming->size - size)
		return refuse(socket, 1009, "a message larger than may be");
	if (piece->is_last && !incoming->size)
		return deliver(socket, piece->data, size, piece->is_binary);
	if ((!size && !piece->is_last) || !make_room(socket, size))
		return 0;
	if (keep(socket, piece, &err))
		return refuse(socket, 1011, "out of memory");
	socket->all->held += size;
	if (!piece->is_last)
		return 0;
	/* The handler may settle for another cap, and what it holds is as large as the largest message was. */
	cleanup_bytes struct bytes message = *incoming;
	socket->all->held -= message.size;
	*incoming = (struct bytes){0};
	return deliver(socket, (uint8_t *)message.data, message.size, piece->is_binary);
}

static int on_piece(struct websocket *socket, void *data, size_t size)
{
	struct frame piece = {
		.kind = FRAME_IS_PIECE,
		.data = data,
		.size = size,
		.left = lws_remaining_packet_payload(socket->wsi),
		.is_binary = lws_frame_is_binary(socket->wsi),
	};
	piece.is_last = !piece.left && lws_is_final_fragment(socket->wsi);
	return websocket_take(socket, &piece);
}

static int on_goodbye(struct websocket *socket, const uint8_t *data, size_t size)
{
	struct view none = {0};
	if (size < 2)
		websocket_note(socket, 1005, none);
	else
		websocket_note(socket, data[0] << 8 | data[1], view_of(data + 2, size - 2));
	socket->is_closing = socket->has_left = true; /* libwebsockets answers it */
	return 0;
}

static int on_writable(struct websocket *socket)
{
	if (socket->has_left) /* -1 once more would end it without waiting for the other side's goodbye */
		return 0;
	if (websocket_write(socket))
		return -1;
	if (!socket->is_closing || socket->outgoing)
		return 0;
	socket->has_left = true;
	lws_close_reason(socket->wsi, (enum lws_close_status)socket->code, (unsigned char *)socket->reason,
			 strlen(socket->reason));
	return -1;
}

/* What a client sends with its upgrade over TLS. */
static int on_asking(struct websocket *socket, struct lws *wsi, unsigned char **at, unsigned char *end)
{
	const char *text = socket->head.data, *last = text + socket->head.size;
	while (text < last) {
		char name[80];
		const char *value = text + strlen(text) + 1;
		snprintf(name, sizeof name, "%s:", text);
		if (lws_add_http_header_by_name(wsi, (unsigned char *)name, (const unsigned char *)value,
						(int)strlen(value), at, end))
			return -1;
		text = value + strlen(value) + 1;
	}
	bytes_free(&socket->head);
	return 0;
}

/* Which protocol the server has chosen; it was one of those that were offered, or libwebsockets would have refused. */
static int on_answered(struct websocket *socket, struct lws *wsi)
{
	char name[128];
	if (lws_hdr_total_length(wsi, WSI_TOKEN_PROTOCOL) &&
	    lws_hdr_copy(wsi, name, sizeof name, WSI_TOKEN_PROTOCOL) > 0)
		socket->protocol = strdup(name);
	return 0;
}

static int on_guest(struct websockets *all, enum lws_callback_reasons reason)
{
	if (reason == LWS_CALLBACK_RAW_RX_FILE && loop_turn(all->loop, 0, &all->err))
		all->has_failed = true;
	return 0;
}

/* libwebsockets takes in a descriptor. */
static int on_adopted(struct websockets *all, struct lws *wsi)
{
	struct websocket *socket = all->starting;
	if (!socket)
		return 0;
	all->starting = NULL;
	socket->wsi = wsi;
	lws_set_opaque_user_data(wsi, socket);
	return 0;
}

int websocket_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
	struct lws_context *context = wsi ? lws_get_context(wsi) : NULL;
	struct websockets *all = context ? lws_context_user(context) : NULL;
	struct websocket *socket = all ? lws_get_opaque_user_data(wsi) : NULL;
	unsigned char **at = in;
	(void)user;
	if (reason == LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED)
		return on_adopted(all, wsi);
	if (reason == LWS_CALLBACK_HTTP) /* not an upgrade: the caller has promised one */
		return -1;
	if (!socket)
		return all ? on_guest(all, reason) : 0;
	switch ((int)reason) {
	case LWS_CALLBACK_ESTABLISHED:
	case LWS_CALLBACK_CLIENT_ESTABLISHED:
		return websocket_opened(socket, wsi);
	case LWS_CALLBACK_RECEIVE:
	case LWS_CALLBACK_CLIENT_RECEIVE:
		return on_piece(socket, in, size);
	case LWS_CALLBACK_RECEIVE_PONG:
	case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
		socket->heard = loop_now();
		return 0;
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		return on_goodbye(socket, in, size);
	case LWS_CALLBACK_SERVER_WRITEABLE:
	case LWS_CALLBACK_CLIENT_WRITEABLE:
		return on_writable(socket);
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		return on_asking(socket, wsi, at, *at + size);
	case LWS_CALLBACK_CLIENT_FILTER_PRE_ESTABLISH:
		return on_answered(socket, wsi);
	case LWS_CALLBACK_RAW_CONNECTED:
		socket->wsi = wsi;
		lws_callback_on_writable(wsi);
		return 0;
	case LWS_CALLBACK_RAW_RX:
		return websocket_wire_read(socket, in, size);
	case LWS_CALLBACK_RAW_WRITEABLE:
		return websocket_write(socket);
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		on_refused(socket, in, size);
		on_gone(socket);
		lws_set_opaque_user_data(wsi, NULL);
		return 0;
	case LWS_CALLBACK_CLOSED:
	case LWS_CALLBACK_CLIENT_CLOSED:
	case LWS_CALLBACK_RAW_CLOSE:
	case LWS_CALLBACK_WSI_DESTROY: /* whoever was not told by another */
		lws_set_opaque_user_data(wsi, NULL);
		on_gone(socket);
		return 0;
	default:
		return 0;
	}
}
