/* The client of fake_below.h: a whole tunnel, what it sends, and what has come of it. */
#ifndef TESTS_BELOW_CLIENT_H
#define TESTS_BELOW_CLIENT_H

#include "fake_below.h"

/* Any message, as it is on the wire. */
static inline void below_give(struct bytes *frame, bool is_binary)
{
	const struct websocket_settings *to = &below.outer->settings;
	to->handler->message(to->context, (uint8_t *)frame->data, frame->size, is_binary);
}

/* A payload's bytes, whatever they are. */
static inline void below_seal(const void *plain, size_t size)
{
	struct hand hand = {.version = channel_version(below.client), .sent = below.client->sent.frames};
	cleanup_bytes struct bytes frame = {0};
	memcpy(hand.seal_key, channel_key_to_seal(below.client), SEAL_KEY_SIZE);
	hand_seal(&hand, plain, size, &frame);
	below.client->sent.frames += hand.version == 2;
	below.client->sent.bytes += hand.version == 2 ? frame.size : 0;
	below_give(&frame, true);
}

static inline void below_say(const struct message *message)
{
	struct err err;
	cleanup_bytes struct bytes frame = {0};
	hand_must(!channel_seal(below.client, message, &frame, &err));
	below_give(&frame, true);
}

static const struct endpoints_settings below_usual = {
	.requests = 4, .sockets = 2, .memory = 1 << 20, .sealed_cap = 16 << 20, .handshake_seconds = 10};

/* A tunnel that was upgraded to. */
static inline void below_begin(const struct endpoints_settings *settings, int version)
{
	struct err err;
	static const char upgrade[] = "GET /__ra__ HTTP/1.1\r\nHost: tunnel.test:8443\r\n\r\n";
	const struct channel_settings client = {.role = CHANNEL_CLIENT, .no_version_2 = version == 1};
	static const struct backend_place nowhere;
	struct endpoints_settings all = *settings;
	below.key = tunnel_key_new(&err);
	hand_must(below.key);
	below.offer =
		(struct offer){.key = below.key, .evidence = {.quote = {.data = (char *)(uintptr_t) "q", .size = 1}}};
	all.place = &nowhere;
	below.all = endpoints_new(&all, &err);
	below.client = channel_new(&client, &err);
	hand_must(below.all && below.client);
	endpoint_begin(below.all, -1, upgrade, sizeof upgrade - 1);
	hand_must(below.outer);
}

static inline void below_hello(void)
{
	struct err err;
	cleanup_bytes struct bytes frame = {0};
	hand_must(!channel_hello(below.client, &frame, &err));
	below_give(&frame, true);
}

static inline void below_accept(void)
{
	struct err err;
	cleanup_bytes struct bytes frame = {0};
	hand_must(below.got[SERVER_KX] == 1 && !channel_accept(below.client, &frame, &err));
	below_give(&frame, true);
}

static inline void below_open(const struct endpoints_settings *settings, int version)
{
	below_begin(settings, version);
	below_hello();
	below_accept();
}

static inline struct endpoint *below_endpoint(void)
{
	return below.outer->settings.context;
}

static inline void below_free(void)
{
	for (struct backend_call *call = below.calls, *next; call; call = next) {
		hand_must(call->is_gone);
		next = call->next;
		bytes_free(&call->head);
		free(call);
	}
	for (struct websocket *socket = below.inners, *next; socket; socket = next) {
		next = socket->next;
		free(socket->url);
		free(socket);
	}
	free(below.outer->url);
	free(below.outer);
}

/* Everything is gone, whoever has ended it, and nothing is left of it. */
static inline void below_over(void)
{
	if (!below.outer->is_gone)
		below_closed(below.outer, 1006, (struct view){0});
	for (struct websocket *socket = below.inners; socket; socket = socket->next)
		if (!socket->is_gone) {
			hand_must(socket->is_closing);
			below_closed(socket, 1001, (struct view){0});
		}
	below_pass(0);
	hand_must(!endpoints_count(below.all) && !below.timers && !below.offer.holders && !below.is_asked);
	endpoints_free(below.all);
	message_free(&below.taken.message);
	channel_free(below.client);
	tunnel_key_free(below.key);
	below_free();
	below = (struct below){0};
}

#define ID view_of_literal("1")
#define OTHER view_of_literal("2")

static const uint8_t zeros[2 << 20];

static inline void ask_for(struct message message)
{
	message.type = HTTP_REQUEST;
	message.id = message.id.data ? message.id : ID;
	message.method = message.method.data ? message.method : view_of_literal("GET");
	message.url = message.url.data ? message.url : view_of_literal("/");
	below_say(&message);
}

static inline void ask(const char *id)
{
	ask_for((struct message){.id = view_of(id, strlen(id))});
}

static inline void chunk(struct view id, size_t size, bool is_last)
{
	const struct message message = {
		.type = HTTP_CHUNK, .id = id, .body = {CONTENT_BYTES, view_of(zeros, size)}, .is_last = is_last};
	below_say(&message);
}

static inline void window(struct view id, uint32_t credit)
{
	below_say(&(struct message){.type = HTTP_WINDOW, .id = id, .credit = credit});
}

static inline void cancel(struct view id)
{
	below_say(&(struct message){.type = HTTP_CANCEL, .id = id});
}

static inline void upload(void)
{
	ask_for((struct message){.method = view_of_literal("POST"), .is_streamed = true});
}

/* The tunnel was ended by this end. */
static inline bool is_ended(int code, const char *why)
{
	return below.outer->is_closing && below.outer->code == code && strstr(below.outer->reason, why);
}

static inline bool is_alive(void)
{
	return !below.outer->is_closing;
}

/* The last answer was of this status, for this reason, and the request is over. */
static inline bool is_refused(int status, const char *why)
{
	return is_alive() && below.got[HTTP_RESPONSE] && below.status == status && strstr(below.error, why) &&
	       !below.body && !below_endpoint()->request_count;
}

#endif
