/* The client over a real WebSocket, with a clock. */
#include "http_url.h"
#include "tunnel_client_parts.h"

#include <string.h>

enum { TICK = 500, QUEUE_CAP = 1 << 20, CLEAR_CAP = 1 << 20 };

struct carrier {
	struct tunnel_client *client;
	struct websocket *socket; /* NULL: it is gone */
	struct loop *loop;
	struct loop_timer *timer;
};

static int wire_send(void *context, struct bytes *frame, struct err *err)
{
	const struct carrier *it = context;
	if (it->socket)
		return websocket_send(it->socket, frame, true, err);
	bytes_free(frame);
	return err_set(err, EX_TEMPFAIL, "the connection is gone");
}

static bool wire_is_full(void *context)
{
	const struct carrier *it = context;
	return it->socket && websocket_is_full(it->socket);
}

static void wire_settle(void *context, size_t cap)
{
	const struct carrier *it = context;
	if (it->socket)
		websocket_settle(it->socket, cap);
}

static void wire_close(void *context, int code)
{
	const struct carrier *it = context;
	if (it->socket)
		websocket_close(it->socket, code, view_of(NULL, 0));
}

/* Nobody has the client on his stack here. */
static void finish(void *context)
{
	struct carrier *it = context;
	struct tunnel_client *client = it->client;
	struct err why = client->why;
	bool has_why = client->has_why;
	void (*closed)(void *, const struct err *) = client->settings.closed;
	void *closed_context = client->settings.context;
	client_free(client);
	free(it);
	closed(closed_context, has_why ? &why : NULL);
}

static void tick(void *context)
{
	struct err err;
	struct carrier *it = context;
	it->timer = NULL;
	if (!it->socket) {
		finish(it);
		return;
	}
	client_tick(it->client, loop_now());
	if (it->timer) /* it is over, and finish() is to come */
		return;
	it->timer = loop_after(it->loop, TICK, tick, it, &err);
	if (!it->timer)
		client_over(it->client, 1011, &err);
}

static void opened(void *context)
{
	const struct carrier *it = context;
	client_connected(it->client);
}

static void message(void *context, uint8_t *data, size_t size, bool is_binary)
{
	const struct carrier *it = context;
	client_take(it->client, data, size, is_binary);
}

static void drained(void *context)
{
	const struct carrier *it = context;
	client_drained(it->client);
}

/* Codes of the carrier are in clear, so they are only what somebody says. docs/tunnel-protocol.md, "Limits and
 * refusals"
 */
static const char *meaning(int code)
{
	switch (code) {
	case 1001:
		return "it is about to stop";
	case 1002:
	case 1008:
		return "what it got was changed on the way, or it takes another version";
	case 1009:
		return "a message was too large for it";
	case 1011:
		return "it has no quote";
	case 1013:
		return "it has no room, or the tunnel was used up: try again";
	default:
		return "it does not say why";
	}
}

static void say_closed(const struct tunnel_client *client, int code, struct view reason, struct err *err)
{
	int size = (int)(reason.size < 200 ? reason.size : 200);
	const char *text = reason.size ? (const char *)reason.data : "";
	if (code == 1006 && client->state == CLIENT_CONNECTING)
		err_set(err, EX_TEMPFAIL, "no connection%s%.*s", reason.size ? ": " : "", size, text);
	else if (code == 1015 && client->state == CLIENT_CONNECTING)
		err_bad(err, "%.*s", size, text);
	else if (code == 1006)
		err_set(err, EX_TEMPFAIL, "%.*s", reason.size ? size : 20, reason.size ? text : "the connection broke");
	else
		err_set(err, code == 1002 || code == 1008 ? STATUS_FALSE : EX_TEMPFAIL,
			"refused by the server, with code %d: %.*s%s%s", code, size, text, reason.size ? ": " : "",
			meaning(code));
}

static void closed(void *context, int code, struct view reason)
{
	struct err err;
	struct carrier *it = context;
	it->socket = NULL;
	say_closed(it->client, code, reason, &err);
	client_over(it->client, code, &err);
	struct loop_timer *end = loop_after(it->loop, 0, finish, it, &err);
	if (!end) /* then the next tick does it */
		return;
	loop_cancel(it->timer);
	it->timer = end;
}

static const struct websocket_handler handler = {opened, message, drained, closed};

/* The tunnel's own address; spec: tunnel-spec.md 4, "WebSocket" */
static int address(const char *text, struct bytes *into, struct err *err)
{
	struct http_url url;
	char authority[HTTP_HOST_MAX + 16];
	cleanup_bytes struct bytes plain = {0};
	bool is_ws = !strncasecmp(text, "ws:", 3) || !strncasecmp(text, "wss:", 4);
	if (bytes_addf(&plain, err, "%s%s", is_ws ? "http" : "", is_ws ? text + 2 : text) ||
	    http_url_parse(plain.data, &url, err))
		return -1;
	http_url_authority(&url, authority);
	return bytes_addf(into, err, "%s://%s/__ra__", url.is_tls ? "wss" : "ws", authority);
}

static int connect_it(struct carrier *it, struct websockets *all, const struct tunnel_client_settings *settings,
		      struct err *err)
{
	cleanup_bytes struct bytes url = {0};
	struct websocket_settings socket = {
		.handler = &handler, .context = it, .message_cap = CLEAR_CAP, .queue_cap = QUEUE_CAP};
	if (address(settings->url, &url, err))
		return -1;
	it->timer = loop_after(it->loop, TICK, tick, it, err);
	if (!it->timer)
		return -1;
	struct websocket_target target = {.url = url.data,
					  .socket = settings->socket,
					  .ca_file = settings->ca_file,
					  .seconds = settings->seconds ? settings->seconds : 30};
	it->socket = websocket_connect(all, &target, &socket, err);
	return it->socket ? 0 : -1;
}

struct tunnel_client *tunnel_client_new(struct websockets *all, struct loop *loop,
					const struct tunnel_client_settings *settings, struct err *err)
{
	struct carrier *it = calloc(1, sizeof *it);
	if (!it)
		return err_system(err, EX_OSERR, "tunnel"), NULL;
	struct tunnel_wire wire = {it, wire_send, wire_is_full, wire_settle, wire_close};
	it->loop = loop;
	it->client = client_new(settings, &wire, loop_now(), err);
	if (it->client && !connect_it(it, all, settings, err))
		return it->client;
	loop_cancel(it->timer);
	client_free(it->client);
	free(it);
	return NULL;
}
