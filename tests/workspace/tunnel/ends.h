/* A client's and a server's channel, and what goes between them through somebody's hands. */
#ifndef TESTS_TUNNEL_ENDS_H
#define TESTS_TUNNEL_ENDS_H

#include "channel_state.h"
#include "hand.h"

#include "../base/unit.h"

/* Both ends, and what the last call said. */
struct ends {
	struct channel *server, *client;
	struct bytes frame;
	struct channel_taken taken;
	struct err err;
};

static const struct channel_settings usual;
static const struct message evidence = {.quote = {(const uint8_t *)"quote", 5}};

static inline struct channel *make(struct channel_settings settings, struct tunnel_key *key)
{
	struct err err;
	settings.key = settings.role == CHANNEL_SERVER ? key : NULL;
	struct channel *channel = channel_new(&settings, &err);
	hand_must(channel);
	return channel;
}

static inline void begin(struct ends *ends, struct channel_settings server, struct channel_settings client,
			 struct tunnel_key *key)
{
	struct err err;
	server.role = CHANNEL_SERVER;
	client.role = CHANNEL_CLIENT;
	struct tunnel_key *own = key ? NULL : tunnel_key_new(&err);
	*ends = (struct ends){.server = make(server, key ? key : own), .client = make(client, NULL)};
	tunnel_key_free(own);
}

static inline void end(struct ends *ends)
{
	channel_free(ends->server);
	channel_free(ends->client);
	bytes_free(&ends->frame);
	message_free(&ends->taken.message);
}

static inline int give(struct ends *ends, struct channel *to)
{
	return channel_take(to, (uint8_t *)ends->frame.data, ends->frame.size, &ends->taken, &ends->err);
}

static inline bool says(const struct ends *ends, const char *text)
{
	if (!strstr(ends->err.text, text))
		fprintf(stderr, "it says: %s\n", ends->err.text);
	return strstr(ends->err.text, text);
}

static inline bool is_over(const struct ends *ends, int result, int code, const char *text)
{
	return result == CHANNEL_OVER && ends->taken.code == code && says(ends, text);
}

static inline void hello(struct ends *ends)
{
	ends->frame.size = 0;
	CHECK(!channel_hello(ends->client, &ends->frame, &ends->err));
}

static inline void offer(struct ends *ends)
{
	ends->frame.size = 0;
	CHECK(!channel_offer(ends->server, &evidence, &ends->frame, &ends->err));
}

static inline void accept(struct ends *ends)
{
	ends->frame.size = 0;
	CHECK(!channel_accept(ends->client, &ends->frame, &ends->err));
}

/* Up to the frame with client_kx. */
static inline void shake(struct ends *ends)
{
	hello(ends);
	CHECK(give(ends, ends->server) == CHANNEL_ASKED);
	offer(ends);
	CHECK(give(ends, ends->client) == CHANNEL_OFFERED);
	accept(ends);
}

static inline void open_both(struct ends *ends, int version)
{
	begin(ends, (struct channel_settings){.no_version_2 = version == 1}, (struct channel_settings){0}, NULL);
	shake(ends);
	CHECK(give(ends, ends->server) == CHANNEL_OPENED);
	CHECK(channel_version(ends->server) == version && channel_version(ends->client) == version);
}

static inline void seal(struct ends *ends, struct channel *from, enum message_type type)
{
	struct message message = {.type = type,
				  .id = view_of_literal("1"),
				  .method = view_of_literal("GET"),
				  .url = view_of_literal("/"),
				  .status = 200,
				  .status_text = view_of_literal("OK"),
				  .credit = 1,
				  .is_last = true};
	if (type == WS_MESSAGE || type == HTTP_CHUNK)
		message.body =
			(struct content){type == WS_MESSAGE ? CONTENT_TEXT : CONTENT_BYTES, view_of_literal("x")};
	ends->frame.size = 0;
	CHECK(!channel_seal(from, &message, &ends->frame, &ends->err));
}

static inline void keep(struct ends *ends, struct bytes *copy)
{
	copy->size = 0;
	CHECK(!bytes_add(copy, ends->frame.data, ends->frame.size, &ends->err));
}

static inline void again(struct ends *ends, const struct bytes *copy)
{
	ends->frame.size = 0;
	CHECK(!bytes_add(&ends->frame, copy->data, copy->size, &ends->err));
}

/* A server's message with the parts of a right one, but for what an attacker has put there. */
static inline int give_offer(struct ends *ends, int version, const uint8_t *key, const uint8_t *share)
{
	hand_write(&(struct message){.type = SERVER_KX,
				     .version = version,
				     .public_key = view_of(key, TUNNEL_KEY_SIZE),
				     .quote = view_of_literal("q"),
				     .share = view_of(share, TUNNEL_KEY_SIZE)},
		   &ends->frame);
	return give(ends, ends->client);
}

#endif
