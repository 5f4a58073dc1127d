#include "endpoint_state.h"

#include "http_head.h"

#include <string.h>

enum { PROTOCOLS_SIZE = 1024 }; /* bytes of the names together */

static struct inner *find(const struct endpoint *endpoint, struct view id)
{
	struct inner *inner = endpoint->inners;
	while (inner && !(view_is(inner->id, id) && !inner->is_ending))
		inner = inner->next;
	return inner;
}

static void say(struct endpoint *endpoint, const struct message *message)
{
	struct err err;
	if (endpoint_send(endpoint, message, &err))
		endpoint_fail(endpoint, &err);
}

static void say_event(struct endpoint *endpoint, struct view id, enum ws_event event, int code, struct view text)
{
	struct message message = {.type = WS_EVENT, .id = id, .event = event, .code = code};
	*(event == WS_EVENT_ERROR ? &message.error : &message.reason) = text;
	say(endpoint, &message);
}

/* spec: tunnel-spec.md 1.4: 1006 for what ended without a goodbye. */
static void refuse(struct endpoint *endpoint, struct view id, const char *why)
{
	char line[300];
	snprintf(line, sizeof line, "a WebSocket was refused: %.200s", why);
	tally_note(endpoint->all->settings.tally, false, line);
	say_event(endpoint, id, WS_EVENT_ERROR, 0, view_of(why, strlen(why)));
	say_event(endpoint, id, WS_EVENT_CLOSE, 1006, view_of_literal(""));
}

static void set_full(struct inner *inner, bool is_full)
{
	if (inner->is_full == is_full || !inner->endpoint)
		return;
	inner->is_full = is_full;
	inner->endpoint->inners_full += is_full ? 1 : (size_t)-1;
	endpoint_flow(inner->endpoint);
}

static void unlink_inner(struct inner *inner)
{
	*inner->before = inner->next;
	if (inner->next)
		inner->next->before = inner->before;
	inner->endpoint->inner_count--;
	inner->endpoint->all->inner_count--;
	set_full(inner, false); /* whereupon what is still there is read */
}

static void on_open(void *context)
{
	struct inner *inner = context;
	if (inner->endpoint && !inner->is_ending)
		say_event(inner->endpoint, inner->id, WS_EVENT_OPEN, 0, (struct view){0});
}

static void on_message(void *context, uint8_t *data, size_t size, bool is_binary)
{
	struct inner *inner = context;
	struct message message = {.type = WS_MESSAGE, .id = inner->id};
	message.body = (struct content){is_binary ? CONTENT_BYTES : CONTENT_TEXT, view_of(data, size)};
	if (inner->endpoint && !inner->is_ending)
		say(inner->endpoint, &message);
}

static void on_drained(void *context)
{
	set_full(context, false);
}

/* A code that may be said: 1005 is for none. */
static int code_to_say(int code)
{
	return code >= 1000 && code <= 4999 ? code : 1006;
}

/* The backend's reason need not be text, and what is none cannot be said to the client. */
static void on_closed(void *context, int code, struct view reason)
{
	struct inner *inner = context;
	struct endpoint *endpoint = inner->endpoint;
	if (!bytes_are_utf8(reason.data, reason.size))
		reason = (struct view){0};
	if (endpoint) {
		unlink_inner(inner);
		if (!endpoint->is_ending && !inner->is_ending)
			say_event(endpoint, inner->id, WS_EVENT_CLOSE, code_to_say(code), reason);
		if (!endpoint->is_ending)
			endpoint_quiet(endpoint);
	}
	free(inner);
}

static const struct websocket_handler handler = {on_open, on_message, on_drained, on_closed};

/* "a, b": names that are none could be anything in the middle of a head. */
static int protocols_write(const struct message *message, char into[PROTOCOLS_SIZE], struct err *err)
{
	size_t at = 0;
	*into = '\0';
	for (size_t i = 0; i < message->protocol_count; i++) {
		struct view name = message->protocols[i];
		if (!http_is_token(name))
			return err_bad(err, "protocols: not the name of one");
		if (name.size + 3 > PROTOCOLS_SIZE - at)
			return err_bad(err, "protocols: more than %d bytes", PROTOCOLS_SIZE);
		at += (size_t)sprintf(into + at, "%s%.*s", at ? ", " : "", (int)name.size, (const char *)name.data);
	}
	return 0;
}

