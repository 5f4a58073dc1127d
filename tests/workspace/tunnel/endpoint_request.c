/* Requests at a tunnel's server end: credit, order, limits, and what is refused. Expected values:
 * docs/tunnel-protocol.md, endpoint.h. */
#include "../base/unit.h"
#include "below_client.h"

static void test_body(void)
{
	below_open(&below_usual, 2);
	upload();
	CHECK(below.calls->left == -1);
	for (size_t i = 1; i <= 4; i++) {
		chunk(ID, ENDPOINT_WINDOW / 4, false);
		CHECK(below.calls->body == i * ENDPOINT_WINDOW / 4 && below.credit == below.calls->body);
	}
	below.is_app_full = true;
	for (size_t i = 0; i < 4; i++)
		chunk(ID, ENDPOINT_WINDOW / 4, false);
	CHECK(below.credit == ENDPOINT_WINDOW && below_endpoint()->kept == ENDPOINT_WINDOW);
	below.is_app_full = false;
	below_writable(below.calls);
	CHECK(below.credit == 2 * ENDPOINT_WINDOW && !below_endpoint()->kept);
	chunk(ID, 10, true);
	CHECK(below.calls->is_finished && below.calls->body == 2 * ENDPOINT_WINDOW + 10 && is_alive());
	chunk(OTHER, 1, true); /* of none */
	CHECK(is_alive());
	chunk(ID, 1, true);
	CHECK(is_ended(1002, "of a body that is complete") && below.calls->is_gone);
	below_over();
}

static void test_body_too_much(void)
{
	below_open(&below_usual, 2);
	upload();
	below.is_app_full = true;
	for (size_t i = 0; i < 4; i++)
		chunk(ID, ENDPOINT_WINDOW / 4, false);
	CHECK(is_alive() && below.calls->body == ENDPOINT_WINDOW);
	chunk(ID, 1, true);
	CHECK(is_ended(1008, "credit") && below.calls->body == ENDPOINT_WINDOW && below.calls->is_gone);
	below_over();
	below_open(&below_usual, 2);
	ask("1");
	chunk(ID, 1, true); /* it has no body */
	CHECK(is_ended(1002, "complete"));
	below_over();
}

/* What it says of its body's length holds, or the request fails. */
static void test_body_announced(void)
{
	struct message_header length = {view_of_literal("Content-Length"), view_of_literal("5")};
	below_open(&below_usual, 2);
	ask_for((struct message){.is_streamed = true, .headers = &length, .header_count = 1});
	CHECK(below.calls->left == 5 && strstr(below.calls->head.data, "Content-Length: 5\r\n"));
	chunk(ID, 6, false);
	CHECK(is_refused(400, "announced") && below.calls->is_gone && !below.calls->body);
	chunk(ID, 6, true);
	CHECK(is_alive());
	below_over();
}

/* The answer is complete before the body is: the rest is ignored. */
static void test_body_unread(void)
{
	below_open(&below_usual, 2);
	upload();
	chunk(ID, 10, false);
	below_answer(below.calls, 413, 0);
	below_end(below.calls);
	CHECK(below.status == 413 && !below_endpoint()->request_count);
	chunk(ID, 10, true);
	CHECK(is_alive());
	ask("1"); /* over: the id may be another's */
	CHECK(below.begun == 2 && !below_endpoint()->strange);
	below_over();
}

static void test_cancel(void)
{
	below_open(&below_usual, 2);
	upload();
	chunk(ID, 10, false);
	cancel(ID);
	CHECK(below.calls->is_gone && below.calls->body == 10 && !below_endpoint()->request_count);
	chunk(ID, MESSAGE_CHUNK, true);
	window(ID, MESSAGE_CREDIT);
	window(ID, MESSAGE_CREDIT);
	cancel(ID);
	CHECK(is_alive() && !below_endpoint()->strange && !below.got[HTTP_RESPONSE] && !below.got[HTTP_CANCEL]);
	below_over();
}

static void test_too_many(int version)
{
	static const char *const ids[] = {"1", "2", "3", "4"};
	below_open(&below_usual, version);
	for (size_t i = 0; i < 4; i++)
		ask(ids[i]);
	CHECK(below.begun == 4 && !below.got[HTTP_RESPONSE]);
	ask("5");
	CHECK(below.begun == 4 && below.status == 429 && strstr(below.error, "too many requests") && is_alive());
	below_answer(below.calls, 200, 0);
	below_end(below.calls);
	ask("5");
	CHECK(below.begun == 5);
	below_over();
}

/* Of all tunnels there are no more than there are descriptors for; but each may have one. */
static void test_too_many_of_all(int version)
{
	struct endpoints_settings settings = below_usual;
	size_t *all = NULL;
	settings.all_requests = 100;
	below_open(&settings, version);
	all = &below_endpoint()->all->request_count;
	*all += 100; /* those of others */
	ask("1");
	CHECK(below.begun == 1 && *all == 101);
	ask("2");
	CHECK(below.begun == 1 && below.status == 503 && strstr(below.error, "no room") && is_alive());
	*all -= 2;
	ask("2");
	CHECK(below.begun == 2 && *all == 100);
	below_answer(below.calls, 200, 0);
	below_end(below.calls);
	CHECK(*all == 99);
	*all -= 98;
	below_over();
}

