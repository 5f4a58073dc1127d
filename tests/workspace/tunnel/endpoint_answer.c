/* Answers at a tunnel's server end: whole or streamed, credit, limits, and a backend that fails. Expected values:
 * docs/tunnel-protocol.md, endpoint.h. */
#include "../base/unit.h"
#include "below_client.h"

static void test_answer(int version)
{
	below_open(&below_usual, version);
	ask_for((struct message){.url = view_of_literal("http://elsewhere.test/a?b#c")});
	CHECK(!strncmp(below.calls->head.data, "GET /a?b HTTP/1.1\r\n", 19) && below.calls->is_finished);
	CHECK(strstr(below.calls->head.data, "host: tunnel.test:8443\r\n") &&
	      strstr(below.calls->head.data, "x-forwarded-port: 8443\r\n"));
	below_answer(below.calls, 200, 5);
	below_data(below.calls, 5);
	CHECK(!below.got[HTTP_RESPONSE] && below_endpoint()->kept == 5);
	below_end(below.calls);
	CHECK(below.got[HTTP_RESPONSE] == 1 && below.body == 5 && below.body_kind == CONTENT_BYTES);
	CHECK(!below.is_streamed && !below_endpoint()->kept && !below_endpoint()->request_count);
	below_over();
}

/* docs/tunnel-protocol.md: streamed when it is longer than 256 KiB or nobody knows its length. */
static void test_streamed(int64_t length, bool is_streamed)
{
	below_open(&below_usual, 2);
	ask("1");
	below_answer(below.calls, 200, length);
	CHECK(below.got[HTTP_RESPONSE] == is_streamed);
	below_data(below.calls, 1000);
	CHECK(below.chunk_bytes == (is_streamed ? 1000 : 0));
	below_end(below.calls);
	CHECK(below.got[HTTP_RESPONSE] == 1 && below.is_last == is_streamed && !below_endpoint()->request_count);
	below_over();
}

static void test_answer_credit(void)
{
	below_open(&below_usual, 2);
	ask("1");
	below_answer(below.calls, 200, -1);
	below_data(below.calls, ENDPOINT_WINDOW - 1);
	CHECK(below.chunk_bytes == ENDPOINT_WINDOW - 1 && !below.calls->is_paused);
	below_data(below.calls, 100);
	CHECK(below.chunk_bytes == ENDPOINT_WINDOW && below.calls->is_paused);
	window(ID, 50);
	CHECK(below.chunk_bytes == ENDPOINT_WINDOW + 50 && below.calls->is_paused);
	below_end(below.calls);
	CHECK(!below.is_last);
	window(ID, 48);
	CHECK(below.chunk_bytes == ENDPOINT_WINDOW + 98 && !below.is_last);
	window(ID, 1000);
	CHECK(below.chunk_bytes == ENDPOINT_WINDOW + 99 && below.is_last && !below_endpoint()->request_count);
	window(ID, 1000); /* was under way when it ended */
	window(OTHER, MESSAGE_CREDIT);
	CHECK(is_alive());
	below_over();
}

static void test_answer_goes_on(void)
{
	below_open(&below_usual, 2);
	ask("1");
	below_answer(below.calls, 200, -1);
	below_data(below.calls, ENDPOINT_WINDOW + 1);
	window(ID, 2);
	CHECK(!below.calls->is_paused && below.chunk_bytes == ENDPOINT_WINDOW + 1);
	below_data(below.calls, 1);
	CHECK(below.calls->is_paused && below.chunk_bytes == ENDPOINT_WINDOW + 2);
	cancel(ID);
	CHECK(below.calls->is_gone && !below_endpoint()->request_count);
	below_over();
}

static void test_credit_too_much(void)
{
	below_open(&below_usual, 2);
	ask("1");
	window(ID, MESSAGE_CREDIT - ENDPOINT_WINDOW);
	CHECK(is_alive());
	window(ID, 1);
	CHECK(is_ended(1008, "http_window") && below.calls->is_gone);
	below_over();
}

/* What no message can say: 502, and the tunnel goes on. */
static void test_unspeakable(int version)
{
	const struct message_header headers[] = {
		{view_of_literal("x"), view_of_literal("caf\xe9")},
		{view_of_literal("caf\xe9"), view_of_literal("x")},
	};
	for (size_t i = 0; i < 2; i++) {
		below_open(&below_usual, version);
		ask("1");
		struct backend_call *call = below.calls;
		below_head(call, 200, &headers[i], 1);
		if (!call->is_gone) { /* in version 1 it is said in the end */
			below_data(call, 10);
			below_end(call);
		}
		CHECK(call->is_gone && is_refused(502, "cannot be sent") && below.got[HTTP_RESPONSE] == 1);
		below_over();
	}
}

