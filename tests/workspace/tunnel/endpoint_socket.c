/* WebSockets at a tunnel's server end. Expected values: docs/tunnel-protocol.md, endpoint.h. */
#include "../base/unit.h"
#include "below_client.h"

static void dial(struct view id)
{
	below_say(&(struct message){.type = WS_CONNECT, .id = id, .url = view_of_literal("/ws")});
}

static void tell(struct view id, const char *text)
{
	below_say(&(struct message){.type = WS_MESSAGE, .id = id, .body = {CONTENT_TEXT, view_of(text, strlen(text))}});
}

static void inner_opened(void)
{
	below.inners->settings.handler->opened(below.inners->settings.context);
}

static void inner_says(const char *text)
{
	char copy[16];
	snprintf(copy, sizeof copy, "%s", text);
	below.inners->settings.handler->message(below.inners->settings.context, (uint8_t *)copy, strlen(copy), false);
}

static void test_socket(int version)
{
	below_open(&below_usual, version);
	dial(ID);
	CHECK(!strcmp(below.inners->url, "ws://localhost/ws") && !below.got[WS_EVENT]);
	inner_opened();
	CHECK(below.got[WS_EVENT] == 1 && below.event == WS_EVENT_OPEN);
	tell(ID, "hello");
	inner_says("there");
	CHECK(below.inners->bytes == 5 && below.got[WS_MESSAGE] == 1 && below.body == 5 &&
	      below.body_kind == CONTENT_TEXT);
	tell(OTHER, "hello"); /* of none */
	below_say(&(struct message){.type = WS_CLOSE, .id = OTHER});
	CHECK(is_alive() && below.inners->messages == 1 && !below_endpoint()->strange);
	dial(ID);
	CHECK(!below.inners->next && below_endpoint()->strange == 1);
	below_say(&(struct message){.type = WS_CLOSE, .id = ID, .code = 1006});
	CHECK(below.inners->is_closing && below.inners->code == 1000); /* 1006 is not to be said */
	below_closed(below.inners, 3000, view_of_literal("bye"));
	CHECK(below.event == WS_EVENT_CLOSE && below.code == 3000 && !strcmp(below.error, "bye"));
	CHECK(!below_endpoint()->inner_count && is_alive());
	tell(ID, "late");
	CHECK(is_alive());
	below_over();
}

static void test_socket_ends(void)
{
	const struct {
		int code;
		struct view reason;
		int said;
	} ends[] = {{1005, {0}, 1005},
		    {1006, view_of_literal("no route"), 1006},
		    {999, {0}, 1006},
		    {5000, {0}, 1006},
		    {1000, view_of_literal("caf\xe9"), 1000}};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		below_open(&below_usual, 2);
		dial(ID);
		below_closed(below.inners, ends[i].code, ends[i].reason);
		CHECK(is_alive() && below.event == WS_EVENT_CLOSE && below.code == ends[i].said);
		below_over();
	}
}

static void test_sockets_refused(void)
{
	struct view names[] = {view_of_literal("a\r\nb: c")};
	below_open(&below_usual, 2);
	dial(ID);
	dial(OTHER);
	dial(view_of_literal("3"));
	CHECK(below_endpoint()->inner_count == 2 && below.got[WS_EVENT] == 2 && below.code == 1006 && is_alive());
	below_closed(below.inners, 1000, (struct view){0});
	below.has_no_app = true;
	dial(OTHER);
	below.has_no_app = false;
	CHECK(below_endpoint()->inner_count == 1 && below.got[WS_EVENT] == 5);
	below_say(&(struct message){
		.type = WS_CONNECT, .id = OTHER, .url = view_of_literal("/"), .protocols = names, .protocol_count = 1});
	below_say(&(struct message){.type = WS_CONNECT, .id = OTHER, .url = view_of_literal("/\r\nx: y")});
	CHECK(below_endpoint()->inner_count == 1 && below.got[WS_EVENT] == 9 && is_alive());
	below_over();
}

static void test_socket_full(void)
{
	below_open(&below_usual, 2);
	dial(ID);
	below.inners->is_full = true;
	tell(ID, "hello");
	CHECK(below.outer->is_paused);
	below.inners->is_full = false;
	below.inners->settings.handler->drained(below.inners->settings.context);
	CHECK(!below.outer->is_paused);
	below.inners->is_full = true;
	tell(ID, "hello");
	below_closed(below.inners, 1006, (struct view){0}); /* full as it is */
	CHECK(!below.outer->is_paused);
	dial(ID);
	below.outer->is_full = true;
	inner_says("there");
	CHECK(below.inners->is_paused && below.outer->is_paused);
	below_over();
}

/* At once, with a word to both ends. */
static void test_socket_drain(void)
{
	below_open(&below_usual, 2);
	dial(ID);
	endpoints_drain(below.all, NULL, NULL);
	CHECK(below.inners->is_closing && below.inners->code == 1001);
	CHECK(below.event == WS_EVENT_CLOSE && below.code == 1001 && is_alive());
	dial(OTHER);
	CHECK(!below.inners->next && below.code == 1006);
	below_closed(below.inners, 1001, (struct view){0});
	CHECK(is_ended(1001, "going away") && below.got[WS_EVENT] == 3);
	below_over();
}

/* The tunnel is gone first: the backend's ends say goodbye on their own. */
static void test_socket_orphan(void)
{
	below_open(&below_usual, 2);
	dial(ID);
	dial(OTHER);
	inner_opened();
	below_closed(below.outer, 1006, (struct view){0});
	CHECK(below.inners->is_closing && below.inners->next->is_closing);
	inner_says("late");
	below_over();
}

int main(void)
{
	struct err err;
	hand_must(!seal_start(&err));
	test_socket(1);
	test_socket(2);
	test_socket_ends();
	test_sockets_refused();
	test_socket_full();
	test_socket_drain();
	test_socket_orphan();
	return unit_end();
}
