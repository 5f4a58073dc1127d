/* Requests of a tunnel, and their answers. */
#include "tunnel_client_parts.h"

#include <string.h>

struct tunnel_request {
	struct tunnel_client *client;
	struct tunnel_request *next;
	const struct tunnel_answer_handler *handler;
	void *context;
	uint64_t number;
	int64_t moved; /* when something did */
	bool is_gone;

	bool is_sending, is_finished, waits; /* a body; its caller has given all; or waits for room */
	size_t credit;
	struct bytes pending; /* from pending_at on */
	size_t pending_at;

	bool has_head, is_paused;
	size_t room;  /* that the server has left */
	size_t taken; /* for which it was given no new room yet */
};

static void end(struct tunnel_request *request)
{
	request->is_gone = true;
	bytes_free(&request->pending);
}

static void fail(struct tunnel_request *request, const struct err *err)
{
	if (request->is_gone)
		return;
	end(request);
	request->handler->failed(request->context, err);
}

void requests_over(struct tunnel_client *client, const struct err *err)
{
	for (struct tunnel_request *it = client->requests; it; it = it->next)
		if (err)
			fail(it, err);
		else
			end(it);
}

void requests_sweep(struct tunnel_client *client)
{
	for (struct tunnel_request **at = &client->requests; *at;) {
		struct tunnel_request *it = *at;
		if (!it->is_gone) {
			at = &it->next;
			continue;
		}
		*at = it->next;
		free(it);
	}
}

void requests_tick(struct tunnel_client *client)
{
	struct err err;
	int64_t silent = 1000 * (int64_t)client->settings.silent_seconds;
	for (struct tunnel_request *it = client->requests; it; it = it->next) {
		if (it->is_gone || it->is_paused || client->now - it->moved < silent)
			continue;
		err_set(&err, EX_TEMPFAIL, "nothing came for %u seconds", client->settings.silent_seconds);
		tunnel_request_drop(it);
		it->handler->failed(it->context, &err);
		if (client->state == CLIENT_OVER)
			return;
	}
}

/* The end of the tunnel when a frame cannot be sent, for whoever is not called by its owner. */
static void send_or_end(struct tunnel_request *request, struct message *message)
{
	struct err err;
	char id[CLIENT_ID_SIZE];
	message->id = client_id(request->client, request->number, id);
	if (client_send(request->client, message, &err))
		client_over(request->client, 1011, &err);
}

/* What version 1 can carry. */
static int suit(const struct tunnel_client *client, struct message *message, struct err *err)
{
	if (client->state != CLIENT_OPEN)
		return err_set(err, EX_SOFTWARE, "the tunnel is not open");
	if (channel_version(client->channel) >= 2)
		return 0;
	if (message->is_streamed)
		return err_bad(err, "version 1 of the tunnel has no bodies in parts");
	if (message->body.kind == CONTENT_BYTES && !bytes_are_utf8(message->body.bytes.data, message->body.bytes.size))
		return err_bad(err, "version 1 of the tunnel has no bodies but text, and this one is not UTF-8");
	if (message->body.kind == CONTENT_BYTES)
		message->body.kind = CONTENT_TEXT;
	return 0;
}

struct tunnel_request *tunnel_request_new(struct tunnel_client *client, const struct message *message,
					  const struct tunnel_answer_handler *handler, void *context, struct err *err)
{
	char id[CLIENT_ID_SIZE];
	struct message copy = *message;
	if (suit(client, &copy, err))
		return NULL;
	struct tunnel_request *request = calloc(1, sizeof *request);
	if (!request)
		return err_system(err, EX_OSERR, "request"), NULL;
	*request = (struct tunnel_request){
		.client = client,
		.handler = handler,
		.context = context,
		.number = client->ids + 1,
		.moved = client->now,
		.is_sending = message->is_streamed,
		.credit = TUNNEL_CREDIT,
		.room = TUNNEL_CREDIT,
	};
	copy.type = HTTP_REQUEST;
	copy.id = client_id(client, request->number, id);
	if (client_send(client, &copy, err)) {
		free(request);
		return NULL;
	}
	client->ids++;
	request->next = client->requests;
	client->requests = request;
	return request;
}

void tunnel_request_drop(struct tunnel_request *request)
{
	struct message cancel = {.type = HTTP_CANCEL};
	if (request->is_gone)
		return;
	end(request);
	if (channel_version(request->client->channel) >= 2 && request->client->state == CLIENT_OPEN)
		send_or_end(request, &cancel);
}

/* The body. */

static int send_chunk(struct tunnel_request *request, const void *data, size_t size, bool is_last, struct err *err)
{
	char id[CLIENT_ID_SIZE];
	struct message chunk = {
		.type = HTTP_CHUNK,
		.id = client_id(request->client, request->number, id),
		.body = {CONTENT_BYTES, view_of(size ? data : "", size)},
		.is_last = is_last,
	};
	request->credit -= size;
	request->moved = request->client->now;
	request->is_sending = !is_last;
	return client_send(request->client, &chunk, err);
}

