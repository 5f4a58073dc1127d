#include "channel_state.h"

#include "cbor_write.h"
#include "key_slot.h"

#include <string.h>

/* spec: tunnel-spec.md 4, "Sizes" */
static void set_defaults(struct channel_settings *settings)
{
	if (!settings->clear_cap)
		settings->clear_cap = 1 << 20;
	if (!settings->sealed_cap)
		settings->sealed_cap = 16 << 20;
	if (!settings->refused_cap)
		settings->refused_cap = 32;
	if (!settings->frames_cap)
		settings->frames_cap = 1 << 20;
}

struct channel *channel_new(const struct channel_settings *settings, struct err *err)
{
	if (seal_start(err))
		return NULL;
	struct channel *channel = calloc(1, sizeof *channel);
	if (!channel) {
		err_system(err, EX_OSERR, "a channel");
		return NULL;
	}
	channel->settings = *settings;
	set_defaults(&channel->settings);
	if (settings->key)
		tunnel_key_hold(settings->key);
	if (settings->nonce) {
		memcpy(channel->nonce, settings->nonce, sizeof channel->nonce);
		channel->has_nonce = true;
	}
	seal_random(channel->own, sizeof channel->own);
	channel->secret = key_slot_new(err);
	if (!channel->secret) {
		channel_free(channel);
		return NULL;
	}
	return channel;
}

void channel_free(struct channel *channel)
{
	if (!channel)
		return;
	tunnel_key_free(channel->settings.key);
	key_slot_free(channel->secret);
	transcript_free(channel->transcript);
	seen_free(channel->seen);
	free(channel);
}

void channel_rekey(struct channel *channel, struct tunnel_key *key)
{
	if (channel->stage >= STAGE_OFFERED)
		return;
	tunnel_key_hold(key);
	tunnel_key_free(channel->settings.key);
	channel->settings.key = key;
}

void channel_open(struct channel *channel)
{
	channel->stage = STAGE_OPEN;
	transcript_free(channel->transcript);
	channel->transcript = NULL;
	tunnel_key_free(channel->settings.key);
	channel->settings.key = NULL;
}

bool channel_is_open(const struct channel *channel)
{
	return channel->stage == STAGE_OPEN;
}

int channel_version(const struct channel *channel)
{
	return channel->version;
}

size_t channel_frame_cap(const struct channel *channel)
{
	return channel->stage == STAGE_OPEN ? channel->settings.sealed_cap : channel->settings.clear_cap;
}

size_t channel_refused(const struct channel *channel)
{
	return channel->refused;
}

int channel_end(struct channel *channel, struct channel_taken *taken, int code)
{
	channel->stage = STAGE_OVER;
	taken->code = code;
	return CHANNEL_OVER;
}

int channel_count(struct channel *channel, struct channel_taken *taken, struct err *err)
{
	if (++channel->refused < channel->settings.refused_cap)
		return CHANNEL_IGNORED;
	err_prefix(err, "%zu messages were refused, the last", channel->refused);
	return channel_end(channel, taken, CLOSE_POLICY);
}

int channel_refuse(struct channel *channel, struct channel_taken *taken, struct err *err)
{
	if (err->status != STATUS_BAD)
		return -1;
	if (channel->version != 2)
		return channel_count(channel, taken, err);
	channel->refused++;
	return channel_end(channel, taken, CLOSE_PROTOCOL);
}

/* spec: tunnel-spec.md 4, "Directions": the types that a role may send. */
static bool is_from_client(enum message_type type)
{
	return type == HTTP_REQUEST || type == WS_CONNECT;
}

static bool is_from_server(enum message_type type)
{
	return type == HTTP_RESPONSE || type == WS_EVENT;
}