/* The one that runs goes on; and who goes on so is not listened to for ever. */
static void test_same_id(void)
{
	below_open(&below_usual, 2);
	ask("1");
	ask("1");
	CHECK(below.begun == 1 && !below.got[HTTP_RESPONSE] && below_endpoint()->strange == 1);
	below_answer(below.calls, 200, 0);
	below_end(below.calls);
	CHECK(below.got[HTTP_RESPONSE] == 1 && below.status == 200);
	ask("1");
	for (size_t i = 1; i < ENDPOINT_STRANGE; i++) {
		CHECK(is_alive());
		ask("1");
	}
	CHECK(is_ended(1008, "make no sense") && below.begun == 2);
	below_over();
}

static void test_header_refused(int version, struct view name, struct view value, const char *why)
{
	struct message_header header = {name, value};
	below_open(&below_usual, version);
	ask_for((struct message){.headers = &header, .header_count = 1});
	CHECK(!below.begun && is_refused(400, why));
	ask("1");
	CHECK(below.begun == 1);
	below_over();
}

static void test_request_refused(struct message message, const char *why)
{
	below_open(&below_usual, 2);
	ask_for(message);
	CHECK(!below.begun && is_refused(400, why));
	below_over();
}

static void test_injection(void)
{
#define X view_of_literal("x")
	for (int version = 1; version <= 2; version++) {
		test_header_refused(version, X, view_of_literal("a\r\nb: c"), "control character");
		test_header_refused(version, X, view_of_literal("a\nb"), "control character");
		test_header_refused(version, X, view_of("a\0b", 3), "control character");
		test_header_refused(version, view_of_literal("x\r\nb"), X, "not a token");
		test_header_refused(version, view_of_literal("x:y"), X, "not a token");
		test_header_refused(version, view_of_literal(""), X, "not a token");
		test_header_refused(version, view_of_literal("Content_Length"), view_of_literal("5"), "'_'");
		test_header_refused(version, view_of_literal("transfer_encoding"), X, "'_'");
	}
	test_request_refused((struct message){.method = view_of_literal("GET / HTTP/1.1\r\n")}, "method");
	test_request_refused((struct message){.method = view_of_literal("G\xc3\xa4T")}, "method");
	test_request_refused((struct message){.url = view_of_literal("/ HTTP/1.1\r\nx: y")}, "url");
	test_request_refused((struct message){.url = view_of_literal("path")}, "url");
	test_request_refused((struct message){.url = view_of_literal("/\xc3\xa4")}, "url");
#undef X
}

/* http_request {requestId: "1", method: "GET", url: "/", headers: {}, body: "x", is_streamed: true} */
static void test_two_bodies(void)
{
	static const char plain[] = "\xa7\x64type\x6chttp_request\x69requestId\x61"
				    "1\x66method\x63GET\x63url\x61/\x67headers\xa0\x64"
				    "body\x61x\x6bis_streamed\xf5";
	below_open(&below_usual, 2);
	below_seal(plain, sizeof plain - 1);
	CHECK(is_ended(1002, "") && !below.begun && strstr(below.noted, "body"));
	below_over();
	below_open(&below_usual, 1);
	below_seal(plain, sizeof plain - 1);
	CHECK(is_alive() && !below.begun && below_endpoint()->strange == 1);
	below_over();
}

static void test_timeout(void)
{
	below_open(&below_usual, 2);
	ask_for((struct message){.timeout = 500});
	below_pass(499);
	CHECK(!below.got[HTTP_RESPONSE]);
	below_pass(1);
	CHECK(is_refused(504, "timeout") && below.calls->is_gone);
	ask_for((struct message){.timeout = 500});
	below_answer(below.calls, 200, -1);
	below_pass(500);
	CHECK(below.got[HTTP_CANCEL] == 1 && below.calls->is_gone && is_alive());
	ask_for((struct message){.timeout = UINT32_MAX});
	below_pass(ENDPOINT_TIMEOUT);
	CHECK(is_refused(504, "timeout"));
	ask_for((struct message){.timeout = 500});
	below_answer(below.calls, 200, 0);
	below_end(below.calls);
	below_pass(500); /* is none's any more */
	CHECK(is_alive() && below.status == 200);
	below_over();
}

int main(void)
{
	struct err err;
	hand_must(!seal_start(&err));
	test_body();
	test_body_too_much();
	test_body_announced();
	test_body_unread();
	test_cancel();
	test_too_many(1);
	test_too_many(2);
	test_too_many_of_all(1);
	test_too_many_of_all(2);
	test_same_id();
	test_injection();
	test_two_bodies();
	test_timeout();
	return unit_end();
}
