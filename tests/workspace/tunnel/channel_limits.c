/* What a channel costs, remembers, forgets, and when it has had enough. */
#include "ends.h"
#include "key_slot.h"

/* spec: tunnel-spec.md 4, "Replay": what has to be remembered has an end. */
static void test_frames_cap(void)
{
	struct ends ends;
	cleanup_bytes struct bytes frame = {0};
	begin(&ends, (struct channel_settings){.no_version_2 = true, .frames_cap = 3}, (struct channel_settings){0},
	      NULL);
	shake(&ends);
	CHECK(give(&ends, ends.server) == CHANNEL_OPENED);
	for (int i = 0; i < 3; i++) {
		seal(&ends, ends.client, WS_MESSAGE);
		keep(&ends, &frame);
		CHECK(give(&ends, ends.server) == CHANNEL_PAYLOAD);
		again(&ends, &frame);
		CHECK(give(&ends, ends.server) == CHANNEL_IGNORED && says(&ends, "second time"));
	}
	seal(&ends, ends.client, WS_MESSAGE);
	int result = give(&ends, ends.server);
	CHECK(is_over(&ends, result, 1008, "more than 3 frames"));
	end(&ends);
}

/* docs/tunnel-protocol.md, "Version 2: frames": 2^32 of them, at both ends. */
static void test_last_frame(void)
{
	struct ends ends;
	const struct message close = {.type = WS_CLOSE, .id = view_of_literal("1")};
	open_both(&ends, 2);
	ends.client->sent.frames = ends.server->received.frames = UINT32_MAX;
	seal(&ends, ends.client, WS_MESSAGE);
	CHECK(give(&ends, ends.server) == CHANNEL_PAYLOAD);
	ends.frame.size = 0;
	CHECK(channel_seal(ends.client, &close, &ends.frame, &ends.err) && ends.err.status == EX_TEMPFAIL);
	CHECK(!ends.frame.size);
	/* A client that goes on. */
	ends.client->sent.frames = 0;
	seal(&ends, ends.client, WS_MESSAGE);
	int result = give(&ends, ends.server);
	CHECK(is_over(&ends, result, 1008, "more frames than 2^32"));
	end(&ends);
}

/* The same page: 2^38 bytes of them, which AES-GCM with one key is good for. */
static void test_last_byte(void)
{
	struct ends ends;
	const struct message close = {.type = WS_CLOSE, .id = view_of_literal("1")};
	open_both(&ends, 2);
	seal(&ends, ends.client, WS_CLOSE);
	size_t size = ends.frame.size;
	CHECK(give(&ends, ends.server) == CHANNEL_PAYLOAD);
	CHECK(ends.client->sent.bytes == size && ends.server->received.bytes == size);
	ends.client->sent.bytes = ends.server->received.bytes = ((uint64_t)1 << 38) - size;
	seal(&ends, ends.client, WS_CLOSE);
	CHECK(give(&ends, ends.server) == CHANNEL_PAYLOAD);
	ends.frame.size = 0;
	CHECK(channel_seal(ends.client, &close, &ends.frame, &ends.err) && ends.err.status == EX_TEMPFAIL);
	CHECK(!ends.frame.size && strstr(ends.err.text, "more bytes than 2^38"));
	/* A client that goes on. */
	ends.client->sent.bytes = 0;
	seal(&ends, ends.client, WS_CLOSE);
	int result = give(&ends, ends.server);
	CHECK(is_over(&ends, result, 1008, "more bytes than 2^38"));
	end(&ends);
}

/* Each frame has its own nonce, also beyond one byte of the count. */
static void test_many_frames(int version)
{
	struct ends ends;
	open_both(&ends, version);
	for (int i = 0; i < 70000; i++) {
		seal(&ends, ends.client, WS_CLOSE);
		if (give(&ends, ends.server) != CHANNEL_PAYLOAD) {
			CHECK(!"every frame opens");
			break;
		}
	}
	CHECK(!channel_refused(ends.server));
	end(&ends);
}

/* What is not sent is said before it is: the reasons of version 1, and of a role. */
static void test_seal_refuses(void)
{
	struct ends ends;
	struct view id = view_of_literal("1");
	const struct message streamed = {.type = HTTP_REQUEST, .id = id, .method = id, .url = id, .is_streamed = true};
	const struct message binary = {
		.type = HTTP_REQUEST, .id = id, .method = id, .url = id, .body = {CONTENT_BYTES, id}};
	const struct message chunk = {.type = HTTP_CHUNK, .id = id, .body = {CONTENT_BYTES, id}};
	const struct message response = {.type = HTTP_RESPONSE, .id = id, .status = 200, .status_text = id};
	const struct message clear = {.type = CLIENT_KX_READY};
	const struct message *const bad[] = {&streamed, &binary, &chunk, &response, &clear};
	open_both(&ends, 1);
	ends.frame.size = 0;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK(channel_seal(ends.client, bad[i], &ends.frame, &ends.err) && ends.err.status == STATUS_BAD);
		CHECK(!ends.frame.size);
	}
	end(&ends);
	open_both(&ends, 2);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int status = channel_seal(ends.client, bad[i], &ends.frame, &ends.err);
		CHECK(status == (bad[i] == &response || bad[i] == &clear ? -1 : 0));
	}
	end(&ends);
}

