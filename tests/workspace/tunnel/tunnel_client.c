/* The client's states, credit, time and what it refuses, with a server in the same process. */
#include "../base/unit.h"
#include "fake_server.h"

static struct fake fake;
#define FIRST view_of_literal(FAKE_ID "1")

static void test_handshake(void)
{
	fake_open(&fake, 2);
	CHECK(fake.was_judged && fake.judged_after == 1 && fake.was_opened && fake.frames == 2);
	CHECK(tunnel_client_version(fake.client) == 2 && fake.got[CLIENT_KX_READY] == 1 && fake.got[CLIENT_KX] == 1);
	fake_end(&fake);
	fake.refuses = true;
	fake_open(&fake, 2);
	CHECK(fake.frames == 1 && !fake.was_opened && fake.is_closed && fake.code == 1008);
	CHECK(!strcmp(fake.client->why.text, "refused: mrtd: differs") && fake.client->why.status == STATUS_FALSE);
	CHECK(!fake_ask(&fake, false));
	fake_end(&fake);
}

/* Time-outs: connecting, shaking hands; none once it is open. */
static void test_late(void)
{
	fake_start(&fake, 2);
	client_tick(fake.client, 9999);
	CHECK(!fake.is_closed);
	client_tick(fake.client, 10000);
	CHECK(fake.is_closed && !strcmp(fake.client->why.text, "no connection in time") && !fake.frames);
	fake_end(&fake);
	fake_start(&fake, 2);
	client_connected(fake.client);
	client_tick(fake.client, 10000);
	CHECK(fake.is_closed && fake.client->why.status == EX_TEMPFAIL && fake.frames == 1);
	fake_pump(&fake); /* the offer comes too late */
	CHECK(!fake.was_judged && fake.frames == 1);
	fake_end(&fake);
	fake_open(&fake, 2);
	client_tick(fake.client, 1000000);
	CHECK(!fake.is_closed);
	fake_end(&fake);
}

static void test_silence(void)
{
	fake_open(&fake, 2);
	struct tunnel_request *request = fake_ask(&fake, false);
	tunnel_request_pause(request, true);
	client_tick(fake.client, 30000);
	CHECK(!fake.failures);
	tunnel_request_pause(request, false);
	client_tick(fake.client, 49999);
	CHECK(!fake.failures);
	client_tick(fake.client, 50000);
	CHECK(fake.failures == 1 && fake.got[HTTP_CANCEL] == 1 && !fake.is_closed);
	fake_end(&fake);
}

static void say_head(bool is_streamed)
{
	const struct message head = {.type = HTTP_RESPONSE,
				     .id = FIRST,
				     .status = 200,
				     .status_text = view_of_literal("OK"),
				     .is_streamed = is_streamed};
	fake_say(&fake, &head);
}

static void say_chunk(size_t size, bool is_last)
{
	static uint8_t zeros[MESSAGE_CHUNK];
	const struct message chunk = {
		.type = HTTP_CHUNK, .id = FIRST, .body = {CONTENT_BYTES, view_of(zeros, size)}, .is_last = is_last};
	fake_say(&fake, &chunk);
}

static void say_window(uint32_t credit)
{
	const struct message window = {.type = HTTP_WINDOW, .id = FIRST, .credit = credit};
	fake_say(&fake, &window);
}

/* docs/tunnel-protocol.md, "Bodies in chunks" */
static void test_answer(void)
{
	fake_open(&fake, 2);
	struct tunnel_request *request = fake_ask(&fake, false);
	say_head(true);
	CHECK(fake.heads == 1 && fake.credit == TUNNEL_RECEIVES - TUNNEL_CREDIT);
	tunnel_request_pause(request, true);
	for (size_t i = 0; i < TUNNEL_RECEIVES / MESSAGE_CHUNK; i++)
		say_chunk(MESSAGE_CHUNK, false);
	CHECK(fake.data == TUNNEL_RECEIVES && fake.credit == TUNNEL_RECEIVES - TUNNEL_CREDIT && !fake.failures);
	tunnel_request_pause(request, false);
	CHECK(fake.credit == 2 * TUNNEL_RECEIVES - TUNNEL_CREDIT);
	say_chunk(3, true);
	CHECK(fake.data == TUNNEL_RECEIVES + 3 && fake.ends == 1 && !fake.failures && !fake.is_closed);
	say_chunk(3, true); /* it was under way when the request ended */
	CHECK(fake.ends == 1 && !fake.is_closed);
	fake_end(&fake);
}

static void test_too_much(void)
{
	fake_open(&fake, 2);
	tunnel_request_pause(fake_ask(&fake, false), true);
	say_head(true);
	for (size_t i = 0; i < TUNNEL_RECEIVES / MESSAGE_CHUNK; i++)
		say_chunk(MESSAGE_CHUNK, false);
	CHECK(!fake.is_closed);
	say_chunk(1, true);
	CHECK(fake.is_closed && fake.failures == 1 && !fake.ends && strstr(fake.err.text, "than there was room for"));
	fake_end(&fake);
}

