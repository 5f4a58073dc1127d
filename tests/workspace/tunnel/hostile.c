/* hostile [OPTION...] AGENT: a tunnel's server that does not keep to the rules, for tests of the client.
 *
 * It listens on 127.0.0.1, prints `listening PORT`, and then what it gets: `got TYPE` for each frame in clear,
 * `got TYPE DETAIL` for each payload (its URL, or the bytes of its body), `frame BYTES` for what it cannot open or
 * read, `closed CODE`. AGENT is the socket of a guest agent, which quotes.
 *
 * --capture FILE   appends every message as it came, and what it says when it was sealed
 * --mode MODE      good             answers: /bytes of ?N bytes, in chunks; anything else: "there" and a line feed, and
 * to a body its size; a WebSocket says everything again, and closes on "close CODE" substitute       a genuine quote
 * for another key old              a genuine quote for this key and another nonce no-nonce         a genuine quote for
 * this key, without the nonce no-quote         none zero-key         the key is all zeros, and so says the quote
 *                  zero-share       the share of the connection is all zeros
 *                  no-log           a quote without its log
 *                  broken           server_kx without a quote, so not one
 *                  twice            server_kx two times
 *                  late             server_kx once more, after the handshake
 *                  downgrade        knows version 1 alone
 *                  mute             answers nothing in clear
 *                  silent           answers no request
 *                  reflect          sends back every sealed frame as it came
 *                  wrong-id         answers a request that was never made
 *                  second-head      two heads to one request
 *                  large-clear      a frame of 2 MiB in the handshake
 *                  large            a frame of 17 MiB after it
 *                  die              half of a body, and the connection is cut
 *                  cancel           half of a body, and gives up
 *                  text             a message of text
 *                  junk             a frame that does not open
 */
#include "accepting.h"
#include "agent.h"
#include "channel.h"
#include "file.h"
#include "key_binding.h"
#include "program.h"
#include "websocket.h"

#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <sys/socket.h>

/* clang-format off: tables */
enum mode {
	GOOD,
	SUBSTITUTE,
	OLD,
	NO_NONCE,
	NO_QUOTE,
	ZERO_KEY,
	ZERO_SHARE,
	NO_LOG,
	BROKEN,
	TWICE,
	LATE,
	DOWNGRADE,
	MUTE,
	SILENT,
	REFLECT,
	WRONG_ID,
	SECOND_HEAD,
	LARGE_CLEAR,
	LARGE,
	DIE,
	CANCEL,
	TEXT,
	JUNK,
	MODES
};
static const char *const mode_names[MODES] = {
	"good",        "substitute",  "old",   "no-nonce",  "no-quote", "zero-key", "zero-share", "no-log",
	"broken",      "twice",       "late",  "downgrade", "mute",     "silent",   "reflect",    "wrong-id",
	"second-head", "large-clear", "large", "die",       "cancel",   "text",     "junk"};
/* clang-format on */

struct server {
	enum mode mode;
	const char *capture;
	struct agent agent;
	struct loop *loop;
	struct websockets *all;
	struct tunnel_key *key, *other;
};

struct end {
	struct server *server;
	struct websocket *socket;
	int fd;
	struct channel *channel;
	struct channel_taken taken;
	char id[MESSAGE_ID + 1];
	size_t left, credit, body;
	bool has_stopped; /* in the middle */
};

static void capture(const struct end *end, struct view data)
{
	struct err err;
	const char *path = end->server->capture;
	if (!path)
		return;
	cleanup_fd int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || file_write(fd, data.data, data.size, &err))
		die(EX_IOERR, "%s: cannot append", path);
}

static void send_bytes(struct end *end, const void *data, size_t size, bool is_binary)
{
	static const char room[WEBSOCKET_HEADROOM];
	struct bytes frame = {0};
	struct err err;
	if (bytes_add(&frame, room, sizeof room, &err) || bytes_add(&frame, data, size, &err) ||
	    websocket_send(end->socket, &frame, is_binary, &err))
		die_err("send", &err);
}

static void send_clear(struct end *end, const struct message *message)
{
	struct err err;
	cleanup_bytes struct bytes frame = {0};
	if (message_write(message, &frame, &err))
		die_err("clear", &err);
	send_bytes(end, frame.data, frame.size, true);
}

