#include "channel_state.h"

#include "key_slot.h"

#include <string.h>

/* Writes a clear message, and adds it to the transcript while there is one. */
static int say(struct channel *channel, const struct message *message, struct bytes *frame, struct err *err)
{
	size_t before = frame->size;
	if (message_write(message, frame, err))
		return -1;
	if (channel->transcript)
		transcript_add(channel->transcript, view_of(frame->data + before, frame->size - before));
	return 0;
}

static void drop_transcript(struct channel *channel)
{
	transcript_free(channel->transcript);
	channel->transcript = NULL;
}

static int begin_transcript(struct channel *channel, struct err *err)
{
	drop_transcript(channel);
	channel->transcript = transcript_new(err);
	return channel->transcript ? 0 : -1;
}

/* Both keys of version 1 are one. spec: tunnel-spec.md 1.4 */
static void use_one_key(struct channel *channel, const uint8_t key[SEAL_KEY_SIZE])
{
	memcpy(channel->secret, key, SEAL_KEY_SIZE);
	memcpy(channel->secret + SEAL_KEY_SIZE, key, SEAL_KEY_SIZE);
}

/* secret: 64 bytes; docs/tunnel-protocol.md, "Keys". */
static void use_two_keys(struct channel *channel, const uint8_t secret[2 * SEAL_KEY_SIZE])
{
	uint8_t *first = channel_key_to_seal(channel), *second = channel_key_to_open(channel);
	bool is_client = channel->settings.role == CHANNEL_CLIENT;
	transcript_keys(channel->transcript, secret, is_client ? first : second, is_client ? second : first);
}

int channel_hello(struct channel *channel, struct bytes *frame, struct err *err)
{
	if (channel->stage != STAGE_NEW || channel->settings.role != CHANNEL_CLIENT)
		return err_set(err, EX_SOFTWARE, "no client's first message");
	struct message hello = {.type = CLIENT_KX_READY, .version = channel->settings.no_version_2 ? 1 : 2};
	if (channel->has_nonce)
		hello.nonce = view_of(channel->nonce, sizeof channel->nonce);
	if (hello.version == 2 && begin_transcript(channel, err))
		return -1;
	if (say(channel, &hello, frame, err))
		return -1;
	channel->stage = STAGE_ASKED;
	return 0;
}

/* spec: tunnel-spec.md 4, "Directions": the same answer to a repeated question, in version 1. */
static int server_asked(struct channel *channel, struct view frame, struct channel_taken *taken, struct err *err)
{
	if (channel->stage != STAGE_NEW) {
		err_bad(err, "client_kx_ready: repeated");
		int result = channel_refuse(channel, taken, err);
		return result == CHANNEL_IGNORED ? CHANNEL_ASKED : result;
	}
	bool is_2 = taken->message.version >= 2 && !channel->settings.no_version_2;
	if (!is_2 && channel->settings.only_version_2) {
		err_bad(err, "the client does not know version 2, which is the only one served");
		return channel_end(channel, taken, CLOSE_PROTOCOL);
	}
	if (is_2) {
		if (begin_transcript(channel, err))
			return -1;
		transcript_add(channel->transcript, frame);
	}
	channel->version = is_2 ? 2 : 1;
	channel->stage = STAGE_ASKED;
	return CHANNEL_ASKED;
}

int channel_offer(struct channel *channel, const struct message *evidence, struct bytes *frame, struct err *err)
{
	bool is_again = channel->stage == STAGE_OFFERED && channel->version == 1;
	if (channel->settings.role != CHANNEL_SERVER || (channel->stage != STAGE_ASKED && !is_again))
		return err_set(err, EX_SOFTWARE, "nobody asked for an offer");
	uint8_t share[TUNNEL_KEY_SIZE];
	struct message offer = {.type = SERVER_KX, .version = channel->version};
	offer.public_key = view_of(tunnel_key_public(channel->settings.key), TUNNEL_KEY_SIZE);
	offer.quote = evidence->quote;
	offer.event_log = evidence->event_log;
	offer.vm_config = evidence->vm_config;
	if (channel->version == 2) {
		seal_random(channel->secret, SEAL_KEY_SIZE);
		seal_public(channel->secret, share);
		offer.share = view_of(share, sizeof share);
	}
	if (say(channel, &offer, frame, err))
		return -1;
	channel->stage = STAGE_OFFERED;
	return 0;
}

