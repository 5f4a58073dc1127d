/* A tunnel's server that is in the same process as the client, with no WebSocket between: for tests of the client, and
 * for its fuzzer. What the client sends is taken at once, and counted by type.
 */
#ifndef TESTS_FAKE_SERVER_H
#define TESTS_FAKE_SERVER_H

#include "tunnel_client_parts.h"

#include <string.h>

enum { FAKE_PREFIX_SIZE = 16 };
#define FAKE_ID "0000000000000000-" /* and a number */

struct fake {
	struct tunnel_client *client;
	struct channel *channel;
	struct tunnel_key *key;
	struct channel_taken taken;
	bool is_lenient;         /* it may be sent what it cannot read, as after an offer that was another's */
	bool refuses;            /* the judge does */
	bool is_full, is_closed; /* the wire is */
	int code;
	size_t frames, judged_after; /* that the client sent; before it was asked to judge */
	bool was_judged, was_opened;
	size_t got[MESSAGE_TYPES], chunk_bytes, last_chunk, credit;
	bool got_last;
	struct bytes answer; /* to the client's frame, given to it by fake_pump() */
	struct err err;      /* of the last failure */

	/* What handlers were told. */
	size_t heads, data, ends, failures, writables, opens, messages, closes;
};

static inline int fake_judge(void *context, const struct message *offer, const uint8_t data[64], bool is_fresh,
			     struct err *err)
{
	struct fake *fake = context;
	(void)data, (void)is_fresh, (void)offer;
	fake->was_judged = true;
	fake->judged_after = fake->frames;
	return fake->refuses ? err_set(err, STATUS_FALSE, "mrtd: differs") : 0;
}

static inline void fake_opened(void *context)
{
	struct fake *fake = context;
	fake->was_opened = true;
}

static inline void fake_over(void *context, const struct err *err)
{
	(void)context, (void)err;
}

/* Appends its own words, when it has some. */
static inline void fake_take(struct fake *fake, uint8_t *data, size_t size)
{
	struct err err;
	const struct message evidence = {.quote = view_of_literal("quote")};
	int result = channel_take(fake->channel, data, size, &fake->taken, &err);
	const struct message *message = &fake->taken.message;
	if (result == CHANNEL_ASKED && channel_offer(fake->channel, &evidence, &fake->answer, &err))
		abort();
	if (result != CHANNEL_ASKED && result != CHANNEL_OPENED && result != CHANNEL_PAYLOAD) {
		if (!fake->is_lenient) /* a client of ours says nothing else */
			abort();
		return;
	}
	fake->got[message->type]++;
	fake->credit += message->type == HTTP_WINDOW ? message->credit : 0;
	if (message->type != HTTP_CHUNK)
		return;
	fake->last_chunk = message->body.bytes.size;
	fake->chunk_bytes += fake->last_chunk;
	fake->got_last = message->is_last;
}

static inline int fake_send(void *context, struct bytes *frame, struct err *err)
{
	struct fake *fake = context;
	(void)err;
	fake->frames++;
	fake_take(fake, (uint8_t *)frame->data + WEBSOCKET_HEADROOM, frame->size - WEBSOCKET_HEADROOM);
	bytes_free(frame);
	return 0;
}

static inline bool fake_is_full(void *context)
{
	const struct fake *fake = context;
	return fake->is_full;
}

static inline void fake_settle(void *context, size_t cap)
{
	(void)context, (void)cap;
}

static inline void fake_close(void *context, int code)
{
	struct fake *fake = context;
	fake->is_closed = true;
	fake->code = code;
}

/* The client takes what the server said. */
static inline void fake_pump(struct fake *fake)
{
	struct bytes frame = fake->answer;
	fake->answer = (struct bytes){0};
	if (frame.size)
		client_take(fake->client, (uint8_t *)frame.data, frame.size, true);
	bytes_free(&frame);
}

static inline void fake_say(struct fake *fake, const struct message *message)
{
	struct err err;
	if (channel_seal(fake->channel, message, &fake->answer, &err))
		return;
	fake_pump(fake);
}

/* A client that has said hello, when it is to; the server's offer is in answer. */
static inline void fake_start(struct fake *fake, int version)
{
	struct err err;
	const struct tunnel_wire wire = {fake, fake_send, fake_is_full, fake_settle, fake_close};
	const struct tunnel_client_settings settings = {
		.sends_nonce = true,
		.only_version_2 = version == 2,
		.seconds = 10,
		.silent_seconds = 20,
		.judge = fake_judge,
		.opened = fake_opened,
		.closed = fake_over,
		.context = fake,
	};
	fake->key = tunnel_key_new(&err);
	const struct channel_settings channel = {
		.role = CHANNEL_SERVER, .key = fake->key, .no_version_2 = version == 1};
	fake->channel = fake->key ? channel_new(&channel, &err) : NULL;
	fake->client = fake->channel ? client_new(&settings, &wire, 0, &err) : NULL;
	if (!fake->client)
		abort();
	memset(fake->client->prefix, '0', FAKE_PREFIX_SIZE);
}

static inline void fake_open(struct fake *fake, int version)
{
	fake_start(fake, version);
	client_connected(fake->client);
	fake_pump(fake);
}

static inline void fake_end(struct fake *fake)
{
	client_free(fake->client);
	message_free(&fake->taken.message);
	channel_free(fake->channel);
	tunnel_key_free(fake->key);
	bytes_free(&fake->answer);
	*fake = (struct fake){0};
}

/* Handlers that count. */

static inline void fake_head(void *context, const struct message *head)
{
	struct fake *fake = context;
	(void)head;
	fake->heads++;
}

static inline void fake_data(void *context, const void *data, size_t size)
{
	struct fake *fake = context;
	(void)data;
	fake->data += size;
}

static inline void fake_ended(void *context)
{
	struct fake *fake = context;
	fake->ends++;
}

static inline void fake_writable(void *context)
{
	struct fake *fake = context;
	fake->writables++;
}

static inline void fake_failed(void *context, const struct err *err)
{
	struct fake *fake = context;
	fake->failures++;
	fake->err = *err;
}

static inline void fake_socket_opened(void *context)
{
	struct fake *fake = context;
	fake->opens++;
}

static inline void fake_message(void *context, uint8_t *data, size_t size, bool is_binary)
{
	struct fake *fake = context;
	(void)data, (void)size, (void)is_binary;
	fake->messages++;
}

static inline void fake_closed(void *context, int code, struct view reason)
{
	struct fake *fake = context;
	(void)reason;
	fake->closes++;
	fake->code = code;
}

static const struct tunnel_answer_handler fake_answers = {fake_head, fake_data, fake_ended, fake_writable, fake_failed};
static const struct websocket_handler fake_sockets = {fake_socket_opened, fake_message, fake_writable, fake_closed};

static inline struct tunnel_request *fake_ask(struct fake *fake, bool is_streamed)
{
	struct err err;
	const struct message get = {
		.method = view_of_literal("GET"), .url = view_of_literal("/"), .is_streamed = is_streamed};
	return tunnel_request_new(fake->client, &get, &fake_answers, fake, &err);
}

#endif