static void send_sealed(struct end *end, const struct message *message)
{
	struct err err;
	cleanup_bytes struct bytes frame = {0};
	if (channel_seal(end->channel, message, &frame, &err))
		die_err("seal", &err);
	send_bytes(end, frame.data, frame.size, true);
}

static void send_zeros(struct end *end, size_t size)
{
	cleanup_free char *zeros = calloc(1, size);
	send_bytes(end, zeros, size, true);
}

/* The handshake. */

static void quote_for(struct end *end, const uint8_t *key, struct view nonce, struct agent_quote *quote)
{
	struct err err;
	uint8_t data[REPORT_DATA_SIZE], other[TUNNEL_NONCE_SIZE] = {1};
	enum mode mode = end->server->mode;
	const uint8_t *bound = mode == OLD ? other : mode == NO_NONCE ? NULL : nonce.data;
	if (key_binding(key, bound, data, &err) || agent_quote(&end->server->agent, data, quote, &err))
		die_err("quote", &err);
}

static struct view view_bytes(const struct bytes *bytes)
{
	return view_of(bytes->data ? bytes->data : "", bytes->size);
}

/* By hand, since a channel gives none that is wrong. */
static void offer_zeros(struct end *end, const struct message *evidence)
{
	static const uint8_t zeros[TUNNEL_KEY_SIZE];
	struct message offer = *evidence;
	bool is_key = end->server->mode == ZERO_KEY;
	offer.type = SERVER_KX;
	offer.version = 2;
	offer.public_key = view_of(is_key ? zeros : tunnel_key_public(end->server->key), TUNNEL_KEY_SIZE);
	offer.share = view_of(is_key ? tunnel_key_public(end->server->key) : zeros, TUNNEL_KEY_SIZE);
	send_clear(end, &offer);
}

static void offer(struct end *end, const struct message *evidence)
{
	struct err err;
	cleanup_bytes struct bytes frame = {0};
	if (channel_offer(end->channel, evidence, &frame, &err))
		die_err("offer", &err);
	send_bytes(end, frame.data, frame.size, true);
	if (end->server->mode == TWICE)
		send_bytes(end, frame.data, frame.size, true);
}

static void asked(struct end *end, const struct message *hello)
{
	static const uint8_t zeros[TUNNEL_KEY_SIZE];
	static const uint8_t broken[] = {0xa1, 0x64, 't', 'y', 'p', 'e', 0x69, 's',
					 'e',  'r',  'v', 'e', 'r', '_', 'k',  'x'};
	const struct server *server = end->server;
	cleanup_agent_quote struct agent_quote quote = {0};
	const uint8_t *key = server->mode == ZERO_KEY
				     ? zeros
				     : tunnel_key_public(server->mode == SUBSTITUTE ? server->other : server->key);
	if (server->mode == MUTE)
		return;
	if (server->mode == LARGE_CLEAR) {
		send_zeros(end, 2 << 20);
		return;
	}
	if (server->mode == BROKEN) {
		send_bytes(end, broken, sizeof broken, true);
		return;
	}
	quote_for(end, key, hello->nonce, &quote);
	if (server->mode == NO_QUOTE)
		quote.quote.size = 0;
	struct message evidence = {.quote = view_bytes(&quote.quote), .event_log = view_bytes(&quote.event_log)};
	if (server->mode == NO_LOG)
		evidence.event_log = view_of(NULL, 0);
	if (server->mode == ZERO_KEY || server->mode == ZERO_SHARE)
		offer_zeros(end, &evidence);
	else
		offer(end, &evidence);
}

static void opened(struct end *end)
{
	static const uint8_t zeros[64];
	const uint8_t *key = tunnel_key_public(end->server->key);
	struct message again = {.type = SERVER_KX,
				.version = 2,
				.public_key = view_of(key, TUNNEL_KEY_SIZE),
				.share = view_of(key, TUNNEL_KEY_SIZE),
				.quote = view_of_literal("none")};
	if (end->server->mode == LATE)
		send_clear(end, &again);
	else if (end->server->mode == LARGE)
		send_zeros(end, 17 << 20);
	else if (end->server->mode == TEXT)
		send_bytes(end, "hello", 5, false);
	else if (end->server->mode == JUNK)
		send_bytes(end, zeros, sizeof zeros, true);
}

/* Answers. */

