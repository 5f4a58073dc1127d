/* Attacks on a channel, by someone between the ends and by someone at one of them. docs/tunnel-protocol.md has the
 * table. */
#include "ends.h"

/* spec: tunnel-spec.md 4, "Replay", "Directions" */
static void test_frames_of_version_1(void)
{
	struct ends ends;
	cleanup_bytes struct bytes first = {0}, second = {0};
	open_both(&ends, 1);
	seal(&ends, ends.client, WS_MESSAGE);
	keep(&ends, &first);
	/* Changed on the way, it must not spoil the one it was made of. */
	ends.frame.data[ends.frame.size - 1] ^= 1;
	CHECK(give(&ends, ends.server) == CHANNEL_IGNORED && says(&ends, "does not open"));
	again(&ends, &first);
	CHECK(give(&ends, ends.server) == CHANNEL_PAYLOAD);
	again(&ends, &first);
	CHECK(give(&ends, ends.server) == CHANNEL_IGNORED && says(&ends, "for the second time"));
	again(&ends, &first);
	CHECK(give(&ends, ends.client) == CHANNEL_IGNORED && says(&ends, "this end has sent"));
	seal(&ends, ends.client, WS_MESSAGE);
	keep(&ends, &first);
	seal(&ends, ends.client, HTTP_REQUEST);
	keep(&ends, &second);
	CHECK(give(&ends, ends.server) == CHANNEL_PAYLOAD && ends.taken.message.type == HTTP_REQUEST);
	again(&ends, &first);
	CHECK(give(&ends, ends.server) == CHANNEL_PAYLOAD); /* this version does not keep the order */
	seal(&ends, ends.server, WS_MESSAGE);
	keep(&ends, &first);
	CHECK(give(&ends, ends.server) == CHANNEL_IGNORED && says(&ends, "this end has sent"));
	for (size_t cut = 0; cut < first.size; cut++) {
		again(&ends, &first);
		ends.frame.size = cut;
		CHECK(give(&ends, ends.client) != CHANNEL_PAYLOAD);
	}
	CHECK(!channel_is_open(ends.client)); /* there were too many of these */
	end(&ends);
}

/* What version 2 makes of the frame in `ends` instead of the next one. */
static void test_frame_of_version_2(void (*change)(struct ends *, struct bytes *first))
{
	struct ends ends;
	cleanup_bytes struct bytes first = {0};
	open_both(&ends, 2);
	seal(&ends, ends.client, WS_MESSAGE);
	keep(&ends, &first);
	CHECK(give(&ends, ends.server) == CHANNEL_PAYLOAD);
	seal(&ends, ends.client, WS_MESSAGE);
	change(&ends, &first);
	int result = give(&ends, ends.server);
	CHECK(is_over(&ends, result, 1008, "a frame that"));
	CHECK(!channel_is_open(ends.server) && channel_refused(ends.server) == 1);
	seal(&ends, ends.client, WS_MESSAGE);
	result = give(&ends, ends.server);
	CHECK(is_over(&ends, result, 1008, "the connection is over"));
	end(&ends);
}

static void is_replayed(struct ends *ends, struct bytes *first)
{
	again(ends, first);
}

static void is_lost(struct ends *ends, struct bytes *first)
{
	(void)first;
	seal(ends, ends->client, WS_MESSAGE);
}

static void is_reflected(struct ends *ends, struct bytes *first)
{
	(void)first;
	seal(ends, ends->server, WS_MESSAGE);
	seal(ends, ends->server, WS_MESSAGE);
}

static void is_changed(struct ends *ends, struct bytes *first)
{
	(void)first;
	ends->frame.data[ends->frame.size / 2] ^= 1;
}

/* Of version 2; of version 1 a byte of the ciphertext. */
static void has_changed_tag(struct ends *ends, struct bytes *first)
{
	(void)first;
	ends->frame.data[ends->frame.size - 1] ^= 0x80;
}

static void is_truncated(struct ends *ends, struct bytes *first)
{
	(void)first;
	ends->frame.size--;
}

static void is_short(struct ends *ends, struct bytes *first)
{
	(void)first;
	ends->frame.size = 15;
}

static void is_empty(struct ends *ends, struct bytes *first)
{
	(void)first;
	ends->frame.size = 0;
}

static void is_longer(struct ends *ends, struct bytes *first)
{
	(void)first;
	CHECK(!bytes_add(&ends->frame, "", 1, &ends->err));
}

static void is_of_another(struct ends *ends, struct bytes *first)
{
	struct ends other;
	(void)first;
	open_both(&other, 2);
	seal(&other, other.client, WS_MESSAGE);
	seal(&other, other.client, WS_MESSAGE);
	again(ends, &other.frame);
	end(&other);
}

static void is_clear(struct ends *ends, struct bytes *first)
{
	(void)first;
	hand_write(&(struct message){.type = CLIENT_KX_READY, .version = 2}, &ends->frame);
}

static void test_frames_of_version_2(void)
{
	void (*const changes[])(struct ends *, struct bytes *) = {
		is_replayed, is_lost,  is_reflected, is_changed,    has_changed_tag, is_truncated,
		is_short,    is_empty, is_longer,    is_of_another, is_clear};
	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		test_frame_of_version_2(changes[i]);
}