static int client_offered(struct channel *channel, struct view frame, struct channel_taken *taken, struct err *err)
{
	const struct message *offer = &taken->message;
	if (channel->stage != STAGE_ASKED) {
		err_bad(err, "server_kx: repeated");
		return channel_refuse(channel, taken, err);
	}
	if (offer->version > (channel->settings.no_version_2 ? 1 : 2)) {
		err_bad(err, "server_kx: a version that was not offered");
		return channel_end(channel, taken, CLOSE_PROTOCOL);
	}
	if (offer->version < 2 && channel->settings.only_version_2) {
		err_bad(err, "the server does not know version 2");
		return channel_end(channel, taken, CLOSE_PROTOCOL);
	}
	channel->version = offer->version;
	memcpy(channel->offered_key, offer->public_key.data, TUNNEL_KEY_SIZE);
	if (channel->version == 1) {
		drop_transcript(channel);
	} else if (!offer->share.data) {
		err_bad(err, "server_kx: share: missing");
		return channel_end(channel, taken, CLOSE_PROTOCOL);
	} else {
		memcpy(channel->share, offer->share.data, TUNNEL_KEY_SIZE);
		transcript_add(channel->transcript, frame);
	}
	channel->stage = STAGE_OFFERED;
	return CHANNEL_OFFERED;
}

/* secret: 64 bytes in locked memory, to be wiped by the caller: the key that is sealed, and what both shares give. */
static int answer_offer(struct channel *channel, uint8_t *secret, struct bytes *frame, struct err *err)
{
	uint8_t sealed[SEALED_KEY_SIZE], share[TUNNEL_KEY_SIZE];
	struct message answer = {.type = CLIENT_KX, .version = 1, .sealed_key = view_of(sealed, sizeof sealed)};
	if (channel->version == 2) {
		/* Our share's secret stands where the sealed key will. */
		seal_random(secret, SEAL_KEY_SIZE);
		seal_public(secret, share);
		answer.share = view_of(share, sizeof share);
		if (seal_shared(secret, channel->share, secret + SEAL_KEY_SIZE, err))
			return err_prefix(err, "server_kx: share");
	}
	seal_random(secret, SEAL_KEY_SIZE);
	if (seal_key(secret, channel->offered_key, sealed, err))
		return err_prefix(err, "server_kx: x25519PublicKey");
	if (say(channel, &answer, frame, err))
		return -1;
	if (channel->version == 2)
		use_two_keys(channel, secret);
	else
		use_one_key(channel, secret);
	return 0;
}

int channel_accept(struct channel *channel, struct bytes *frame, struct err *err)
{
	if (channel->stage != STAGE_OFFERED || channel->settings.role != CHANNEL_CLIENT)
		return err_set(err, EX_SOFTWARE, "there is no offer to accept");
	uint8_t *secret = key_slot_new(err);
	if (!secret)
		return -1;
	int status = answer_offer(channel, secret, frame, err);
	key_slot_free(secret);
	if (status)
		channel->stage = STAGE_OVER;
	else
		channel_open(channel);
	return status;
}

/* secret: as in answer_offer(). */
static int open_sealed(struct channel *channel, struct view frame, const struct message *answer, uint8_t *secret,
		       struct err *err)
{
	if (channel->version == 2 && !answer->share.data)
		return err_bad(err, "client_kx: share: missing");
	if (channel->version == 2 && seal_shared(channel->secret, answer->share.data, secret + SEAL_KEY_SIZE, err))
		return err_prefix(err, "client_kx: share");
	if (tunnel_key_open(channel->settings.key, answer->sealed_key, secret, err))
		return err_prefix(err, "client_kx");
	if (channel->version == 1) {
		use_one_key(channel, secret);
		return 0;
	}
	transcript_add(channel->transcript, frame);
	use_two_keys(channel, secret);
	return 0;
}

static int server_answered(struct channel *channel, struct view frame, struct channel_taken *taken, struct err *err)
{
	if (channel->stage != STAGE_OFFERED) {
		err_bad(err, "client_kx: before the server's key was offered");
		return channel_refuse(channel, taken, err);
	}
	uint8_t *secret = key_slot_new(err);
	if (!secret)
		return -1;
	int status = open_sealed(channel, frame, &taken->message, secret, err);
	key_slot_free(secret);
	if (status && err->status == EX_TEMPFAIL)
		return channel_end(channel, taken, CLOSE_POLICY);
	if (status)
		return channel_refuse(channel, taken, err);
	channel_open(channel);
	return CHANNEL_OPENED;
}

/* spec: tunnel-spec.md 1.2, 4 "Directions" */
int channel_take_clear(struct channel *channel, struct view frame, struct channel_taken *taken, struct err *err)
{
	if (message_read(frame.data, frame.size, &taken->message, err))
		return channel_refuse(channel, taken, err);
	bool is_server = channel->settings.role == CHANNEL_SERVER;
	switch (taken->message.type) {
	case CLIENT_KX_READY:
		if (is_server)
			return server_asked(channel, frame, taken, err);
		break;
	case CLIENT_KX:
		if (is_server)
			return server_answered(channel, frame, taken, err);
		break;
	case SERVER_KX:
		if (!is_server)
			return client_offered(channel, frame, taken, err);
		break;
	default:
		break;
	}
	err_bad(err, "%s: not before the handshake's end, or not for this end", message_name(taken->message.type));
	return channel_refuse(channel, taken, err);
}
