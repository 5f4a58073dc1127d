#include "websocket_state.h"

enum { TURN = 4 }; /* pieces a connection may send before others have their turn */

static void outgoing_free(struct websocket_outgoing *outgoing)
{
	bytes_free(&outgoing->bytes);
	free(outgoing);
}

void websocket_queue_free(struct websocket *socket)
{
	while (socket->outgoing) {
		struct websocket_outgoing *next = socket->outgoing->next;
		socket->all->queued -= socket->outgoing->bytes.size;
		outgoing_free(socket->outgoing);
		socket->outgoing = next;
	}
}

int websocket_send(struct websocket *socket, struct bytes *message, bool is_binary, struct err *err)
{
	struct websocket_outgoing *outgoing = socket->is_closing ? NULL : malloc(sizeof *outgoing);
	if (!outgoing) {
		bytes_free(message);
		return socket->is_closing ? 0 : err_system(err, EX_OSERR, "WebSocket");
	}
	*outgoing = (struct websocket_outgoing){NULL, *message, WEBSOCKET_HEADROOM, is_binary};
	*message = (struct bytes){0};
	if (!socket->outgoing)
		socket->moved = loop_now();
	*socket->outgoing_end = outgoing;
	socket->outgoing_end = &outgoing->next;
	socket->queued += outgoing->bytes.size;
	socket->all->queued += outgoing->bytes.size;
	socket->was_full |= websocket_is_full(socket);
	if (socket->is_open)
		lws_callback_on_writable(socket->wsi);
	return 0;
}

bool websocket_is_full(const struct websocket *socket)
{
	return socket->queued >= socket->settings.queue_cap;
}

void websocket_sent(struct websocket *socket)
{
	struct websocket_outgoing *outgoing = socket->outgoing;
	socket->outgoing = outgoing->next;
	if (!socket->outgoing)
		socket->outgoing_end = &socket->outgoing;
	socket->queued -= outgoing->bytes.size;
	socket->all->queued -= outgoing->bytes.size;
	outgoing_free(outgoing);
}

/* A frame of the first message: all of it, or a piece. */
static int write_piece(struct websocket *socket)
{
	struct websocket_outgoing *outgoing = socket->outgoing;
	size_t left = outgoing->bytes.size - outgoing->at, size = left < WEBSOCKET_PIECE ? left : WEBSOCKET_PIECE;
	int protocol = outgoing->at > WEBSOCKET_HEADROOM ? LWS_WRITE_CONTINUATION
		       : outgoing->is_binary             ? LWS_WRITE_BINARY
							 : LWS_WRITE_TEXT;
	if (size < left)
		protocol |= LWS_WRITE_NO_FIN;
	/* It uses what is in front. */
	if (lws_write(socket->wsi, (unsigned char *)outgoing->bytes.data + outgoing->at, size,
		      (enum lws_write_protocol)protocol) < (int)size)
		return -1;
	outgoing->at += size;
	if (size == left)
		websocket_sent(socket);
	return 0;
}

static int ping(struct websocket *socket)
{
	/* libwebsockets does not tell of a pong that has nothing in it. */
	unsigned char byte[LWS_PRE + 1] = {0};
	socket->wants_ping = false;
	return lws_write(socket->wsi, byte + LWS_PRE, 1, LWS_WRITE_PING) < 0 ? -1 : 0;
}

static int write_frames(struct websocket *socket)
{
	if (socket->wants_ping && ping(socket))
		return -1;
	for (int i = 0; i < TURN && socket->outgoing && !lws_send_pipe_choked(socket->wsi); i++)
		if (write_piece(socket))
			return -1;
	if (socket->outgoing)
		lws_callback_on_writable(socket->wsi);
	return 0;
}

static size_t unwritten(const struct websocket *socket)
{
	return socket->outgoing ? socket->queued - socket->outgoing->at : 0;
}

int websocket_write(struct websocket *socket)
{
	size_t before = unwritten(socket);
	if (socket->wire ? websocket_wire_write(socket) : write_frames(socket))
		return -1;
	if (unwritten(socket) < before)
		socket->moved = loop_now();
	if (socket->was_full && socket->queued <= socket->settings.queue_cap / 2) {
		socket->was_full = false;
		if (socket->settings.handler->drained)
			socket->settings.handler->drained(socket->settings.context);
	}
	return 0;
}
