/* A tunnel's server end, with a client's channel at its other side and nothing below it: handshake, memory, drain.
 * Expected values: docs/tunnel-protocol.md, endpoint.h. */
#include "../base/unit.h"
#include "below_client.h"

static void test_handshake(void)
{
	below_begin(&below_usual, 2);
	below_pass(9999);
	CHECK(is_alive());
	below_pass(1);
	CHECK(is_ended(1008, "no handshake in time"));
	below_over();

	below_begin(&below_usual, 2);
	below.has_no_offer = true;
	below_hello();
	CHECK(!below.got[SERVER_KX] && below.is_asked);
	below_offer(&below.offer);
	below_accept();
	below_pass(100000);
	CHECK(is_alive() && below.got[SERVER_KX] == 1 && !below.offer.holders);
	below_over();

	below_begin(&below_usual, 2);
	below.has_no_offer = true;
	below_hello();
	below_offer(NULL);
	CHECK(is_ended(1011, "the server has no quote") && strstr(below.noted, "the agent is away"));
	below_over();

	below_begin(&below_usual, 2);
	below.has_no_offer = below.is_rationed = true;
	below_hello();
	CHECK(is_ended(1011, "too many quotes"));
	below_over();

	below_begin(&below_usual, 2);
	below.has_no_offer = true;
	below_hello();
	below_over(); /* while it waits */
}

/* Above the limit the client is not read, and of several answers the oldest goes on. */
static void test_memory(void)
{
	below_open(&below_usual, 1);
	ask("1");
	ask("2");
	struct backend_call *second = below.calls, *first = second->next;
	below_answer(first, 200, -1);
	below_answer(second, 200, -1);
	below_data(second, 1000);
	below_data(first, below_usual.memory - 1000);
	CHECK(!below.outer->is_paused && !first->is_paused && !second->is_paused);
	below_data(first, 1);
	CHECK(below.outer->is_paused && !first->is_paused && second->is_paused);
	below_end(first);
	CHECK(!below.outer->is_paused && !second->is_paused && below_endpoint()->kept == 1000);
	below_end(second);
	CHECK(!below_endpoint()->kept && below.got[HTTP_RESPONSE] == 2);
	below_over();
}

static void test_memory_of_bodies(void)
{
	below_open(&below_usual, 1);
	below.is_app_full = true;
	struct content body = {CONTENT_TEXT, view_of(zeros, below_usual.memory)};
	ask_for((struct message){.body = body});
	CHECK(!below.outer->is_paused && below_endpoint()->kept == below_usual.memory && below.calls->is_finished);
	body.bytes.size = 1;
	ask_for((struct message){.id = OTHER, .body = body});
	CHECK(below.outer->is_paused);
	below_writable(below.calls->next);
	CHECK(!below.outer->is_paused && below_endpoint()->kept == 1);
	below_over();
}

/* A client that does not read. */
static void test_choked(void)
{
	below_open(&below_usual, 2);
	ask("1");
	below_answer(below.calls, 200, -1);
	below.outer->is_full = true;
	below_data(below.calls, 1);
	CHECK(below.outer->is_paused && below.calls->is_paused);
	below.outer->is_full = false;
	below.outer->settings.handler->drained(below.outer->settings.context);
	CHECK(!below.outer->is_paused && !below.calls->is_paused);
	below_over();
}

static void count_done(void *context)
{
	(void)context;
	below.done++;
}

static void test_drain(void)
{
	below_open(&below_usual, 2);
	ask("1");
	endpoints_drain(below.all, count_done, NULL);
	CHECK(is_alive());
	ask("2");
	CHECK(below.status == 503 && below.begun == 1 && is_alive());
	below_answer(below.calls, 200, -1);
	below_data(below.calls, ENDPOINT_WINDOW + 1);
	below_end(below.calls);
	CHECK(is_alive());
	window(ID, 1);
	CHECK(below.is_last && is_ended(1001, "going away"));
	below_pass(1);
	CHECK(!below.done);
	below_closed(below.outer, 1001, (struct view){0});
	below_pass(1);
	CHECK(below.done == 1);
	below_over();
}

static void test_drain_within(void)
{
	below_open(&below_usual, 2);
	endpoints_drain(below.all, count_done, NULL);
	CHECK(is_ended(1001, "going away"));
	below_over();
	below_begin(&below_usual, 2); /* in the middle of a handshake */
	below.has_no_offer = true;
	below_hello();
	endpoints_drain(below.all, count_done, NULL);
	CHECK(is_ended(1001, "going away") && !below.is_asked);
	below_over();
	below_open(&below_usual, 2);
	ask("1");
	endpoints_drain(below.all, count_done, NULL);
	endpoints_leave(below.all);
	CHECK(is_ended(1001, "going away") && below.calls->is_gone);
	below_over();
}

static void test_text(void)
{
	struct err err;
	cleanup_bytes struct bytes frame = {0};
	below_open(&below_usual, 2);
	hand_must(!bytes_add(&frame, "text", 4, &err));
	for (size_t i = 0; i < ENDPOINT_STRANGE; i++) {
		CHECK(is_alive());
		below_give(&frame, false);
	}
	CHECK(is_ended(1008, "make no sense"));
	below_give(&frame, true); /* comes too late */
	below_over();
}

int main(void)
{
	struct err err;
	hand_must(!seal_start(&err));
	test_handshake();
	test_memory();
	test_memory_of_bodies();
	test_choked();
	test_drain();
	test_drain_within();
	test_text();
	return unit_end();
}