/* What a server says of an answer that is not there yet, or there already. */
static void test_order(void)
{
	fake_open(&fake, 2);
	fake_ask(&fake, false);
	say_chunk(1, false);
	CHECK(fake.is_closed && fake.failures == 1);
	fake_end(&fake);
	fake_open(&fake, 2);
	fake_ask(&fake, false);
	say_head(true);
	say_head(true);
	CHECK(fake.is_closed && fake.failures == 1 && fake.heads == 1);
	fake_end(&fake);
}

static size_t count_chunks(size_t bytes)
{
	return bytes / MESSAGE_CHUNK;
}

static void test_body(void)
{
	struct err err;
	static uint8_t data[3 << 20];
	fake_open(&fake, 2);
	struct tunnel_request *request = fake_ask(&fake, true);
	CHECK(tunnel_request_send(request, data, 10, &err) == 0 && fake.chunk_bytes == 10);
	CHECK(tunnel_request_send(request, data, sizeof data, &err) == 1);
	CHECK(fake.chunk_bytes == TUNNEL_CREDIT && !fake.got_last &&
	      fake.got[HTTP_CHUNK] == 1 + count_chunks(TUNNEL_CREDIT));
	say_window(5);
	CHECK(fake.chunk_bytes == TUNNEL_CREDIT + 5 && fake.last_chunk == 5 && !fake.writables);
	fake.is_full = true;
	say_window(MESSAGE_CHUNK);
	CHECK(fake.chunk_bytes == TUNNEL_CREDIT + 5);
	fake.is_full = false;
	client_drained(fake.client);
	CHECK(fake.chunk_bytes == TUNNEL_CREDIT + 5 + MESSAGE_CHUNK && !fake.writables);
	say_window(4 << 20);
	CHECK(fake.chunk_bytes == sizeof data + 10 && fake.writables == 1 && !fake.got_last);
	CHECK(!tunnel_request_finish(request, &err) && fake.got_last && !fake.last_chunk);
	fake_end(&fake);
}

/* The end is said with the last bytes when they are still here. */
static void test_last(void)
{
	struct err err;
	static uint8_t data[TUNNEL_CREDIT + 1];
	fake_open(&fake, 2);
	struct tunnel_request *request = fake_ask(&fake, true);
	CHECK(tunnel_request_send(request, data, sizeof data, &err) == 1);
	CHECK(!tunnel_request_finish(request, &err) && !fake.got_last);
	say_window(1);
	CHECK(fake.got_last && fake.last_chunk == 1 && fake.chunk_bytes == sizeof data);
	CHECK(tunnel_request_send(request, data, 1, &err) < 0); /* a body that was ended */
	fake_end(&fake);
}

static void test_window_too_large(void)
{
	fake_open(&fake, 2);
	fake_ask(&fake, true);
	say_window(MESSAGE_CREDIT - TUNNEL_CREDIT);
	CHECK(!fake.is_closed);
	say_window(1);
	CHECK(fake.is_closed && fake.failures == 1 && fake.client->why.status == STATUS_BAD);
	fake_end(&fake);
}

static void say_other(const char *id)
{
	const struct message head = {.type = HTTP_RESPONSE,
				     .id = view_of(id, strlen(id)),
				     .status = 200,
				     .status_text = view_of_literal("OK")};
	fake_say(&fake, &head);
}

static void test_unknown(void)
{
	static const char *const ids[] = {FAKE_ID "0",         FAKE_ID "2", FAKE_ID "01",
					  FAKE_ID "1 ",        "1",         FAKE_ID "18446744073709551617",
					  "0000000000000001-1"};
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		fake_open(&fake, 2);
		fake_ask(&fake, false);
		say_other(ids[i]);
		CHECK(fake.is_closed && fake.failures == 1 && !fake.heads);
		fake_end(&fake);
	}
	fake_open(&fake, 2);
	tunnel_request_drop(fake_ask(&fake, false));
	say_other(FAKE_ID "1");
	CHECK(!fake.is_closed && !fake.heads && !fake.failures && fake.got[HTTP_CANCEL] == 1);
	fake_end(&fake);
}

static void test_version_1(void)
{
	struct err err;
	struct message post = {.method = view_of_literal("POST"), .url = view_of_literal("/"), .is_streamed = true};
	fake_open(&fake, 1);
	CHECK(fake.was_opened && tunnel_client_version(fake.client) == 1);
	CHECK(!tunnel_request_new(fake.client, &post, &fake_answers, &fake, &err) && err.status == STATUS_BAD);
	post.is_streamed = false;
	post.body = (struct content){CONTENT_BYTES, view_of_literal("\xff")};
	CHECK(!tunnel_request_new(fake.client, &post, &fake_answers, &fake, &err) && err.status == STATUS_BAD);
	post.body.bytes = view_of_literal("text");
	CHECK(tunnel_request_new(fake.client, &post, &fake_answers, &fake, &err));
	CHECK(fake.taken.message.body.kind == CONTENT_TEXT);
	for (unsigned i = 0; i < CLIENT_STRAYS; i++)
		say_other("another");
	CHECK(!fake.is_closed);
	say_other("another");
	CHECK(fake.is_closed && fake.failures == 1);
	fake_end(&fake);
}

