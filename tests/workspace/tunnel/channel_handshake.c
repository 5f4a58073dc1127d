/* Attacks on a handshake, and what an end may be asked to do at the wrong time. */
#include "ends.h"

/* spec: tunnel-spec.md 4, "Directions": the same answer again, in version 1, and never for nothing. */
static void test_repeated_in_version_1(void)
{
	struct ends ends;
	cleanup_bytes struct bytes ready = {0}, kx = {0}, offered = {0};
	begin(&ends, (struct channel_settings){.no_version_2 = true}, usual, NULL);
	hello(&ends);
	keep(&ends, &ready);
	CHECK(give(&ends, ends.server) == CHANNEL_ASKED && !channel_refused(ends.server));
	offer(&ends);
	keep(&ends, &offered);
	again(&ends, &ready);
	CHECK(give(&ends, ends.server) == CHANNEL_ASKED && channel_refused(ends.server) == 1);
	offer(&ends);
	CHECK(ends.frame.size == offered.size && !memcmp(ends.frame.data, offered.data, offered.size));
	CHECK(give(&ends, ends.client) == CHANNEL_OFFERED);
	again(&ends, &offered);
	CHECK(give(&ends, ends.client) == CHANNEL_IGNORED && says(&ends, "server_kx: repeated"));
	accept(&ends);
	keep(&ends, &kx);
	CHECK(give(&ends, ends.server) == CHANNEL_OPENED);
	again(&ends, &kx);
	CHECK(give(&ends, ends.server) == CHANNEL_IGNORED && says(&ends, "client_kx: not in clear"));
	again(&ends, &ready);
	CHECK(give(&ends, ends.server) == CHANNEL_IGNORED && says(&ends, "client_kx_ready: not in clear"));
	again(&ends, &offered);
	CHECK(give(&ends, ends.client) == CHANNEL_IGNORED && says(&ends, "server_kx: not in clear"));
	seal(&ends, ends.client, WS_MESSAGE);
	CHECK(give(&ends, ends.server) == CHANNEL_PAYLOAD);
	end(&ends);
}

static void test_asked_for_ever(void)
{
	struct ends ends;
	cleanup_bytes struct bytes ready = {0};
	begin(&ends, (struct channel_settings){.no_version_2 = true, .refused_cap = 3}, usual, NULL);
	hello(&ends);
	keep(&ends, &ready);
	for (int i = 0; i < 3; i++) {
		again(&ends, &ready);
		CHECK(give(&ends, ends.server) == CHANNEL_ASKED);
		offer(&ends);
	}
	again(&ends, &ready);
	int result = give(&ends, ends.server);
	CHECK(is_over(&ends, result, 1008, "3 messages were refused, the last: client_kx_ready: repeated"));
	end(&ends);
}

static void test_repeated_in_version_2(void)
{
	struct ends ends;
	cleanup_bytes struct bytes frame = {0};
	begin(&ends, usual, usual, NULL);
	hello(&ends);
	keep(&ends, &frame);
	CHECK(give(&ends, ends.server) == CHANNEL_ASKED);
	again(&ends, &frame);
	int result = give(&ends, ends.server);
	CHECK(is_over(&ends, result, 1002, "client_kx_ready: repeated"));
	end(&ends);

	begin(&ends, usual, usual, NULL);
	hello(&ends);
	CHECK(give(&ends, ends.server) == CHANNEL_ASKED);
	offer(&ends);
	keep(&ends, &frame);
	CHECK(give(&ends, ends.client) == CHANNEL_OFFERED);
	again(&ends, &frame);
	result = give(&ends, ends.client);
	CHECK(is_over(&ends, result, 1002, "server_kx: repeated"));
	CHECK(channel_accept(ends.client, &ends.frame, &ends.err) && ends.err.status == EX_SOFTWARE);
	end(&ends);
}