static int connect_inner(struct inner *inner, const struct message *message, struct err *err)
{
	const struct endpoints_settings *all = &inner->endpoint->all->settings;
	const struct forwarded *forwarded = &inner->endpoint->forwarded;
	cleanup_free char *target = malloc(message->url.size + 2), *url = NULL;
	char protocols[PROTOCOLS_SIZE];
	if (!target)
		return err_system(err, EX_OSERR, "WebSocket");
	if (!forwarded_target(message->url, target).data)
		return err_bad(err, "url: neither a path nor an absolute URL");
	if (protocols_write(message, protocols, err))
		return -1;
	if (asprintf(&url, "ws://localhost%s", target) < 0)
		return err_system(err, EX_OSERR, "WebSocket");
	const char *headers[] = {"x-forwarded-proto",
				 forwarded->proto,
				 "x-forwarded-host",
				 forwarded->host,
				 "x-forwarded-port",
				 forwarded->port,
				 NULL};
	struct websocket_target to = {
		.url = url,
		.socket = all->place->socket,
		.host = all->place->host,
		.port = all->place->port,
		.authority = forwarded->host,
		.headers = headers,
		.protocols = *protocols ? protocols : NULL,
	};
	struct websocket_settings settings = {&handler, inner, all->sealed_cap - ENDPOINT_OVERHEAD, ENDPOINT_QUEUE};
	inner->websocket = websocket_connect(all->websockets, &to, &settings, err);
	return inner->websocket ? 0 : -1;
}

static struct inner *inner_new(struct endpoint *endpoint, struct view id)
{
	struct inner *inner = calloc(1, sizeof *inner);
	if (!inner)
		return NULL;
	inner->endpoint = endpoint;
	inner->next = endpoint->inners;
	inner->before = &endpoint->inners;
	if (inner->next)
		inner->next->before = &inner->next;
	endpoint->inners = inner;
	endpoint->inner_count++;
	endpoint->all->inner_count++;
	memcpy(inner->id_bytes, id.data, id.size);
	inner->id = view_of(inner->id_bytes, id.size);
	return inner;
}

void inner_begin(struct endpoint *endpoint, const struct message *message)
{
	struct err err;
	if (find(endpoint, message->id)) {
		endpoint_strange(endpoint, "ws_connect: its connectionId is another's");
		return;
	}
	const struct endpoints *all = endpoint->all;
	if (all->is_draining || endpoint->inner_count >= all->settings.sockets ||
	    (all->settings.inner_sockets && all->inner_count >= all->settings.inner_sockets)) {
		refuse(endpoint, message->id,
		       all->is_draining ? "the server is going away" : "too many WebSockets at once");
		return;
	}
	struct inner *inner = inner_new(endpoint, message->id);
	if (inner && !connect_inner(inner, message, &err)) {
		endpoint_flow(endpoint);
		return;
	}
	const char *why = inner ? err.text : "out of memory";
	if (inner) {
		unlink_inner(inner);
		free(inner);
	}
	refuse(endpoint, message->id, why);
}

/* Of another tunnel there is none here: ids are a tunnel's own. One that has just ended may still get messages. */
void inner_message(struct endpoint *endpoint, const struct message *message)
{
	struct inner *inner = find(endpoint, message->id);
	struct bytes bytes = {0};
	struct err err;
	static const char room[WEBSOCKET_HEADROOM];
	if (!inner)
		return;
	struct view data = message->body.bytes;
	if (bytes_add(&bytes, room, sizeof room, &err) || bytes_add(&bytes, data.data, data.size, &err)) {
		bytes_free(&bytes);
		websocket_close(inner->websocket, 1011, view_of_literal("out of memory"));
		return;
	}
	if (websocket_send(inner->websocket, &bytes, message->body.kind == CONTENT_BYTES, &err))
		websocket_close(inner->websocket, 1011, view_of_literal("out of memory"));
	else
		set_full(inner, websocket_is_full(inner->websocket));
}

/* spec: RFC 6455 7.4: codes that may stand in a goodbye. */
static bool is_sendable(int code)
{
	return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) || code >= 3000;
}

void inner_close(struct endpoint *endpoint, const struct message *message)
{
	struct inner *inner = find(endpoint, message->id);
	if (inner)
		websocket_close(inner->websocket, is_sendable(message->code) ? message->code : 1000, message->reason);
}

void inner_end(struct inner *inner, int code, const char *reason)
{
	if (inner->is_ending)
		return;
	inner->is_ending = true;
	websocket_close(inner->websocket, code, view_of(reason, strlen(reason)));
}

void inners_leave(struct endpoint *endpoint, int code, const char *reason)
{
	for (struct inner *inner = endpoint->inners; inner; inner = inner->next) {
		if (!inner->is_ending)
			say_event(endpoint, inner->id, WS_EVENT_CLOSE, code, view_of(reason, strlen(reason)));
		inner_end(inner, code, reason);
	}
}

void inners_flow(struct endpoint *endpoint)
{
	for (struct inner *inner = endpoint->inners; inner; inner = inner->next)
		if (inner->websocket)
			websocket_pause(inner->websocket, endpoint->is_choked);
}
