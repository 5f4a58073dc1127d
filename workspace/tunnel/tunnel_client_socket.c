/* WebSockets through a tunnel. */
#include "tunnel_client_parts.h"

#include <string.h>

enum { CODE_NONE = 1005, CODE_BROKEN = 1006 };

struct tunnel_socket {
	struct tunnel_client *client;
	struct tunnel_socket *next;
	const struct websocket_handler *handler;
	void *context;
	uint64_t number;
	int64_t moved;
	bool is_gone, is_open, is_closing, waits;
};

static void over(struct tunnel_socket *socket, int code, struct view reason)
{
	if (socket->is_gone)
		return;
	socket->is_gone = true;
	socket->handler->closed(socket->context, code, reason);
}

void sockets_over(struct tunnel_client *client, const struct err *err)
{
	for (struct tunnel_socket *it = client->sockets; it; it = it->next)
		if (err)
			over(it, CODE_BROKEN, view_of(err->text, strlen(err->text)));
		else
			it->is_gone = true;
}

void sockets_sweep(struct tunnel_client *client)
{
	for (struct tunnel_socket **at = &client->sockets; *at;) {
		struct tunnel_socket *it = *at;
		if (!it->is_gone) {
			at = &it->next;
			continue;
		}
		*at = it->next;
		free(it);
	}
}

/* Open ones may be silent for as long as they like. */
void sockets_tick(struct tunnel_client *client)
{
	static const char late[] = "no answer in time";
	int64_t silent = 1000 * (int64_t)client->settings.silent_seconds;
	for (struct tunnel_socket *it = client->sockets; it && client->state == CLIENT_OPEN; it = it->next)
		if ((!it->is_open || it->is_closing) && client->now - it->moved >= silent)
			over(it, CODE_BROKEN, view_of_literal(late));
}

void sockets_drained(struct tunnel_client *client)
{
	for (struct tunnel_socket *it = client->sockets; it && client->state == CLIENT_OPEN; it = it->next) {
		if (it->is_gone || !it->waits || client->wire.is_full(client->wire.context))
			continue;
		it->waits = false;
		if (it->handler->drained)
			it->handler->drained(it->context);
	}
}

static int send(struct tunnel_socket *socket, struct message *message, struct err *err)
{
	char id[CLIENT_ID_SIZE];
	message->id = client_id(socket->client, socket->number, id);
	return client_send(socket->client, message, err);
}

struct tunnel_socket *tunnel_socket_new(struct tunnel_client *client, const struct message *connect,
					const struct websocket_handler *handler, void *context, struct err *err)
{
	struct message copy = *connect;
	if (client->state != CLIENT_OPEN)
		return err_set(err, EX_SOFTWARE, "the tunnel is not open"), NULL;
	struct tunnel_socket *socket = calloc(1, sizeof *socket);
	if (!socket)
		return err_system(err, EX_OSERR, "WebSocket"), NULL;
	*socket = (struct tunnel_socket){
		.client = client,
		.handler = handler,
		.context = context,
		.number = client->ids + 1,
		.moved = client->now,
	};
	copy.type = WS_CONNECT;
	if (send(socket, &copy, err)) {
		free(socket);
		return NULL;
	}
	client->ids++;
	socket->next = client->sockets;
	client->sockets = socket;
	return socket;
}

int tunnel_socket_send(struct tunnel_socket *socket, struct view data, bool is_binary, struct err *err)
{
	struct message message = {
		.type = WS_MESSAGE,
		.body = {is_binary ? CONTENT_BYTES : CONTENT_TEXT,
			 view_of(data.size ? (const void *)data.data : "", data.size)},
	};
	if (socket->is_gone || socket->is_closing)
		return 0;
	if (!socket->is_open)
		return err_set(err, EX_SOFTWARE, "the WebSocket is not open");
	if (!is_binary && !bytes_are_utf8(data.data, data.size))
		return err_bad(err, "a message of text that is not UTF-8");
	if (send(socket, &message, err))
		return -1;
	socket->waits = socket->client->wire.is_full(socket->client->wire.context);
	return socket->waits;
}

void tunnel_socket_close(struct tunnel_socket *socket, int code, struct view reason)
{
	struct err err;
	struct message message = {.type = WS_CLOSE, .code = code, .reason = reason};
	if (socket->is_gone || socket->is_closing)
		return;
	socket->is_closing = true;
	socket->moved = socket->client->now;
	if (socket->client->state == CLIENT_OPEN && send(socket, &message, &err))
		client_over(socket->client, 1011, &err);
}

static void take_event(struct tunnel_socket *socket, const struct message *message)
{
	struct view why = message->reason.data ? message->reason : message->error;
	if (message->event == WS_EVENT_CLOSE)
		over(socket, message->code ? message->code : CODE_NONE, message->reason);
	else if (message->event == WS_EVENT_ERROR)
		over(socket, CODE_BROKEN, why);
	else if (socket->is_open)
		client_stray(socket->client, "a WebSocket that opens twice");
	else {
		socket->is_open = true;
		if (!socket->is_closing && socket->handler->opened)
			socket->handler->opened(socket->context);
	}
}

/* The frame it is in is ours to change. */
static void take_message(struct tunnel_socket *socket, const struct message *message)
{
	struct view data = message->body.bytes;
	if (!socket->is_open)
		client_stray(socket->client, "a message of a WebSocket that is not open");
	else if (!socket->is_closing)
		socket->handler->message(socket->context, (uint8_t *)(uintptr_t)data.data, data.size,
					 message->body.kind == CONTENT_BYTES);
}

static struct tunnel_socket *find(const struct tunnel_client *client, uint64_t number)
{
	struct tunnel_socket *it = client->sockets;
	while (it && (it->is_gone || it->number != number))
		it = it->next;
	return it;
}

void sockets_take(struct tunnel_client *client, const struct message *message)
{
	uint64_t number = client_id_number(client, message->id);
	struct tunnel_socket *socket = number ? find(client, number) : NULL;
	if (!number)
		client_stray(client, "a WebSocket that was never opened");
	if (!socket)
		return;
	socket->moved = client->now;
	if (message->type == WS_EVENT)
		take_event(socket, message);
	else if (message->type == WS_MESSAGE)
		take_message(socket, message);
	else
		over(socket, message->code ? message->code : CODE_NONE, message->reason);
}