static void send_chunk(struct end *end, size_t size, bool is_last)
{
	static uint8_t data[MESSAGE_CHUNK];
	struct message chunk = {.type = HTTP_CHUNK, .id = view_of(end->id, strlen(end->id)), .is_last = is_last};
	chunk.body = (struct content){CONTENT_BYTES, view_of(data, size)};
	send_sealed(end, &chunk);
	end->left -= size;
	end->credit -= size;
}

static void cut(void *context)
{
	const struct end *end = context;
	shutdown(end->fd, SHUT_RDWR);
}

static void go_on(struct end *end)
{
	struct err err;
	enum mode mode = end->server->mode;
	bool is_half = mode == DIE || mode == CANCEL;
	while (end->left && end->credit) {
		size_t size = end->left < MESSAGE_CHUNK ? end->left : MESSAGE_CHUNK;
		size = end->credit < size ? end->credit : size;
		send_chunk(end, size, size == end->left && !is_half);
	}
	if (end->left || !is_half || end->has_stopped)
		return;
	end->has_stopped = true;
	struct message cancel = {
		.type = HTTP_CANCEL, .id = view_of(end->id, strlen(end->id)), .reason = view_of_literal("tired")};
	if (mode == CANCEL)
		send_sealed(end, &cancel);
	else if (!loop_after(end->server->loop, 200, cut, end, &err))
		die_err("cut", &err);
}

static void answer_whole(struct end *end, const char *text)
{
	struct message_header headers[] = {{view_of_literal("Content-Type"), view_of_literal("text/plain")},
					   {view_of_literal("Set-Cookie"), view_of_literal("a=1")},
					   {view_of_literal("Set-Cookie"), view_of_literal("b=2")}};
	struct message answer = {
		.type = HTTP_RESPONSE,
		.id = view_of(end->id, strlen(end->id)),
		.status = 200,
		.status_text = view_of_literal("OK"),
		.headers = headers,
		.header_count = 3,
		.body = {CONTENT_BYTES, view_of(text, strlen(text))},
	};
	if (end->server->mode == WRONG_ID)
		answer.id = view_of_literal("0123456789abcdef-7");
	send_sealed(end, &answer);
}

static void answer_streamed(struct end *end, size_t size)
{
	struct message answer = {
		.type = HTTP_RESPONSE,
		.id = view_of(end->id, strlen(end->id)),
		.status = 200,
		.status_text = view_of_literal("OK"),
		.is_streamed = true,
	};
	end->left = size;
	end->credit = 1 << 20;
	send_sealed(end, &answer);
	if (end->server->mode == SECOND_HEAD)
		send_sealed(end, &answer);
	if (!size)
		send_chunk(end, 0, true);
	go_on(end);
}

static void answer(struct end *end, const struct message *request)
{
	static const char streamed[] = "/bytes?";
	cleanup_free char *url = strndup((const char *)request->url.data, request->url.size);
	snprintf(end->id, sizeof end->id, "%.*s", (int)request->id.size, (const char *)request->id.data);
	end->body = request->body.bytes.size;
	if (end->server->mode == SILENT || request->is_streamed)
		return;
	if (!strncmp(url, streamed, strlen(streamed)))
		answer_streamed(end, strtoul(url + strlen(streamed), NULL, 10));
	else
		answer_whole(end, "there\n");
}

/* Of a body in chunks its size is the answer. */
static void take_chunk(struct end *end, const struct message *chunk)
{
	char text[32];
	size_t size = chunk->body.bytes.size;
	struct message window = {
		.type = HTTP_WINDOW, .id = view_of(end->id, strlen(end->id)), .credit = (uint32_t)size};
	end->body += size;
	if (!chunk->is_last) {
		send_sealed(end, &window);
		return;
	}
	snprintf(text, sizeof text, "%zu\n", end->body);
	answer_whole(end, text);
}

static void say_again(struct end *end, const struct message *message)
{
	struct message event = {.type = WS_EVENT, .id = message->id, .event = WS_EVENT_OPEN}, again = *message;
	cleanup_free char *text = strndup(message->body.bytes.size ? (const char *)message->body.bytes.data : "",
					  message->body.bytes.size);
	bool is_close = message->type == WS_MESSAGE && !strncmp(text, "close ", 6);
	if (message->type == WS_CLOSE || is_close) {
		event.event = WS_EVENT_CLOSE;
		event.code = is_close ? atoi(text + 6) : 1000;
		event.reason = view_of_literal("as you wish");
	}
	again.headers = NULL;
	send_sealed(end, message->type == WS_MESSAGE && !is_close ? &again : &event);
}

