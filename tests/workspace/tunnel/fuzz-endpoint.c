/* corpus: vectors/tunnel-endpoint
 * What a client and a backend do to a tunnel's server end. The first byte of the input: 1 or 2 for a tunnel of that
 * version that is open, else one that waits for its offer; then records of four bytes: a letter, which one (its id, or
 * how old it is among those of its kind), a number, and flags:
 *
 *     q   a request     c   a chunk     w   credit     x   a cancellation     p   a payload of so many bytes that
 * follow s   a WebSocket   m   a message   g   a goodbye  t   a text message     r   the same as a frame h   an
 * answer's head   d   its data   e   its end   f   the backend fails   b   it has read o   the backend's WebSocket is
 * open   i   says something   j   closes   k   is full, or has drained u   the client does not read, or does   n   the
 * offer comes   z   time passes   v   how the backend is y   drain   l   leave
 *
 * Whatever comes: each request gets one answer, whole or up to its last chunk or a cancellation; no chunk is more than
 * was paid for; what is counted is there; and nothing is left in the end. */
#include "below_client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { IDS = 8 };

struct asked {
	bool is_running, has_head;
	size_t credit;
};

static struct asked asked[IDS];
static bool is_unknown; /* what was asked, since a payload was not made here */

static const char *const ids[IDS] = {"0", "1", "2", "3", "4", "5", "6", "7"};

static struct view id_of(const uint8_t *at)
{
	return view_of(ids[at[1] % IDS], 1);
}

static void answered(struct asked *it, const struct message *message)
{
	size_t size = message->body.bytes.size;
	hand_must(it->is_running && it->has_head == (message->type != HTTP_RESPONSE));
	if (message->type == HTTP_CHUNK)
		hand_must(size <= it->credit && size <= MESSAGE_CHUNK && (size || message->is_last));
	it->credit -= message->type == HTTP_CHUNK ? size : 0;
	it->has_head = true;
	it->is_running = message->type == HTTP_RESPONSE ? message->is_streamed
							: message->type == HTTP_CHUNK && !message->is_last;
}

static void on_message(const struct message *message)
{
	bool is_about_request =
		message->type == HTTP_RESPONSE || message->type == HTTP_CHUNK || message->type == HTTP_CANCEL;
	if (!is_unknown && is_about_request)
		answered(&asked[*message->id.data - '0'], message);
}

static void request(const uint8_t *at)
{
	static const char *const methods[] = {"GET", "HEAD", "POST", "\r\n"};
	static const char *const urls[] = {"/", "http://a/b", "b", "/\r\n"};
	struct message_header header = {view_of_literal("Content-Length"), view_of_literal("300")};
	bool is_streamed = (at[3] & 1) && channel_version(below.client) == 2;
	struct asked *it = &asked[at[1] % IDS];
	struct message message = {.id = id_of(at), .headers = &header, .header_count = at[3] >> 1 & 1};
	message.method = view_of(methods[at[2] & 3], strlen(methods[at[2] & 3]));
	message.url = view_of(urls[at[2] >> 2 & 3], strlen(urls[at[2] >> 2 & 3]));
	message.timeout = at[3] & 4 ? 1000 : 0;
	message.is_streamed = is_streamed;
	if (!is_streamed && at[3] & 8)
		message.body = (struct content){CONTENT_TEXT, view_of(zeros, (size_t)at[2] << 10)};
	if (!it->is_running)
		*it = (struct asked){.is_running = true, .credit = ENDPOINT_WINDOW};
	ask_for(message);
}

static void more_of_request(const uint8_t *at)
{
	if (channel_version(below.client) != 2)
		return;
	size_t number = (size_t)at[2] << (at[3] >> 4);
	number = number < MESSAGE_CHUNK ? number : MESSAGE_CHUNK;
	struct asked *it = &asked[at[1] % IDS];
	if (*at == 'w')
		it->credit += number + 1;
	if (*at == 'x')
		it->is_running = false;
	if (*at == 'c')
		chunk(id_of(at), number, number ? at[3] & 1 : true);
	else if (*at == 'w')
		window(id_of(at), (uint32_t)number + 1);
	else
		cancel(id_of(at));
}

static void socket_of_client(const uint8_t *at)
{
	struct message message = {.type = *at == 's' ? WS_CONNECT : *at == 'm' ? WS_MESSAGE : WS_CLOSE};
	message.id = id_of(at);
	message.url = view_of_literal("/ws");
	message.body = (struct content){at[3] & 1 ? CONTENT_TEXT : CONTENT_BYTES, view_of(zeros, at[2])};
	message.code = *at == 'g' && at[3] & 2 ? 1000 + at[2] : 0;
	below_say(&message);
}

static void bytes_of_client(const uint8_t *at, size_t size)
{
	struct err err;
	cleanup_bytes struct bytes frame = {0};
	is_unknown = true;
	if (*at == 'p') {
		below_seal(at + 4, size);
		return;
	}
	hand_must(!bytes_add(&frame, at + 4, size, &err));
	below_give(&frame, *at == 'r');
}