/* Both ways, every type, in its right direction; and both kinds of chunk. */
static void test_all_types(int version)
{
	struct ends ends;
	open_both(&ends, version);
	for (enum message_type type = HTTP_REQUEST; type < (version == 1 ? HTTP_CHUNK : MESSAGE_TYPES); type++) {
		if (type != HTTP_RESPONSE && type != WS_EVENT) {
			seal(&ends, ends.client, type);
			CHECK(give(&ends, ends.server) == CHANNEL_PAYLOAD && ends.taken.message.type == type);
		}
		if (type != HTTP_REQUEST && type != WS_CONNECT) {
			seal(&ends, ends.server, type);
			CHECK(give(&ends, ends.client) == CHANNEL_PAYLOAD && ends.taken.message.type == type);
		}
	}
	CHECK(!channel_refused(ends.server) && !channel_refused(ends.client));
	end(&ends);
}

/* A message as the plaintext of a frame, from an end that has the keys. */
static int give_sealed(struct ends *ends, struct hand *hand, struct channel *to, const struct message *message)
{
	cleanup_bytes struct bytes plain = {0};
	hand_write(message, &plain);
	hand_seal(hand, plain.data, plain.size, &ends->frame);
	return give(ends, to);
}

static void test_wrong_payload(enum channel_role role, int version, const struct message *message, const char *text)
{
	struct hand hand;
	struct ends ends = {0};
	struct channel *channel = hand_open(&hand, role, version);
	int result = give_sealed(&ends, &hand, channel, message);
	if (version == 1)
		CHECK(result == CHANNEL_IGNORED && says(&ends, text) && channel_is_open(channel));
	else
		CHECK(is_over(&ends, result, 1002, text));
	CHECK(channel_refused(channel) == 1);
	channel_free(channel);
	end(&ends);
}

/* spec: tunnel-spec.md 4, "Directions": what has the key, and may not be sent by who has it. */
static void test_wrong_payloads(int version)
{
	struct view id = view_of_literal("1"), none = view_of_literal("");
	uint8_t zeros[SEALED_KEY_SIZE] = {0};
	struct message response = {.type = HTTP_RESPONSE, .id = id, .status = 200, .status_text = none};
	struct message event = {.type = WS_EVENT, .id = id};
	struct message request = {.type = HTTP_REQUEST, .id = id, .method = id, .url = id};
	struct message connect = {.type = WS_CONNECT, .id = id, .url = id};
	struct message kx = {.type = CLIENT_KX, .sealed_key = view_of(zeros, SEALED_KEY_SIZE)};
	struct message inner = {
		.type = ENC, .box_nonce = view_of(zeros, BOX_NONCE_SIZE), .ciphertext = view_of(zeros, BOX_TAG_SIZE)};
	test_wrong_payload(CHANNEL_SERVER, version, &response, "http_response: not for a client to send");
	test_wrong_payload(CHANNEL_SERVER, version, &event, "ws_event: not for a client to send");
	test_wrong_payload(CHANNEL_CLIENT, version, &request, "http_request: not for a server to send");
	test_wrong_payload(CHANNEL_CLIENT, version, &connect, "ws_connect: not for a server to send");
	test_wrong_payload(CHANNEL_SERVER, version, &kx, "client_kx: not for a client to send");
	test_wrong_payload(CHANNEL_CLIENT, version, &inner, "enc: not for a server to send");
}

/* What version 1 does not have. */
static void test_later_payloads(void)
{
	struct view id = view_of_literal("1"), none = view_of_literal("");
	struct message window = {.type = HTTP_WINDOW, .id = id, .credit = 1};
	struct message chunk = {.type = HTTP_CHUNK, .id = id, .body = {CONTENT_BYTES, id}};
	struct message response = {
		.type = HTTP_RESPONSE, .id = id, .status = 200, .status_text = none, .is_streamed = true};
	struct message request = {.type = HTTP_REQUEST, .id = id, .method = id, .url = id, .body = {CONTENT_BYTES, id}};
	test_wrong_payload(CHANNEL_SERVER, 1, &window, "http_window: streams are of version 2");
	test_wrong_payload(CHANNEL_CLIENT, 1, &chunk, "http_chunk: streams are of version 2");
	test_wrong_payload(CHANNEL_CLIENT, 1, &response, "http_response: streams are of version 2");
	test_wrong_payload(CHANNEL_SERVER, 1, &request, "http_request: binary bodies are of version 2");
}

static void test_wrong_cbor(int version)
{
	struct hand hand;
	struct ends ends = {0};
	struct channel *channel = hand_open(&hand, CHANNEL_SERVER, version);
	static const char *const bombs[] = {"", "\xbf\xff", "\xbb\xff\xff\xff\xff\xff\xff\xff\xff",
					    "\x81\x81\x81\x81\x81\x81\x81\x81\x81\x81"};
	for (size_t i = 0; i < (version == 1 ? 4 : 1); i++) {
		hand_seal(&hand, bombs[i], strlen(bombs[i]), &ends.frame);
		int result = give(&ends, channel);
		CHECK(version == 1 ? result == CHANNEL_IGNORED : is_over(&ends, result, 1002, "CBOR"));
	}
	channel_free(channel);
	end(&ends);
}

int main(void)
{
	struct err err;
	hand_must(!seal_start(&err));
	test_frames_of_version_1();
	test_frames_of_version_2();
	test_later_payloads();
	for (int version = 1; version <= 2; version++) {
		test_all_types(version);
		test_wrong_payloads(version);
		test_wrong_cbor(version);
	}
	return unit_end();
}