static void take_payload(struct end *end, const struct message *message)
{
	if (message->type == HTTP_REQUEST)
		printf("got %s %.*s\n", message_name(message->type), (int)message->url.size,
		       (const char *)message->url.data);
	else
		printf("got %s %zu\n", message_name(message->type), message->body.bytes.size);
	if (message->type == HTTP_REQUEST)
		answer(end, message);
	else if (message->type == HTTP_CHUNK)
		take_chunk(end, message);
	else if (message->type == HTTP_WINDOW) {
		end->credit += message->credit;
		go_on(end);
	} else if (message->type == WS_CONNECT || message->type == WS_MESSAGE || message->type == WS_CLOSE)
		say_again(end, message);
}

static void message(void *context, uint8_t *data, size_t size, bool is_binary)
{
	struct end *end = context;
	struct err err = {0};
	bool was_open = channel_is_open(end->channel);
	(void)is_binary;
	capture(end, view_of(data, size));
	if (was_open && end->server->mode == REFLECT) {
		send_bytes(end, data, size, true);
		return;
	}
	int result = channel_take(end->channel, data, size, &end->taken, &err);
	if (result == CHANNEL_PAYLOAD)
		capture(end, view_of(data, size));
	if (result == CHANNEL_ASKED || result == CHANNEL_OPENED)
		printf("got %s\n", message_name(end->taken.message.type));
	if (result == CHANNEL_ASKED)
		asked(end, &end->taken.message);
	else if (result == CHANNEL_OPENED)
		opened(end);
	else if (result == CHANNEL_PAYLOAD)
		take_payload(end, &end->taken.message);
	else
		printf("frame %zu %s\n", size, err.text);
	if (result == CHANNEL_OVER)
		websocket_close(end->socket, end->taken.code, view_of(NULL, 0));
}

static void closed(void *context, int code, struct view reason)
{
	struct end *end = context;
	(void)reason;
	printf("closed %d\n", code);
	message_free(&end->taken.message);
	channel_free(end->channel);
	free(end);
}

/* Connections. */

static void adopt(struct end *end, struct bytes *head)
{
	static const struct websocket_handler handler = {NULL, message, NULL, closed};
	struct err err;
	const struct websocket_settings settings = {
		.handler = &handler, .context = end, .message_cap = 32 << 20, .queue_cap = 32 << 20};
	struct channel_settings channel = {
		.role = CHANNEL_SERVER, .key = end->server->key, .no_version_2 = end->server->mode == DOWNGRADE};
	end->channel = channel_new(&channel, &err);
	end->socket = end->channel ? websocket_adopt(end->server->all, end->fd, head->data, head->size, &settings, &err)
				   : NULL;
	if (!end->socket)
		die_err("adopt", &err);
}

static void came(void *context, int fd, struct bytes *head)
{
	struct end *end = calloc(1, sizeof *end);
	if (!end)
		die(EX_OSERR, "memory");
	end->server = context;
	end->fd = fd;
	adopt(end, head);
}

static enum mode find_mode(const char *name)
{
	for (unsigned i = 0; i < MODES; i++)
		if (!strcmp(name, mode_names[i]))
			return (enum mode)i;
	die_usage("no such mode: %s", name);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"mode", required_argument, NULL, 'm'}, {"capture", required_argument, NULL, 'c'}, {0}};
	static const struct websockets_settings settings = {.connections = 64};
	struct err err;
	struct server server = {0};
	program_start("hostile");
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		if (option == 'm')
			server.mode = find_mode(optarg);
		else if (option == 'c')
			server.capture = optarg;
		else
			die_option();
	if (optind + 1 != argc)
		die_usage("no agent");
	server.agent.socket = argv[optind];
	server.loop = loop_new(&err);
	server.all = server.loop ? websockets_new(server.loop, &settings, &err) : NULL;
	server.key = server.all ? tunnel_key_new(&err) : NULL;
	server.other = server.key ? tunnel_key_new(&err) : NULL;
	if (!server.other)
		die_err(NULL, &err);
	accept_on(server.loop, came, &server);
	if (websockets_run(server.all, &err))
		die_err(NULL, &err);
	return finish(STATUS_OK);
}