static int check_type(const struct message *message, enum channel_role sender, int version, struct err *err)
{
	const char *name = message_name(message->type);
	if (message->type <= ENC || (sender == CHANNEL_CLIENT ? is_from_server : is_from_client)(message->type))
		return err_bad(err, "%s: not for a %s to send", name, sender == CHANNEL_CLIENT ? "client" : "server");
	if (version == 1 && (message->type >= HTTP_CHUNK || message->is_streamed))
		return err_bad(err, "%s: streams are of version 2", name);
	if (version == 1 && message->type == HTTP_REQUEST && message->body.kind == CONTENT_BYTES)
		return err_bad(err, "%s: binary bodies are of version 2", name);
	return 0;
}

static int take_payload(struct channel *channel, struct view plain, struct channel_taken *taken, struct err *err)
{
	enum channel_role sender = channel->settings.role == CHANNEL_SERVER ? CHANNEL_CLIENT : CHANNEL_SERVER;
	if (message_read(plain.data, plain.size, &taken->message, err) ||
	    check_type(&taken->message, sender, channel->version, err))
		return channel_refuse(channel, taken, err);
	return CHANNEL_PAYLOAD;
}

/* This end's nonces: random, and a mark of what is random, by which a frame that was sent back is known. */
static void make_nonce(const struct channel *channel, uint8_t nonce[BOX_NONCE_SIZE])
{
	enum { RANDOM = BOX_NONCE_SIZE - sizeof(uint64_t) };
	seal_random(nonce, RANDOM);
	uint64_t mark = seal_mark(channel->own, view_of(nonce, RANDOM));
	memcpy(nonce + RANDOM, &mark, sizeof mark);
}

static bool is_own_nonce(const struct channel *channel, struct view nonce)
{
	uint64_t mark;
	size_t random = nonce.size - sizeof mark;
	memcpy(&mark, nonce.data + random, sizeof mark);
	return mark == seal_mark(channel->own, view_of(nonce.data, random));
}

/* spec: tunnel-spec.md 4, "Replay". Only what has opened is remembered, else anybody could fill the memory. */
static int remember(struct channel *channel, struct view nonce, struct channel_taken *taken, struct err *err)
{
	if (!channel->seen && !(channel->seen = seen_new(channel->settings.frames_cap, err)))
		return -1;
	switch (seen_add(channel->seen, nonce, err)) {
	case SEEN_NEW:
		return CHANNEL_PAYLOAD;
	case SEEN_BEFORE:
		err_bad(err, "a frame for the second time");
		return channel_refuse(channel, taken, err);
	case SEEN_FULL:
		err_bad(err, "more than %zu frames", channel->settings.frames_cap);
		return channel_end(channel, taken, CLOSE_POLICY);
	default:
		return -1;
	}
}

static int take_sealed_1(struct channel *channel, uint8_t *frame, size_t size, struct channel_taken *taken,
			 struct err *err)
{
	struct message outer;
	int status = message_read(frame, size, &outer, err);
	message_free(&outer);
	if (!status && outer.type != ENC)
		status = err_bad(err, "%s: not in clear after the handshake", message_name(outer.type));
	if (!status && is_own_nonce(channel, outer.box_nonce))
		status = err_bad(err, "a frame that this end has sent");
	if (status)
		return channel_refuse(channel, taken, err);
	uint8_t *tag = frame + (outer.ciphertext.data - frame);
	size_t plain = outer.ciphertext.size - BOX_TAG_SIZE;
	if (!seal_box_open(tag + BOX_TAG_SIZE, plain, tag, outer.box_nonce.data, channel_key_to_open(channel))) {
		err_bad(err, "a frame that does not open");
		return channel_refuse(channel, taken, err);
	}
	status = remember(channel, outer.box_nonce, taken, err);
	if (status != CHANNEL_PAYLOAD)
		return status;
	return take_payload(channel, view_of(tag + BOX_TAG_SIZE, plain), taken, err);
}

/* docs/tunnel-protocol.md, "Frames": the number of the frame, of each direction from 0. */
static void count_nonce(uint64_t number, uint8_t nonce[BOX_NONCE_SIZE])
{
	memset(nonce, 0, BOX_NONCE_SIZE);
	for (size_t i = 0; i < sizeof number; i++)
		nonce[i] = (uint8_t)(number >> 8 * i);
}

