/* corpus: vectors/tunnel-client
 * What a server sends, from its first frame on. The first byte of the input: 2 for version 2, else 1; then records of a
 * kind (a letter), a size (2 bytes, little-endian) and so many bytes:
 *
 *     r   a frame as it is            p   a payload, which is sealed when it is one
 *     o   the server's offer          a   a request, with a body to come in version 2       s   a WebSocket
 *     b   more of a body              e   its end       w   pause, or go on (the first byte)
 *     t   so many seconds later       f   the wire is full, or drained (the first byte)
 *
 * Whatever comes: nothing but the greeting is sent before the judge was asked, and each request and WebSocket ends
 * once. */
#include "fake_server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ASKED_MAX = 8 };

struct asked {
	struct fake *fake;
	struct tunnel_request *request;
	struct tunnel_socket *socket;
	bool is_over, has_head;
};

static struct fake fake;
static struct asked asked[ASKED_MAX];
static size_t count;
static int64_t now;

static void head(void *context, const struct message *message)
{
	struct asked *it = context;
	if (it->is_over || it->has_head || message->status < 100)
		abort();
	it->has_head = true;
}

static void body(void *context, const void *bytes, size_t length)
{
	const struct asked *it = context;
	if (it->is_over || !it->has_head || !bytes || !length)
		abort();
}

static void over(struct asked *it)
{
	if (it->is_over)
		abort();
	it->is_over = true;
}

static void ended(void *context)
{
	over(context);
}

static void failed(void *context, const struct err *err)
{
	over(context);
	if (!*err->text)
		abort();
}

static void writable(void *context)
{
	const struct asked *it = context;
	if (it->is_over)
		abort();
}

static void message(void *context, uint8_t *bytes, size_t length, bool is_binary)
{
	(void)bytes, (void)length, (void)is_binary;
	writable(context);
}

static void closed(void *context, int code, struct view reason)
{
	(void)code, (void)reason;
	over(context);
}

static void ask(bool is_socket)
{
	static const struct tunnel_answer_handler answers = {head, body, ended, writable, failed};
	static const struct websocket_handler sockets = {writable, message, writable, closed};
	struct err err;
	bool is_streamed = tunnel_client_version(fake.client) == 2;
	const struct message get = {
		.method = view_of_literal("PUT"), .url = view_of_literal("/"), .is_streamed = is_streamed};
	struct asked *it = &asked[count];
	if (count == ASKED_MAX || fake.is_closed)
		return;
	*it = (struct asked){.fake = &fake};
	if (is_socket)
		it->socket = tunnel_socket_new(fake.client, &get, &sockets, it, &err);
	else
		it->request = tunnel_request_new(fake.client, &get, &answers, it, &err);
	count += it->socket || it->request;
}

static void send_payload(const uint8_t *data, size_t size)
{
	struct err err;
	struct message payload;
	if (!message_read(data, size, &payload, &err))
		fake_say(&fake, &payload);
	message_free(&payload);
}

/* Of the request that was made last. */
static void go_on(char kind, const uint8_t *data, size_t size)
{
	struct err err;
	struct asked *it = count ? &asked[count - 1] : NULL;
	if (!it || it->is_over || fake.is_closed)
		return;
	if (kind == 'b' && it->request)
		tunnel_request_send(it->request, data, size, &err);
	else if (kind == 'b')
		tunnel_socket_send(it->socket, view_of(data, size), true, &err);
	else if (kind == 'e' && it->request)
		tunnel_request_finish(it->request, &err);
	else if (kind == 'e')
		tunnel_socket_close(it->socket, 1000, view_of(data, 0));
	else if (it->request)
		tunnel_request_pause(it->request, size && *data);
}

static void take(char kind, const uint8_t *data, size_t size)
{
	if (kind == 'r' && !bytes_add(&fake.answer, data, size, &fake.err))
		fake_pump(&fake);
	else if (kind == 'p')
		send_payload(data, size);
	else if (kind == 'o')
		fake_pump(&fake);
	else if (kind == 'a' || kind == 's')
		ask(kind == 's');
	else if (kind == 't')
		client_tick(fake.client, now += 1000 * (int64_t)(size ? *data : 1));
	else if (kind == 'f') {
		fake.is_full = size && *data;
		client_drained(fake.client);
	} else
		go_on(kind, data, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	count = 0;
	now = 0;
	fake.is_lenient = true;
	fake_start(&fake, size && *data == '2' ? 2 : 1);
	client_connected(fake.client);
	struct bytes offer = fake.answer;
	fake.answer = (struct bytes){0};
	for (size_t at = 1; at + 3 <= size;) {
		size_t length = (size_t)(data[at + 1] | data[at + 2] << 8);
		length = length < size - at - 3 ? length : size - at - 3;
		if (data[at] == 'o') {
			bytes_free(&fake.answer);
			fake.answer = offer;
			offer = (struct bytes){0};
		}
		take((char)data[at], data + at + 3, length);
		at += 3 + length;
	}
	if (fake.was_judged ? fake.judged_after != 1 : fake.frames != 1)
		abort();
	bytes_free(&offer);
	client_over(fake.client, 1000, &(struct err){.status = 1, .text = "end"});
	for (size_t i = 0; i < count; i++)
		if (!asked[i].is_over && fake.client->has_why)
			abort();
	fake_end(&fake);
	return 0;
}