/* A frame is put behind what is there, which the transport needs. */
static void test_seal_appends(int version)
{
	struct ends ends;
	cleanup_bytes struct bytes frame = {0};
	const struct message close = {.type = WS_CLOSE, .id = view_of_literal("1")};
	open_both(&ends, version);
	CHECK(!bytes_add(&frame, "before", 6, &ends.err) && !channel_seal(ends.client, &close, &frame, &ends.err));
	CHECK(!memcmp(frame.data, "before", 6));
	int result = channel_take(ends.server, (uint8_t *)frame.data + 6, frame.size - 6, &ends.taken, &ends.err);
	CHECK(result == CHANNEL_PAYLOAD && ends.taken.message.type == WS_CLOSE);
	end(&ends);
}

static void test_seen(void)
{
	struct err err;
	struct seen *seen = seen_new(100000, &err);
	for (uint32_t i = 0; i < 100000; i++)
		CHECK(seen_add(seen, view_of(&i, sizeof i), &err) == SEEN_NEW);
	for (uint32_t i = 0; i < 100000; i++)
		CHECK(seen_add(seen, view_of(&i, sizeof i), &err) == SEEN_BEFORE);
	CHECK(seen_count(seen) == 100000);
	for (uint32_t i = 100000; i < 100010; i++)
		CHECK(seen_add(seen, view_of(&i, sizeof i), &err) == SEEN_FULL);
	CHECK(seen_count(seen) == 100000);
	seen_free(seen);
}

/* What /proc says of the memory a slot is in. */
static bool has_flag(const uint8_t *slot, const char *flag)
{
	char line[512];
	bool is_it = false, has = false;
	FILE *maps = fopen("/proc/self/smaps", "r");
	while (maps && fgets(line, sizeof line, maps)) {
		unsigned long from, to;
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			is_it = (unsigned long)slot >= from && (unsigned long)slot < to;
		else if (is_it && !strncmp(line, "VmFlags:", 8))
			has = strstr(line, flag);
	}
	if (maps)
		fclose(maps);
	return has;
}

static void test_slots(void)
{
	enum { SLOTS = 3000 };
	static uint8_t *slots[SLOTS];
	struct err err;
	for (size_t i = 0; i < SLOTS; i++) {
		slots[i] = key_slot_new(&err);
		CHECK(slots[i] && slots[i] != slots[i ? i - 1 : SLOTS - 1]);
		for (size_t k = 0; k < KEY_SLOT_SIZE; k++)
			CHECK(!slots[i][k]);
		memset(slots[i], 0xff, KEY_SLOT_SIZE);
	}
	CHECK(has_flag(slots[0], " dd") && has_flag(slots[SLOTS - 1], " dd")); /* in no core dump */
	for (size_t i = 0; i < SLOTS; i++)
		key_slot_free(slots[i]);
	uint8_t *last = key_slot_new(&err);
	CHECK(last == slots[SLOTS - 1]);
	key_slot_free(last);
}

/* The keys are gone with the channel. (A free slot has a pointer in front.) */
static void test_wiped(int version)
{
	struct ends ends;
	uint8_t zeros[KEY_SLOT_SIZE] = {0};
	open_both(&ends, version);
	const uint8_t *slot = ends.client->secret;
	CHECK(memcmp(slot + 8, zeros, 24) && memcmp(slot + 32, zeros, 32));
	CHECK(!ends.client->transcript && !ends.server->transcript && !ends.server->settings.key);
	channel_free(ends.client);
	CHECK(!memcmp(slot + 8, zeros, KEY_SLOT_SIZE - 8));
	ends.client = NULL;
	end(&ends);
}

int main(void)
{
	struct err err;
	hand_must(!seal_start(&err));
	CHECK(sizeof(struct channel) + KEY_SLOT_SIZE < 512);
	test_frames_cap();
	test_last_frame();
	test_last_byte();
	test_seal_refuses();
	for (int version = 1; version <= 2; version++) {
		test_many_frames(version);
		test_seal_appends(version);
		test_wiped(version);
	}
	test_seen();
	test_slots();
	return unit_end();
}
