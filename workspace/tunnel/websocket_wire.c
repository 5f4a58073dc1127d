/* A client's side of a connection without TLS, once there is one: its upgrade, its frames. libwebsockets waits for the
 * bytes and reads them. */
#include "websocket_state.h"

#include "websocket_upgrade.h"

#include "seal.h"

#include <string.h>
#include <sys/socket.h>

enum { TURN = 4 }; /* pieces a connection may send before others have their turn */

void websocket_wire_free(struct websocket *socket)
{
	struct websocket_wire *wire = socket->wire;
	if (!wire)
		return;
	bytes_free(&wire->unread);
	bytes_free(&wire->due);
	free(wire->offered);
	free(wire);
	socket->wire = NULL;
}

/* Bytes written, 0 for none at present. libwebsockets would ask first whether it takes any, and keep a copy of what it
 * does not. */
static ssize_t push(const struct websocket *socket, const void *data, size_t size)
{
	ssize_t sent = send(lws_get_socket_fd(socket->wsi), data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
}

static bool is_begun(const struct websocket *socket)
{
	return socket->wire->masked;
}

static int make_control(struct websocket *socket, enum frame_opcode opcode, const void *data, size_t size)
{
	uint8_t frame[FRAME_HEADER_MAX + FRAME_CONTROL_MAX], mask[FRAME_MASK_SIZE];
	struct err err;
	seal_random(mask, sizeof mask);
	size_t header = frame_header_write(opcode, size, mask, frame);
	if (size)
		memcpy(frame + header, data, size);
	frame_mask(frame + header, size, mask);
	return bytes_add(&socket->wire->due, frame, header + size, &err);
}

static int make_goodbye(struct websocket *socket)
{
	uint8_t text[2 + WEBSOCKET_REASON];
	int code = socket->wire->goodbye ? socket->wire->goodbye : socket->code;
	size_t size = strlen(socket->reason);
	socket->has_left = true;
	text[0] = (uint8_t)(code >> 8);
	text[1] = (uint8_t)code;
	memcpy(text + 2, socket->reason, size);
	return make_control(socket, FRAME_CLOSE, text, code == 1005 ? 0 : 2 + size);
}

/* What goes between two messages. */
static int make_due(struct websocket *socket)
{
	struct websocket_wire *wire = socket->wire;
	if (!socket->is_open || socket->has_left)
		return 0;
	if (wire->has_heard_goodbye || (socket->is_closing && !socket->outgoing))
		return make_goodbye(socket);
	if (wire->wants_pong) {
		wire->wants_pong = false;
		return make_control(socket, FRAME_PONG, wire->pong, wire->pong_size);
	}
	if (!socket->wants_ping)
		return 0;
	socket->wants_ping = false;
	return make_control(socket, FRAME_PING, NULL, 0);
}

/* 1: all of it is written; 0: not yet. */
static int push_due(struct websocket *socket)
{
	struct websocket_wire *wire = socket->wire;
	ssize_t sent = push(socket, wire->due.data + wire->due_at, wire->due.size - wire->due_at);
	if (sent < 0)
		return -1;
	wire->due_at += (size_t)sent;
	if (wire->due_at < wire->due.size)
		return 0;
	bytes_free(&wire->due);
	wire->due_at = 0;
	return 1;
}

/* A message is one frame: its header is put in front of it. */
static void begin(struct websocket *socket)
{
	struct websocket_outgoing *outgoing = socket->outgoing;
	uint8_t header[FRAME_HEADER_MAX];
	seal_random(socket->wire->mask, FRAME_MASK_SIZE);
	size_t size = frame_header_write(outgoing->is_binary ? FRAME_BINARY : FRAME_TEXT,
					 outgoing->bytes.size - WEBSOCKET_HEADROOM, socket->wire->mask, header);
	outgoing->at = WEBSOCKET_HEADROOM - size;
	memcpy(outgoing->bytes.data + outgoing->at, header, size);
	socket->wire->masked = WEBSOCKET_HEADROOM;
}

/* The next piece, masked shortly before it goes, while it is in the cache. */
static void mask_piece(struct websocket *socket)
{
	struct websocket_wire *wire = socket->wire;
	struct bytes *bytes = &socket->outgoing->bytes;
	size_t left = bytes->size - wire->masked, size = left < WEBSOCKET_PIECE ? left : WEBSOCKET_PIECE;
	frame_mask((uint8_t *)bytes->data + wire->masked, size, wire->mask);
	wire->masked += size;
}

static int push_message(struct websocket *socket)
{
	struct websocket_wire *wire = socket->wire;
	struct websocket_outgoing *outgoing = socket->outgoing;
	if (!is_begun(socket)) {
		begin(socket);
		mask_piece(socket);
	} else if (outgoing->at == wire->masked) {
		mask_piece(socket);
	}
	ssize_t sent = push(socket, outgoing->bytes.data + outgoing->at, wire->masked - outgoing->at);
	if (sent < 0)
		return -1;
	outgoing->at += (size_t)sent;
	if (outgoing->at < wire->masked)
		return 0;
	if (outgoing->at == outgoing->bytes.size) {
		wire->masked = 0;
		websocket_sent(socket);
	}
	return 1;
}

/* As push_due(); 0 also when there is nothing to write. */
static int push_next(struct websocket *socket)
{
	struct websocket_wire *wire = socket->wire;
	if (!wire->due.size && !is_begun(socket) && make_due(socket))
		return -1;
	if (wire->due.size)
		return push_due(socket);
	return socket->outgoing && socket->is_open && !socket->has_left ? push_message(socket) : 0;
}

/* What comes next wants no more from us, or would not be understood. */
static bool is_over(const struct websocket *socket)
{
	return socket->has_left && !socket->wire->due.size && socket->wire->has_heard_goodbye;
}

int websocket_wire_write(struct websocket *socket)
{
	int pushed = 1;
	for (int i = 0; i < TURN && pushed > 0; i++)
		pushed = push_next(socket);
	if (pushed < 0 || is_over(socket))
		return -1;
	if (pushed || socket->wire->due.size || (socket->outgoing && socket->is_open && !socket->has_left))
		lws_callback_on_writable(socket->wsi);
	return 0;
}

static int answer_ping(struct websocket *socket, const struct frame *frame)
{
	/* spec: RFC 6455 5.5.3: the last one may be answered for all. */
	struct websocket_wire *wire = socket->wire;
	wire->wants_pong = true;
	wire->pong_size = frame->size;
	memcpy(wire->pong, frame->data, frame->size);
	lws_callback_on_writable(socket->wsi);
	return 0;
}

static int hear_goodbye(struct websocket *socket, const struct frame *frame)
{
	struct view none = {0};
	socket->wire->has_heard_goodbye = socket->wire->is_deaf = true;
	if (frame->size < 2)
		websocket_note(socket, 1005, none);
	else
		websocket_note(socket, frame->data[0] << 8 | frame->data[1], view_of(frame->data + 2, frame->size - 2));
	socket->is_closing = true;
	lws_callback_on_writable(socket->wsi);
	lws_set_timeout(socket->wsi, PENDING_TIMEOUT_USER_OK, WEBSOCKET_CLOSE_SECONDS);
	return is_over(socket) ? -1 : 0;
}

static int take_frame(struct websocket *socket, const struct frame *frame)
{
	switch (frame->kind) {
	case FRAME_IS_PIECE:
		return websocket_take(socket, frame);
	case FRAME_IS_PING:
		return answer_ping(socket, frame);
	case FRAME_IS_CLOSE:
		return hear_goodbye(socket, frame);
	default:
		return 0;
	}
}

/* Nothing more of it can be understood. It is told so, and the caller that the connection broke. */
static int break_off(struct websocket *socket, const struct err *why)
{
	websocket_forget(socket);
	socket->wire->is_deaf = true;
	socket->wire->goodbye = 1002;
	websocket_note(socket, 1006, view_of(why->text, strlen(why->text)));
	websocket_close(socket, 1002, (struct view){0});
	return 0;
}

static int take(struct websocket *socket, uint8_t *data, size_t size)
{
	struct websocket_wire *wire = socket->wire;
	struct frame frame;
	struct err err;
	while (size && !wire->is_deaf && !socket->is_paused) {
		size_t used;
		if (frames_next(&wire->frames, data, size, &used, &frame, &err))
			return break_off(socket, &err);
		data += used;
		size -= used;
		if (take_frame(socket, &frame))
			return -1;
	}
	return size && !wire->is_deaf ? bytes_add(&wire->unread, data, size, &err) : 0;
}

static int fail(struct websocket *socket, const struct err *err)
{
	websocket_note(socket, 1006, view_of(err->text, strlen(err->text)));
	return -1;
}

/* The server's answer to the upgrade, as far as it has come; frames may be behind it. */
static int take_answer(struct websocket *socket, const uint8_t *data, size_t size)
{
	struct websocket_wire *wire = socket->wire;
	struct view protocol;
	struct err err;
	size_t head;
	if (bytes_add(&wire->unread, data, size, &err) ||
	    http_head_size(view_of(wire->unread.data, wire->unread.size), &wire->looked, &head, &err))
		return fail(socket, &err);
	if (!head)
		return 0;
	cleanup_bytes struct bytes bytes = wire->unread;
	wire->unread = (struct bytes){0};
	if (upgrade_read(view_of(bytes.data, head), wire->accept, wire->offered, &protocol, &err))
		return fail(socket, &err);
	if (protocol.data)
		socket->protocol = strndup((const char *)protocol.data, protocol.size);
	if (websocket_opened(socket, socket->wsi))
		return -1;
	return take(socket, (uint8_t *)bytes.data + head, bytes.size - head);
}

int websocket_wire_read(struct websocket *socket, uint8_t *data, size_t size)
{
	struct websocket_wire *wire = socket->wire;
	struct err err;
	if (!size) /* a unix socket's end */
		return -1;
	socket->heard = loop_now();
	if (!socket->is_open)
		return socket->is_closing ? 0 : take_answer(socket, data, size);
	if (wire->unread.size) /* it has its turn first */
		return bytes_add(&wire->unread, data, size, &err);
	return take(socket, data, size);
}

static void resume(lws_sorted_usec_list_t *timer)
{
	struct websocket *socket = lws_container_of(timer, struct websocket, timer);
	cleanup_bytes struct bytes bytes = {0};
	if (socket->is_paused)
		return;
	bytes = socket->wire->unread;
	socket->wire->unread = (struct bytes){0};
	if (take(socket, (uint8_t *)bytes.data, bytes.size))
		websocket_kill(socket);
	else if (!socket->is_paused)
		lws_rx_flow_control(socket->wsi, 1);
}

void websocket_wire_resume(struct websocket *socket)
{
	if (socket->wire->unread.size)
		lws_sul_schedule(socket->all->context, 0, &socket->timer, resume, 1);
	else
		lws_rx_flow_control(socket->wsi, 1);
}