static void of_client(const uint8_t *at, size_t size)
{
	if (!channel_is_open(below.client) || below.outer->is_paused)
		return;
	if (strchr("prt", *at))
		bytes_of_client(at, size);
	else if (*at == 'q')
		request(at);
	else if (strchr("cwx", *at))
		more_of_request(at);
	else
		socket_of_client(at);
}

static void head(struct backend_call *call, const uint8_t *at)
{
	static const int statuses[] = {200, 204, 304, 500};
	const struct message_header bad = {view_of_literal("x"), view_of_literal("\xff")};
	if (call->has_head)
		return;
	if (at[3] & 8)
		below_head(call, 200, &bad, 1);
	else
		below_answer(call, statuses[at[3] & 3], at[3] & 4 ? (int64_t)at[2] << 12 : -1);
}

static void of_backend(const uint8_t *at)
{
	struct backend_call *call = below.calls;
	for (unsigned skip = at[1]; call && (skip || call->is_gone); call = call->next)
		skip -= skip && !call->is_gone;
	if (!call)
		return;
	if (*at == 'h')
		head(call, at);
	else if (*at == 'd' && call->has_head && !call->has_no_content && !call->is_paused)
		below_data(call, ((size_t)at[2] << 8) + 1);
	else if (*at == 'e' && call->has_head)
		below_end(call);
	else if (*at == 'f')
		below_failed(call, at[3] & 1, "backend: it is over");
	else if (*at == 'b' && call->is_full)
		below_writable(call);
}

static void drained(struct websocket *socket, bool is_full)
{
	bool was_full = socket->is_full;
	socket->is_full = is_full;
	if (was_full && !is_full)
		socket->settings.handler->drained(socket->settings.context);
}

static void of_socket(const uint8_t *at)
{
	struct websocket *socket = below.inners;
	uint8_t text[] = {'t', 'e', 'x', 't'};
	for (unsigned skip = at[1]; socket && (skip || socket->is_gone); socket = socket->next)
		skip -= skip && !socket->is_gone;
	if (!socket)
		return;
	const struct websocket_handler *handler = socket->settings.handler;
	if (*at == 'o')
		handler->opened(socket->settings.context);
	else if (*at == 'i' && !socket->is_paused)
		handler->message(socket->settings.context, text, sizeof text, at[3] & 1);
	else if (*at == 'j')
		below_closed(socket, 1000 + at[2] * 20, view_of(at + 3, 1));
	else if (*at == 'k')
		drained(socket, at[3] & 1);
}

static void of_server(const uint8_t *at)
{
	if (*at == 'u')
		drained(below.outer, at[3] & 1);
	else if (*at == 'z')
		below_pass(at[2] * 100);
	else if (*at == 'v') {
		below.has_no_app = at[3] & 1;
		below.is_app_full = at[3] & 2;
	} else if (*at == 'y')
		endpoints_drain(below.all, NULL, NULL);
	else if (*at == 'l')
		endpoints_leave(below.all);
	else if (below.is_asked) {
		below_offer(at[3] & 1 ? NULL : &below.offer);
		if (below.got[SERVER_KX])
			below_accept();
	}
}

/* docs: endpoint.h, "Bounds" */
static void check(void)
{
	const struct endpoint *endpoint = below.outer->settings.context;
	size_t kept = 0, count = 0, full = 0, inners = 0;
	for (const struct request *it = endpoint->requests; it; it = it->next, count++) {
		kept += it->kept_body + (it->is_streamed ? 0 : it->body.size);
		hand_must(it->credit <= ENDPOINT_WINDOW && it->answer_credit <= MESSAGE_CREDIT);
		hand_must(!it->call || (!it->call->is_gone && it->call->is_paused == it->is_paused));
	}
	for (const struct inner *it = endpoint->inners; it; it = it->next, inners++)
		full += it->is_full;
	hand_must(kept == endpoint->kept && count == endpoint->request_count && count <= below_usual.requests);
	hand_must(full == endpoint->inners_full && inners == endpoint->inner_count && inners <= below_usual.sockets);
	bool is_paused = endpoint->is_choked || kept > below_usual.memory || full;
	hand_must(endpoint->is_ending || below.outer->is_paused == is_paused);
	hand_must(endpoint->is_ending == below.outer->is_closing && (!endpoint->is_ending || !count));
}

static void take(const uint8_t *at, size_t size)
{
	if (strchr("qcwxprtsmg", *at))
		of_client(at, size);
	else if (strchr("hdefb", *at))
		of_backend(at);
	else if (strchr("oijk", *at))
		of_socket(at);
	else if (strchr("uznvyl", *at))
		of_server(at);
}

static void start(char kind)
{
	memset(asked, 0, sizeof asked);
	is_unknown = false;
	below.on_message = on_message;
	if (kind == '1' || kind == '2') {
		below_open(&below_usual, kind - '0');
		return;
	}
	below.has_no_offer = true;
	below_begin(&below_usual, 2);
	below_hello();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	start(size ? (char)*data : '2');
	for (size_t at = 1; at + 4 <= size;) {
		size_t rest = size - at - 4, length = strchr("prt", data[at]) ? data[at + 2] : 0;
		length = length < rest ? length : rest;
		if (data[at])
			take(data + at, length);
		check();
		at += 4 + length;
	}
	below_over();
	return 0;
}