static void test_cap(void)
{
	struct endpoints_settings small = below_usual;
	small.sealed_cap = 300 << 10;
	const size_t cap = small.sealed_cap - ENDPOINT_OVERHEAD;
	for (size_t over = 0; over < 2; over++) {
		below_open(&small, 1);
		ask("1");
		below_answer(below.calls, 200, -1);
		below_data(below.calls, cap + over);
		if (!over)
			below_end(below.calls);
		CHECK(below.calls->is_gone && below.status == (over ? 502 : 200) && is_alive() &&
		      below.body == (over ? 0 : cap));
		ask("1");
		below_answer(below.calls, 200, (int64_t)(cap + over)); /* known at once */
		CHECK(below.calls->is_gone == over);
		below_over();
	}
}

/* In version 2 no answer and no chunk is too large, however small the limit of a message is. */
static void test_small_messages(void)
{
	struct endpoints_settings small = below_usual;
	small.sealed_cap = TUNNEL_CAP_LEAST;
	below_open(&small, 2);
	ask("1");
	below_answer(below.calls, 200, ENDPOINT_WHOLE);
	below_data(below.calls, ENDPOINT_WHOLE);
	below_end(below.calls);
	CHECK(is_alive() && below.status == 200 && below.body == ENDPOINT_WHOLE);
	upload();
	chunk(ID, MESSAGE_CHUNK, true);
	CHECK(is_alive() && below.calls->body == MESSAGE_CHUNK);
	below_over();
}

static void test_failed(bool is_silent, const char *why, int status)
{
	for (int version = 1; version <= 2; version++) {
		below_open(&below_usual, version);
		ask("1");
		below_failed(below.calls, is_silent, why);
		CHECK(is_refused(status, why));
		ask("1");
		below_answer(below.calls, 200, -1);
		below_data(below.calls, 10);
		below_failed(below.calls, is_silent, why);
		if (version == 1)
			CHECK(is_refused(status, why));
		else
			CHECK(below.got[HTTP_CANCEL] == 1 && strstr(below.error, why) && !below.is_last);
		CHECK(is_alive() && !below_endpoint()->request_count && !below_endpoint()->kept);
		below_over();
	}
	below_open(&below_usual, 2);
	below.has_no_app = true;
	ask("1");
	CHECK(is_refused(502, "cannot connect"));
	below_over();
}

/* A length that is said of a body that does not come. */
static void test_head(int version)
{
	below_open(&below_usual, version);
	ask_for((struct message){.method = view_of_literal("HEAD")});
	below_answer(below.calls, 200, (int64_t)1 << 40);
	below_end(below.calls);
	CHECK(below.status == 200 && !below.body && !below.is_streamed && is_alive());
	below_over();
}

/* spec: RFC 9110 15.3.5, 15.3.6, 15.4.5: statuses of no content. A Response of fetch() refuses even an empty body. */
static void test_no_content(int version, int status)
{
	below_open(&below_usual, version);
	ask("1");
	below_answer(below.calls, status, status == 304 ? (int64_t)1 << 40 : -1);
	below_end(below.calls);
	CHECK(below.status == status && below.body_kind == CONTENT_NONE && !below.is_streamed);
	CHECK(is_alive() && !below.got[HTTP_CHUNK]);
	below_over();
}

int main(void)
{
	struct err err;
	hand_must(!seal_start(&err));
	test_streamed(-1, true);
	test_streamed(ENDPOINT_WHOLE, false);
	test_streamed(ENDPOINT_WHOLE + 1, true);
	test_answer_credit();
	test_answer_goes_on();
	test_credit_too_much();
	test_cap();
	test_small_messages();
	test_failed(true, "backend: silent for 60000 ms", 504);
	test_failed(false, "backend: it broke off in the middle of an answer", 502);
	for (int version = 1; version <= 2; version++) {
		test_answer(version);
		test_unspeakable(version);
		test_head(version);
		test_no_content(version, 204);
		test_no_content(version, 205);
		test_no_content(version, 304);
	}
	return unit_end();
}