/* Who is meant, and when. */
static void test_unexpected(void)
{
	struct ends ends;
	uint8_t zeros[SEALED_KEY_SIZE] = {0};
	const struct message kx = {.type = CLIENT_KX, .sealed_key = view_of(zeros, sizeof zeros)};
	const struct message ready = {.type = CLIENT_KX_READY};
	const struct message offered = {
		.type = SERVER_KX, .public_key = view_of(zeros, TUNNEL_KEY_SIZE), .quote = view_of_literal("q")};
	const struct message request = {.type = HTTP_REQUEST,
					.id = view_of_literal("1"),
					.method = view_of_literal("M"),
					.url = view_of_literal("/")};
	const struct message enc = {
		.type = ENC, .box_nonce = view_of(zeros, BOX_NONCE_SIZE), .ciphertext = view_of(zeros, BOX_TAG_SIZE)};
	begin(&ends, usual, usual, NULL);
	const struct {
		const struct message *message;
		struct channel *to;
		const char *text;
	} cases[] = {{&kx, ends.server, "client_kx: before"},        {&offered, ends.server, "server_kx: not"},
		     {&request, ends.server, "http_request: not"},   {&enc, ends.server, "enc: not"},
		     {&offered, ends.client, "server_kx: repeated"}, {&ready, ends.client, "client_kx_ready: not"},
		     {&kx, ends.client, "client_kx: not"},           {&enc, ends.client, "enc: not"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		hand_write(cases[i].message, &ends.frame);
		CHECK(give(&ends, cases[i].to) == CHANNEL_IGNORED && says(&ends, cases[i].text));
	}
	CHECK(channel_refused(ends.server) == 4 && channel_refused(ends.client) == 4);
	/* Nothing of it has done anything. */
	shake(&ends);
	CHECK(give(&ends, ends.server) == CHANNEL_OPENED);
	end(&ends);
}

static void test_refused_cap(void)
{
	struct ends ends;
	begin(&ends, usual, usual, NULL);
	for (int i = 1; i <= 32; i++) {
		ends.frame.size = 0;
		CHECK(!bytes_add(&ends.frame, "\xff", 1, &ends.err));
		int result = give(&ends, ends.server);
		CHECK(i < 32 ? result == CHANNEL_IGNORED : is_over(&ends, result, 1008, "32 messages were refused"));
	}
	hello(&ends);
	int result = give(&ends, ends.server);
	CHECK(is_over(&ends, result, 1008, "over"));
	end(&ends);
}

/* spec: tunnel-spec.md 4, "Sizes" */
static void test_sizes(void)
{
	struct ends ends;
	begin(&ends, (struct channel_settings){.clear_cap = 100, .sealed_cap = 300}, usual, NULL);
	CHECK(channel_frame_cap(ends.server) == 100 && channel_frame_cap(ends.client) == 1 << 20);
	cleanup_bytes struct bytes large = {0};
	CHECK(bytes_extend(&large, 101, &ends.err));
	memset(large.data, 0xff, large.size);
	again(&ends, &large);
	int result = give(&ends, ends.server);
	CHECK(is_over(&ends, result, 1009, "a frame of 101 bytes, more than 100"));
	end(&ends);

	begin(&ends, (struct channel_settings){.sealed_cap = 300}, usual, NULL);
	shake(&ends);
	CHECK(give(&ends, ends.server) == CHANNEL_OPENED);
	CHECK(channel_frame_cap(ends.server) == 300 && channel_frame_cap(ends.client) == 16 << 20);
	char body[300] = {0};
	struct message message = {
		.type = WS_MESSAGE, .id = view_of_literal("1"), .body = {CONTENT_BYTES, view_of(body, sizeof body)}};
	ends.frame.size = 0;
	CHECK(channel_seal(ends.server, &message, &ends.frame, &ends.err) && ends.err.status == STATUS_BAD);
	CHECK(says(&ends, "ws_message: a frame of") && !ends.frame.size);
	CHECK(!channel_seal(ends.client, &message, &ends.frame, &ends.err));
	result = give(&ends, ends.server);
	CHECK(is_over(&ends, result, 1009, ", more than 300"));
	end(&ends);
}

static void test_versions(void)
{
	struct ends ends;
	begin(&ends, (struct channel_settings){.only_version_2 = true}, (struct channel_settings){.no_version_2 = true},
	      NULL);
	hello(&ends);
	int result = give(&ends, ends.server);
	CHECK(is_over(&ends, result, 1002, "the client does not know version 2"));
	end(&ends);

	begin(&ends, (struct channel_settings){.no_version_2 = true}, (struct channel_settings){.only_version_2 = true},
	      NULL);
	hello(&ends);
	CHECK(give(&ends, ends.server) == CHANNEL_ASKED && channel_version(ends.server) == 1);
	offer(&ends);
	result = give(&ends, ends.client);
	CHECK(is_over(&ends, result, 1002, "the server does not know version 2"));
	end(&ends);

	/* A client of the future. */
	begin(&ends, usual, usual, NULL);
	hand_write(&(struct message){.type = CLIENT_KX_READY, .version = 7}, &ends.frame);
	CHECK(give(&ends, ends.server) == CHANNEL_ASKED && channel_version(ends.server) == 2);
	end(&ends);
}

static void test_versions_offered(void)
{
	struct ends ends;
	uint8_t key[TUNNEL_KEY_SIZE] = {9};
	begin(&ends, usual, (struct channel_settings){.no_version_2 = true}, NULL);
	hello(&ends);
	int result = give_offer(&ends, 2, key, key);
	CHECK(is_over(&ends, result, 1002, "a version that was not offered"));
	end(&ends);
	begin(&ends, usual, usual, NULL);
	hello(&ends);
	result = give_offer(&ends, 3, key, key);
	CHECK(is_over(&ends, result, 1002, "a version that was not offered"));
	end(&ends);
	begin(&ends, usual, usual, NULL);
	hello(&ends);
	result = give_offer(&ends, 2, key, NULL);
	CHECK(is_over(&ends, result, 1002, "server_kx: share: missing"));
	end(&ends);
}

/* Any byte of the handshake, changed between the ends: the server never takes a request. */
static void test_changed(int step, size_t at)
{
	struct ends ends;
	begin(&ends, usual, usual, NULL);
	hello(&ends);
	bool goes_on = true;
	for (int i = 0; i < 3 && goes_on; i++) {
		if (i == step)
			ends.frame.data[at % ends.frame.size] ^= 1;
		int result = give(&ends, i == 1 ? ends.client : ends.server);
		goes_on = i == 0   ? result == CHANNEL_ASKED
			  : i == 1 ? result == CHANNEL_OFFERED
				   : result == CHANNEL_OPENED;
		if (goes_on && i == 0)
			offer(&ends);
		ends.frame.size = i ? 0 : ends.frame.size;
		goes_on = goes_on && (i != 1 || !channel_accept(ends.client, &ends.frame, &ends.err));
	}
	if (goes_on && channel_version(ends.client) == 2) {
		cleanup_bytes struct bytes event = {0};
		seal(&ends, ends.server, WS_EVENT);
		keep(&ends, &event);
		seal(&ends, ends.client, HTTP_REQUEST);
		CHECK(give(&ends, ends.server) != CHANNEL_PAYLOAD);
		again(&ends, &event);
		CHECK(give(&ends, ends.client) != CHANNEL_PAYLOAD);
	}
	/* "version" is a member that an attacker can rename, and so an end that takes version 1 is brought to it. */
	CHECK(!goes_on || channel_version(ends.client) == 2 || step == 0 || step == 1);
	end(&ends);
}

static bool is_misuse(int status, const struct ends *ends)
{
	return status == -1 && ends->err.status == EX_SOFTWARE && !ends->frame.size;
}

static void test_misuse(void)
{
	struct ends ends;
	const struct message close = {.type = WS_CLOSE, .id = view_of_literal("1")};
	begin(&ends, usual, usual, NULL);
	CHECK(is_misuse(channel_hello(ends.server, &ends.frame, &ends.err), &ends));
	CHECK(is_misuse(channel_offer(ends.server, &evidence, &ends.frame, &ends.err), &ends));
	CHECK(is_misuse(channel_offer(ends.client, &evidence, &ends.frame, &ends.err), &ends));
	CHECK(is_misuse(channel_accept(ends.client, &ends.frame, &ends.err), &ends));
	CHECK(is_misuse(channel_accept(ends.server, &ends.frame, &ends.err), &ends));
	CHECK(is_misuse(channel_seal(ends.client, &close, &ends.frame, &ends.err), &ends));
	CHECK(is_misuse(channel_seal(ends.server, &close, &ends.frame, &ends.err), &ends));
	shake(&ends);
	CHECK(give(&ends, ends.server) == CHANNEL_OPENED);
	ends.frame.size = 0;
	CHECK(is_misuse(channel_hello(ends.client, &ends.frame, &ends.err), &ends));
	CHECK(is_misuse(channel_offer(ends.server, &evidence, &ends.frame, &ends.err), &ends));
	CHECK(is_misuse(channel_accept(ends.client, &ends.frame, &ends.err), &ends));
	end(&ends);
}

int main(void)
{
	struct err err;
	hand_must(!seal_start(&err));
	test_repeated_in_version_1();
	test_repeated_in_version_2();
	test_asked_for_ever();
	test_unexpected();
	test_refused_cap();
	test_sizes();
	test_versions();
	test_versions_offered();
	for (int step = 0; step < 3; step++)
		for (size_t at = 0; at < 300; at++)
			test_changed(step, at);
	test_misuse();
	return unit_end();
}
