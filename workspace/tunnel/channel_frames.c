#include "channel_state.h"

#include "cbor_write.h"

#include <string.h>

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

/* docs/tunnel-protocol.md, "Version 2: frames": the number of the frame, of each direction from 0. */
static void count_nonce(uint64_t number, uint8_t nonce[AEAD_NONCE_SIZE])
{
	memset(nonce, 0, AEAD_NONCE_SIZE);
	for (size_t i = 0; i < sizeof number; i++)
		nonce[i] = (uint8_t)(number >> 8 * i);
}

/* docs/tunnel-protocol.md, "Version 2: frames" */
static const uint64_t frames_of_version_2 = (uint64_t)1 << 32, bytes_of_version_2 = (uint64_t)1 << 38;

/* Why a direction has no more frames, or NULL. */
static const char *exhaustion(const struct channel_count *count, size_t size)
{
	if (count->frames == frames_of_version_2)
		return "more frames than 2^32";
	return size > bytes_of_version_2 - count->bytes ? "more bytes than 2^38" : NULL;
}

/* Why it does not open, or NULL. */
static const char *open_2(struct channel *channel, uint8_t *frame, size_t size)
{
	uint8_t nonce[AEAD_NONCE_SIZE];
	const char *why = exhaustion(&channel->received, size);
	if (why || size < AEAD_TAG_SIZE)
		return why ? why : "a frame that is too short";
	size_t plain = size - AEAD_TAG_SIZE;
	count_nonce(channel->received.frames, nonce);
	return aead_open(frame, plain, frame + plain, nonce, channel_key_to_open(channel))
		       ? NULL
		       : "a frame that does not open, or is not the next";
}

static int take_sealed_2(struct channel *channel, uint8_t *frame, size_t size, struct channel_taken *taken,
			 struct err *err)
{
	const char *why = open_2(channel, frame, size);
	if (why) {
		channel->refused++;
		err_bad(err, "%s", why);
		return channel_end(channel, taken, CLOSE_POLICY);
	}
	channel->received.frames++;
	channel->received.bytes += size;
	return take_payload(channel, view_of(frame, size - AEAD_TAG_SIZE), taken, err);
}

int channel_take_sealed(struct channel *channel, uint8_t *frame, size_t size, struct channel_taken *taken,
			struct err *err)
{
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
	if (check_type(message, channel->settings.role, channel->version, err))
		return -1;
	return message_check(message, err);
}

/* Room for a frame of so many bytes, behind what is in the buffer. */
static uint8_t *extend(const struct channel *channel, const struct message *message, struct bytes *frame, size_t size,
		       struct err *err)
{
	if (size <= channel->settings.sealed_cap)
		return bytes_extend(frame, size, err);
	err_bad(err, "%s: a frame of %zu bytes, more than %zu", message_name(message->type), size,
		channel->settings.sealed_cap);
	return NULL;
}

static int seal_1(struct channel *channel, const struct message *message, struct bytes *frame, struct err *err)
{
	uint8_t nonce[BOX_NONCE_SIZE];
	size_t plain = message_put(message, NULL);
	struct writer outer = {0};
	make_nonce(channel, nonce);
	put_outer(&outer, nonce, plain);
	uint8_t *at = extend(channel, message, frame, outer.size + BOX_TAG_SIZE + plain, err);
	if (!at)
		return -1;
	put_outer(&(struct writer){.at = at}, nonce, plain);
	uint8_t *tag = at + outer.size;
	message_put(message, tag + BOX_TAG_SIZE);
	seal_box(tag + BOX_TAG_SIZE, plain, tag, nonce, channel_key_to_seal(channel));
	return 0;
}

static int seal_2(struct channel *channel, const struct message *message, struct bytes *frame, struct err *err)
{
	uint8_t nonce[AEAD_NONCE_SIZE];
	size_t before = frame->size, plain = message_put(message, NULL), size = plain + AEAD_TAG_SIZE;
	const char *why = exhaustion(&channel->sent, size);
	if (why)
		return err_set(err, EX_TEMPFAIL, "the channel has sent all it may: %s", why);
	uint8_t *at = extend(channel, message, frame, size, err);
	if (!at)
		return -1;
	message_put(message, at);
	count_nonce(channel->sent.frames++, nonce);
	channel->sent.bytes += size;
	if (aead_seal(at, plain, at + plain, nonce, channel_key_to_seal(channel)))
		return 0;
	frame->size = before;
	channel->stage = STAGE_OVER; /* without this frame the next would not open */
	return err_set(err, EX_OSERR, "a frame cannot be sealed");
}

int channel_seal(struct channel *channel, const struct message *message, struct bytes *frame, struct err *err)
{
	if (may_seal(channel, message, err))
		return -1;
	return (channel->version == 2 ? seal_2 : seal_1)(channel, message, frame, err);
}