static bool is_full(const struct tunnel_request *request)
{
	return !request->credit || request->client->wire.is_full(request->client->wire.context);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Sends as much of the bytes as may be under way; how many that is, or -1. */
static ssize_t send_some(struct tunnel_request *request, const char *data, size_t size, struct err *err)
{
	size_t at = 0;
	while (at < size && !is_full(request)) {
		size_t part = least(least(size - at, request->credit), MESSAGE_CHUNK);
		if (send_chunk(request, data + at, part, request->is_finished && at + part == size, err))
			return -1;
		at += part;
	}
	return (ssize_t)at;
}

static size_t left(const struct tunnel_request *request)
{
	return request->pending.size - request->pending_at;
}

static int send_pending(struct tunnel_request *request, struct err *err)
{
	ssize_t sent =
		left(request) ? send_some(request, request->pending.data + request->pending_at, left(request), err) : 0;
	if (sent < 0)
		return -1;
	request->pending_at += (size_t)sent;
	if (!left(request))
		request->pending.size = request->pending_at = 0;
	return request->is_finished && request->is_sending && !left(request) ? send_chunk(request, NULL, 0, true, err)
									     : 0;
}

int tunnel_request_send(struct tunnel_request *request, const void *data, size_t size, struct err *err)
{
	if (request->is_gone)
		return 0;
	if (!request->is_sending || request->is_finished)
		return err_set(err, EX_SOFTWARE, "a body that was not announced");
	ssize_t sent = left(request) ? 0 : send_some(request, data, size, err);
	if (sent < 0 || bytes_add(&request->pending, (const char *)data + sent, size - (size_t)sent, err))
		return -1;
	request->waits = left(request) || is_full(request);
	return request->waits;
}

int tunnel_request_finish(struct tunnel_request *request, struct err *err)
{
	request->is_finished = true;
	return request->is_gone || !request->is_sending ? 0 : send_pending(request, err);
}

static void go_on(struct tunnel_request *request)
{
	struct err err;
	if (request->is_gone || !request->is_sending)
		return;
	if (send_pending(request, &err)) {
		client_over(request->client, 1011, &err);
		return;
	}
	if (!request->waits || left(request) || is_full(request) || !request->is_sending)
		return;
	request->waits = false;
	request->handler->writable(request->context);
}

void requests_drained(struct tunnel_client *client)
{
	for (struct tunnel_request *it = client->requests; it && client->state == CLIENT_OPEN; it = it->next)
		go_on(it);
}

static void take_window(struct tunnel_request *request, uint32_t credit)
{
	if (credit > MESSAGE_CREDIT || request->credit + credit > MESSAGE_CREDIT) {
		client_stray(request->client, "more room than a body may be given");
		return;
	}
	request->credit += credit;
	go_on(request);
}

/* The answer. */

static void give_room(struct tunnel_request *request, size_t size)
{
	struct message window = {.type = HTTP_WINDOW, .credit = (uint32_t)size};
	request->room += size;
	send_or_end(request, &window);
}

/* In large steps, or every chunk would cost a message. */
static void give_back(struct tunnel_request *request)
{
	size_t size = request->taken;
	if (request->is_gone || request->is_paused || size < TUNNEL_RECEIVES / 4)
		return;
	request->taken = 0;
	give_room(request, size);
}

void tunnel_request_pause(struct tunnel_request *request, bool is_paused)
{
	request->is_paused = is_paused;
	request->moved = request->client->now;
	if (request->client->state == CLIENT_OPEN)
		give_back(request);
}

static void finish(struct tunnel_request *request)
{
	if (request->is_gone)
		return;
	end(request);
	request->handler->end(request->context);
}

static void take_head(struct tunnel_request *request, const struct message *head)
{
	struct err err;
	bool is_streamed = head->is_streamed;
	if (request->has_head || (is_streamed && channel_version(request->client->channel) < 2)) {
		client_stray(request->client, "a second answer, or one of a later version");
		return;
	}
	if (head->error.data) {
		err_set(&err, EX_TEMPFAIL, "the server has no answer: %.*s", (int)least(head->error.size, 500),
			(const char *)head->error.data);
		fail(request, &err);
		return;
	}
	request->has_head = true;
	request->handler->head(request->context, head);
	if (!is_streamed && head->body.bytes.size && !request->is_gone)
		request->handler->data(request->context, head->body.bytes.data, head->body.bytes.size);
	if (!is_streamed)
		finish(request);
	else if (!request->is_gone && request->client->state == CLIENT_OPEN)
		give_room(request, TUNNEL_RECEIVES - TUNNEL_CREDIT);
}

static void take_chunk(struct tunnel_request *request, const struct message *chunk)
{
	size_t size = chunk->body.bytes.size;
	if (!request->has_head || size > MESSAGE_CHUNK || size > request->room) {
		client_stray(request->client,
			     "a part of an answer before its head, or more of it than there was room for");
		return;
	}
	request->room -= size;
	request->taken += size;
	if (size)
		request->handler->data(request->context, chunk->body.bytes.data, size);
	if (chunk->is_last)
		finish(request);
	else if (request->client->state == CLIENT_OPEN)
		give_back(request);
}

static void take_cancel(struct tunnel_request *request, struct view reason)
{
	struct err err;
	err_set(&err, EX_TEMPFAIL, "the server gave up%s%.*s", reason.size ? ": " : "", (int)least(reason.size, 500),
		(const char *)(reason.data ? reason.data : (const uint8_t *)""));
	fail(request, &err);
}

static struct tunnel_request *find(const struct tunnel_client *client, uint64_t number)
{
	struct tunnel_request *it = client->requests;
	while (it && (it->is_gone || it->number != number))
		it = it->next;
	return it;
}

/* What comes for a request that has ended was on its way when it did. */
void requests_take(struct tunnel_client *client, const struct message *message)
{
	uint64_t number = client_id_number(client, message->id);
	struct tunnel_request *request = number ? find(client, number) : NULL;
	if (!number || (message->type != HTTP_RESPONSE && channel_version(client->channel) < 2))
		client_stray(client, "an answer to a request that was never made");
	if (!request || client->state == CLIENT_OVER)
		return;
	request->moved = client->now;
	if (message->type == HTTP_RESPONSE)
		take_head(request, message);
	else if (message->type == HTTP_CHUNK)
		take_chunk(request, message);
	else if (message->type == HTTP_WINDOW)
		take_window(request, message->credit);
	else
		take_cancel(request, message->reason);
}
