/* The other end of a channel, by hand: it has the keys, and seals whatever it is told to. */
#ifndef TESTS_TUNNEL_HAND_H
#define TESTS_TUNNEL_HAND_H

#include "aead.h"
#include "channel.h"
#include "seal.h"

#include <string.h>

struct hand {
	int version;
	uint8_t seal_key[SEAL_KEY_SIZE], open_key[SEAL_KEY_SIZE];
	uint64_t sent; /* frames of version 2 */
};

/* Nothing here may fail; abort() tells a fuzzer too. */
static inline void hand_must(bool is_so)
{
	if (!is_so)
		abort();
}

static inline void hand_write(const struct message *message, struct bytes *frame)
{
	struct err err;
	frame->size = 0;
	hand_must(!message_write(message, frame, &err));
}

static inline int hand_give(struct channel *channel, struct bytes *frame, struct channel_taken *taken)
{
	struct err err;
	return channel_take(channel, (uint8_t *)frame->data, frame->size, taken, &err);
}

static inline void hand_add(struct transcript *transcript, const struct bytes *frame)
{
	transcript_add(transcript, view_of(frame->data, frame->size));
}

/* secret: the sealed key; own: the secret of the share. */
static inline void hand_keys(struct hand *hand, bool is_client, struct transcript *transcript, uint8_t secret[64],
			     const uint8_t own[32], struct view other)
{
	struct err err;
	if (hand->version == 1) {
		memcpy(hand->seal_key, secret, SEAL_KEY_SIZE);
		memcpy(hand->open_key, secret, SEAL_KEY_SIZE);
		return;
	}
	hand_must(!seal_shared(own, other.data, secret + SEAL_KEY_SIZE, &err));
	transcript_keys(transcript, secret, is_client ? hand->seal_key : hand->open_key,
			is_client ? hand->open_key : hand->seal_key);
}

/* Speaks as a client until the server's channel is open. */
static inline void hand_be_client(struct hand *hand, struct channel *server)
{
	struct err err;
	cleanup_bytes struct bytes frame = {0}, offer = {0};
	struct channel_taken taken = {0};
	struct message kx = {0};
	uint8_t secret[64], own[32], share[32], sealed[SEALED_KEY_SIZE];
	struct transcript *transcript = transcript_new(&err);
	hand_must(transcript);
	hand_write(&(struct message){.type = CLIENT_KX_READY, .version = hand->version}, &frame);
	hand_add(transcript, &frame);
	hand_must(hand_give(server, &frame, &taken) == CHANNEL_ASKED);
	hand_must(!channel_offer(server, &(struct message){.quote = view_of_literal("q")}, &offer, &err));
	hand_add(transcript, &offer);
	hand_must(!message_read(offer.data, offer.size, &kx, &err) && kx.version == hand->version);
	seal_random(secret, SEAL_KEY_SIZE);
	seal_random(own, sizeof own);
	seal_public(own, share);
	hand_must(!seal_key(secret, kx.public_key.data, sealed, &err));
	hand_write(&(struct message){.type = CLIENT_KX,
				     .sealed_key = view_of(sealed, sizeof sealed),
				     .share = view_of(hand->version == 2 ? share : NULL, sizeof share)},
		   &frame);
	hand_add(transcript, &frame);
	hand_keys(hand, true, transcript, secret, own, kx.share);
	hand_must(hand_give(server, &frame, &taken) == CHANNEL_OPENED);
	transcript_free(transcript);
	message_free(&taken.message);
}

/* Speaks as a server until the client's channel is open. */
static inline void hand_be_server(struct hand *hand, struct channel *client)
{
	struct err err;
	cleanup_bytes struct bytes frame = {0};
	struct channel_taken taken = {0};
	struct message kx = {0};
	uint8_t secret[64], key_secret[32], key[32], own[32], share[32];
	struct transcript *transcript = transcript_new(&err);
	hand_must(transcript && !channel_hello(client, &frame, &err));
	hand_add(transcript, &frame);
	seal_random(key_secret, sizeof key_secret);
	seal_public(key_secret, key);
	seal_random(own, sizeof own);
	seal_public(own, share);
	hand_write(&(struct message){.type = SERVER_KX,
				     .public_key = view_of(key, sizeof key),
				     .quote = view_of_literal("q"),
				     .version = hand->version,
				     .share = view_of(hand->version == 2 ? share : NULL, sizeof share)},
		   &frame);
	hand_add(transcript, &frame);
	hand_must(hand_give(client, &frame, &taken) == CHANNEL_OFFERED);
	frame.size = 0;
	hand_must(!channel_accept(client, &frame, &err));
	hand_add(transcript, &frame);
	hand_must(!message_read(frame.data, frame.size, &kx, &err));
	hand_must(!seal_key_open(kx.sealed_key.data, key, key_secret, secret, &err));
	hand_keys(hand, false, transcript, secret, own, kx.share);
	transcript_free(transcript);
	message_free(&taken.message);
}

/* A channel of one role that is open, with a hand at its other end. */
static inline struct channel *hand_open(struct hand *hand, enum channel_role role, int version)
{
	struct err err;
	struct tunnel_key *key = role == CHANNEL_SERVER ? tunnel_key_new(&err) : NULL;
	struct channel_settings settings = {.role = role, .key = key, .no_version_2 = version == 1};
	struct channel *channel = channel_new(&settings, &err);
	hand_must(channel);
	tunnel_key_free(key);
	*hand = (struct hand){.version = version};
	if (role == CHANNEL_SERVER)
		hand_be_client(hand, channel);
	else
		hand_be_server(hand, channel);
	hand_must(channel_is_open(channel) && channel_version(channel) == version);
	return channel;
}

static inline void hand_seal_1(struct hand *hand, const void *plain, size_t size, struct bytes *frame)
{
	struct err err;
	uint8_t nonce[BOX_NONCE_SIZE];
	cleanup_bytes struct bytes box = {0};
	uint8_t *at = bytes_extend(&box, BOX_TAG_SIZE + size, &err);
	hand_must(at);
	seal_random(nonce, sizeof nonce);
	if (size)
		memcpy(at + BOX_TAG_SIZE, plain, size);
	seal_box(at + BOX_TAG_SIZE, size, at, nonce, hand->seal_key);
	hand_write(&(struct message){.type = ENC,
				     .box_nonce = view_of(nonce, sizeof nonce),
				     .ciphertext = view_of(box.data, box.size)},
		   frame);
}

static inline void hand_seal_2(struct hand *hand, const void *plain, size_t size, struct bytes *frame)
{
	struct err err;
	uint8_t nonce[AEAD_NONCE_SIZE] = {0};
	for (size_t i = 0; i < 8; i++)
		nonce[i] = (uint8_t)(hand->sent >> 8 * i);
	frame->size = 0;
	uint8_t *at = bytes_extend(frame, size + AEAD_TAG_SIZE, &err);
	hand_must(at);
	if (size)
		memcpy(at, plain, size);
	hand_must(aead_seal(at, size, at + size, nonce, hand->seal_key));
}

/* Any bytes as the plaintext of the next frame. */
static inline void hand_seal(struct hand *hand, const void *plain, size_t size, struct bytes *frame)
{
	(hand->version == 1 ? hand_seal_1 : hand_seal_2)(hand, plain, size, frame);
	hand->sent++;
}

#endif