static const uint64_t frames_of_version_2 = (uint64_t)1 << 32;

static int take_sealed_2(struct channel *channel, uint8_t *frame, size_t size, struct channel_taken *taken,
			 struct err *err)
{
	uint8_t nonce[BOX_NONCE_SIZE];
	count_nonce(channel->received, nonce);
	const char *why = NULL;
	if (channel->received == frames_of_version_2)
		why = "more frames than 2^32";
	else if (size < BOX_TAG_SIZE)
		why = "a frame that is too short";
	else if (!seal_box_open(frame + BOX_TAG_SIZE, size - BOX_TAG_SIZE, frame, nonce, channel_key_to_open(channel)))
		why = "a frame that does not open, or is not the next";
	if (why) {
		channel->refused++;
		err_bad(err, "%s", why);
		return channel_end(channel, taken, CLOSE_POLICY);
	}
	channel->received++;
	return take_payload(channel, view_of(frame + BOX_TAG_SIZE, size - BOX_TAG_SIZE), taken, err);
}

int channel_take(struct channel *channel, uint8_t *frame, size_t size, struct channel_taken *taken, struct err *err)
{
	message_free(&taken->message);
	*taken = (struct channel_taken){0};
	if (channel->stage == STAGE_OVER) {
		err_bad(err, "the connection is over");
		return channel_end(channel, taken, CLOSE_POLICY);
	}
	if (size > channel_frame_cap(channel)) {
		channel->refused++;
		err_bad(err, "a frame of %zu bytes, more than %zu", size, channel_frame_cap(channel));
		return channel_end(channel, taken, CLOSE_TOO_LARGE);
	}
	if (channel->stage != STAGE_OPEN)
		return channel_take_clear(channel, view_of(frame, size), taken, err);
	return (channel->version == 2 ? take_sealed_2 : take_sealed_1)(channel, frame, size, taken, err);
}

static void put_outer(struct writer *writer, const uint8_t nonce[BOX_NONCE_SIZE], size_t plain)
{
	put_map(writer, 3);
	put_string(writer, "type");
	put_string(writer, message_name(ENC));
	put_string(writer, "nonce");
	put_bytes(writer, view_of(nonce, BOX_NONCE_SIZE));
	put_string(writer, "ciphertext");
	put_bytes_head(writer, BOX_TAG_SIZE + plain);
}

static int may_seal(const struct channel *channel, const struct message *message, struct err *err)
{
	if (channel->stage != STAGE_OPEN)
		return err_set(err, EX_SOFTWARE, "the channel is not open");
	if (channel->version == 2 && channel->sent == frames_of_version_2)
		return err_set(err, EX_TEMPFAIL, "the channel has sent its 2^32 frames");
	if (check_type(message, channel->settings.role, channel->version, err))
		return -1;
	return message_check(message, err);
}

int channel_seal(struct channel *channel, const struct message *message, struct bytes *frame, struct err *err)
{
	if (may_seal(channel, message, err))
		return -1;
	uint8_t nonce[BOX_NONCE_SIZE];
	size_t plain = message_put(message, NULL);
	struct writer outer = {0};
	if (channel->version == 2) {
		count_nonce(channel->sent, nonce);
	} else {
		make_nonce(channel, nonce);
		put_outer(&outer, nonce, plain);
	}
	size_t size = outer.size + BOX_TAG_SIZE + plain;
	if (size > channel->settings.sealed_cap)
		return err_bad(err, "%s: a frame of %zu bytes, more than %zu", message_name(message->type), size,
			       channel->settings.sealed_cap);
	uint8_t *at = bytes_extend(frame, size, err);
	if (!at)
		return -1;
	if (channel->version == 2)
		channel->sent++;
	else
		put_outer(&(struct writer){.at = at}, nonce, plain);
	uint8_t *tag = at + outer.size;
	message_put(message, tag + BOX_TAG_SIZE);
	seal_box(tag + BOX_TAG_SIZE, plain, tag, nonce, channel_key_to_seal(channel));
	return 0;
}