static void close_at_head(void *context, const struct message *head)
{
	fake_head(context, head);
	tunnel_client_close(fake.client);
}

static void drop_at_data(void *context, const void *data, size_t size)
{
	fake_data(context, data, size);
	tunnel_request_drop(fake.client->requests);
}

/* A callback may end what it is called about. */
static void test_within(void)
{
	struct err err;
	const struct tunnel_answer_handler closes = {close_at_head, fake_data, fake_ended, NULL, fake_failed};
	const struct tunnel_answer_handler drops = {fake_head, drop_at_data, fake_ended, NULL, fake_failed};
	const struct message get = {.method = view_of_literal("GET"), .url = view_of_literal("/")};
	fake_open(&fake, 2);
	CHECK(tunnel_request_new(fake.client, &get, &closes, &fake, &err));
	say_head(false);
	CHECK(fake.heads == 1 && !fake.ends && !fake.failures && fake.is_closed && !fake.client->has_why);
	fake_end(&fake);
	fake_open(&fake, 2);
	CHECK(tunnel_request_new(fake.client, &get, &drops, &fake, &err));
	say_head(true);
	say_chunk(5, true);
	CHECK(fake.data == 5 && !fake.ends && !fake.failures && fake.got[HTTP_CANCEL] == 1);
	fake_end(&fake);
}

static void say_event(enum ws_event event, int code)
{
	const struct message message = {.type = WS_EVENT, .id = FIRST, .event = event, .code = code};
	fake_say(&fake, &message);
}

static void say_text(void)
{
	const struct message message = {
		.type = WS_MESSAGE, .id = FIRST, .body = {CONTENT_TEXT, view_of_literal("hello")}};
	fake_say(&fake, &message);
}

static struct tunnel_socket *connect_one(void)
{
	struct err err;
	const struct message connect = {.url = view_of_literal("/ws")};
	fake_open(&fake, 2);
	return tunnel_socket_new(fake.client, &connect, &fake_sockets, &fake, &err);
}

static void test_socket(void)
{
	struct err err;
	struct tunnel_socket *socket = connect_one();
	CHECK(tunnel_socket_send(socket, view_of_literal("early"), false, &err) < 0);
	say_event(WS_EVENT_OPEN, 0);
	say_text();
	CHECK(fake.opens == 1 && fake.messages == 1);
	CHECK(tunnel_socket_send(socket, view_of_literal("\xff"), false, &err) < 0 && err.status == STATUS_BAD);
	CHECK(!tunnel_socket_send(socket, view_of_literal("\xff"), true, &err) && fake.got[WS_MESSAGE] == 1);
	fake.is_full = true;
	CHECK(tunnel_socket_send(socket, view_of_literal("x"), true, &err) == 1);
	fake.is_full = false;
	client_drained(fake.client);
	CHECK(fake.writables == 1);
	tunnel_socket_close(socket, 1000, view_of(NULL, 0));
	say_text(); /* under way */
	CHECK(fake.messages == 1 && fake.got[WS_CLOSE] == 1 && !fake.closes);
	say_event(WS_EVENT_CLOSE, 1000);
	CHECK(fake.closes == 1 && fake.code == 1000 && !fake.is_closed);
	fake_end(&fake);
}

static void test_socket_refused(void)
{
	connect_one();
	say_text();
	CHECK(fake.is_closed && fake.closes == 1);
	fake_end(&fake);
	connect_one();
	say_event(WS_EVENT_OPEN, 0);
	say_event(WS_EVENT_OPEN, 0);
	CHECK(fake.is_closed && fake.closes == 1);
	fake_end(&fake);
	connect_one();
	say_event(WS_EVENT_ERROR, 0);
	say_event(WS_EVENT_CLOSE, 1006);
	CHECK(!fake.is_closed && fake.closes == 1 && fake.code == 1006);
	fake_end(&fake);
	connect_one();
	client_tick(fake.client, 20000);
	CHECK(!fake.is_closed && fake.closes == 1 && fake.code == 1006);
	fake_end(&fake);
}

int main(void)
{
	test_handshake();
	test_late();
	test_silence();
	test_answer();
	test_too_much();
	test_order();
	test_body();
	test_last();
	test_window_too_large();
	test_unknown();
	test_version_1();
	test_within();
	test_socket();
	test_socket_refused();
	return unit_end();
}
