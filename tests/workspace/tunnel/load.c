/* load KIND WHAT [OPTION...] ORIGIN [TARGET]: as many requests as go, to measure what stands between; KIND is plain or
 * tunnel, which differ in nothing else. Whose key it is is not asked.
 *
 *     requests    -n N requests, -c C at a time, after C that do not count; -b BYTES of body each. Prints seconds.
 *     echo        -n N messages of -b BYTES over one WebSocket, each sent when the one before is back; seconds.
 *     idle        tunnel alone: opens N, prints `open`, and keeps them until standard input ends.
 *     secretbox, aes-256-gcm   neither: a cipher alone, N times -b BYTES in place, without a target. Prints seconds.
 */
#include "aead.h"
#include "backend.h"
#include "cleanup.h"
#include "program.h"
#include "seal.h"
#include "tunnel_client.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

enum {
	PIECE = 64 << 10,  /* of a body, at once */
	WHOLE = 256 << 10, /* longer ones are streamed */
	OPENING = 8,       /* handshakes under way */
	CAP = 64 << 20,    /* of a message */
	QUEUE = 1 << 20,
};

static struct {
	bool is_tunnel;
	size_t count, concurrent, size;
	const char *what, *origin, *target;
	struct loop *loop;
	struct websockets *all;
	struct backend *backend;
	struct backend_place place;
	struct tunnel_client *client;
	struct websocket *plain_socket;
	struct tunnel_socket *socket;
	char *body, *websocket_url;
	size_t left, warming, running, opened;
	double begun;
} it = {.count = 1, .concurrent = 1};

struct one {
	struct backend_call *call;
	struct tunnel_request *request;
	size_t sent;
};

static double now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void done(void)
{
	printf("%.6f\n", now() - it.begun);
	websockets_stop(it.all);
}

/* Requests. */

static void begin_all(void);

static void over(void *context)
{
	free(context);
	it.running--;
	if (it.warming && !it.running) {
		it.warming = 0;
		it.left = it.count;
		it.begun = now();
	} else if (!it.left && !it.running) {
		done();
		return;
	}
	if (it.left && it.running < it.concurrent)
		begin_all();
}

static void head(void *context, const struct message *message)
{
	(void)context;
	if (message->status != 200)
		die(EX_SOFTWARE, "status %d", message->status);
}

static void data(void *context, const void *bytes, size_t size)
{
	(void)context;
	(void)bytes;
	(void)size;
}

static void failed(void *context, const struct err *err)
{
	(void)context;
	die_err("request", err);
}

static void failed_plain(void *context, bool is_silent, const struct err *err)
{
	(void)is_silent;
	failed(context, err);
}

/* The rest of a body, as far as there is room. */
static void feed(void *context)
{
	struct one *one = context;
	struct err err;
	for (int full = 0; !full && one->sent < it.size;) {
		size_t piece = it.size - one->sent < PIECE ? it.size - one->sent : PIECE;
		const char *at = it.body + one->sent;
		full = it.is_tunnel ? tunnel_request_send(one->request, at, piece, &err)
				    : backend_send(one->call, at, piece, &err);
		if (full < 0)
			die_err("send", &err);
		one->sent += piece;
		if (one->sent < it.size)
			continue;
		if (!it.is_tunnel)
			backend_finish(one->call);
		else if (tunnel_request_finish(one->request, &err))
			die_err("send", &err);
	}
}

static const char *method(void)
{
	return it.size ? "POST" : "GET";
}

static void begin_plain(struct one *one)
{
	static const struct backend_handler handler = {head, data, over, feed, failed_plain};
	struct err err;
	struct backend_request request = {.method = view_of(method(), strlen(method())),
					  .target = view_of(it.target, strlen(it.target)),
					  .has_body = it.size > 0,
					  .body_size = (int64_t)it.size};
	one->call = backend_begin(it.backend, &request, &handler, one, &err);
	if (!one->call)
		die_err("begin", &err);
	if (it.size)
		feed(one);
}

static void begin_tunnelled(struct one *one)
{
	static const struct tunnel_answer_handler handler = {head, data, over, feed, failed};
	struct err err;
	struct message message = {.type = HTTP_REQUEST,
				  .method = view_of(method(), strlen(method())),
				  .url = view_of(it.target, strlen(it.target)),
				  .is_streamed = it.size > WHOLE};
	if (it.size && !message.is_streamed)
		message.body = (struct content){CONTENT_BYTES, view_of(it.body, it.size)};
	one->request = tunnel_request_new(it.client, &message, &handler, one, &err);
	if (!one->request)
		die_err("begin", &err);
	if (message.is_streamed)
		feed(one);
}

static void begin_all(void)
{
	while (it.left && it.running < it.concurrent) {
		struct one *one = calloc(1, sizeof *one);
		if (!one)
			die(EX_OSERR, "memory");
		it.left--;
		it.running++;
		(it.is_tunnel ? begin_tunnelled : begin_plain)(one);
	}
}

static void begin_requests(void)
{
	it.warming = it.left = it.concurrent;
	begin_all();
}

/* A WebSocket. */

static void say(void *context)
{
	char room[WEBSOCKET_HEADROOM] = "";
	struct bytes bytes = {0};
	struct err err;
	(void)context;
	if (it.is_tunnel) {
		if (tunnel_socket_send(it.socket, view_of(it.body, it.size), true, &err) < 0)
			die_err("send", &err);
	} else if (bytes_add(&bytes, room, sizeof room, &err) || bytes_add(&bytes, it.body, it.size, &err) ||
		   websocket_send(it.plain_socket, &bytes, true, &err))
		die_err("send", &err);
}

static void heard(void *context, uint8_t *bytes, size_t size, bool is_binary)
{
	(void)bytes;
	if (size != it.size || !is_binary)
		die(EX_SOFTWARE, "another message came back");
	if (it.warming) {
		it.warming = 0;
		it.begun = now();
	} else if (!--it.left) {
		done();
		return;
	}
	say(context);
}

static void drained(void *context)
{
	(void)context;
}

static void socket_closed(void *context, int code, struct view reason)
{
	(void)context;
	if (it.left)
		die(EX_TEMPFAIL, "WebSocket: closed with %d %.*s", code, (int)reason.size, (const char *)reason.data);
}

static const struct websocket_handler socket_handler = {say, heard, drained, socket_closed};

static void begin_echo(void)
{
	struct err err;
	struct message connect = {.type = WS_CONNECT, .url = view_of(it.target, strlen(it.target))};
	struct websocket_target target = {.url = it.websocket_url};
	struct websocket_settings settings = {.handler = &socket_handler, .message_cap = CAP, .queue_cap = QUEUE};
	it.warming = 1;
	it.left = it.count;
	if (it.is_tunnel)
		it.socket = tunnel_socket_new(it.client, &connect, &socket_handler, NULL, &err);
	else
		it.plain_socket = websocket_connect(it.all, &target, &settings, &err);
	if (!it.socket && !it.plain_socket)
		die_err("WebSocket", &err);
}

/* Tunnels. */

static int judge(void *context, const struct message *offer, const uint8_t report_data[64], bool is_fresh,
		 struct err *err)
{
	(void)context;
	(void)offer;
	(void)report_data;
	(void)is_fresh;
	(void)err;
	return 0;
}

static void open_tunnel(void);

static void input_over(void *context, uint32_t events)
{
	(void)context;
	(void)events;
	websockets_stop(it.all);
}

static void opened(void *context)
{
	struct err err;
	(void)context;
	it.opened++;
	if (strcmp(it.what, "idle") != 0)
		strcmp(it.what, "echo") ? begin_requests() : begin_echo();
	else if (it.left)
		open_tunnel();
	else if (it.opened == it.count) {
		puts("open");
		fflush(stdout);
		if (!loop_watch(it.loop, 0, EPOLLIN, input_over, NULL, &err))
			die_err("standard input", &err);
	}
}

static void tunnel_closed(void *context, const struct err *err)
{
	(void)context;
	if (err)
		die_err("tunnel", err);
}

static void open_tunnel(void)
{
	struct err err;
	struct tunnel_client_settings settings = {.url = it.origin,
						  .only_version_2 = true,
						  .silent_seconds = 600,
						  .judge = judge,
						  .opened = opened,
						  .closed = tunnel_closed};
	it.left--;
	it.client = tunnel_client_new(it.all, it.loop, &settings, &err);
	if (!it.client)
		die_err("tunnel", &err);
}

static void start(void)
{
	struct err err;
	size_t opening = strcmp(it.what, "idle") ? 1 : it.count < OPENING ? it.count : OPENING;
	it.left = it.count;
	for (size_t i = 0; it.is_tunnel && i < opening; i++)
		open_tunnel();
	if (it.is_tunnel)
		return;
	if (backend_place_parse(it.origin, &it.place, &err))
		die_err(it.origin, &err);
	it.backend = backend_new(it.loop, &it.place, &err);
	if (!it.backend)
		die_err("plain", &err);
	strcmp(it.what, "echo") ? begin_requests() : begin_echo();
}

static void run(void)
{
	struct err err;
	struct websockets_settings settings = {.connections = it.count + 64, .read_size = 64 << 10};
	if (!strcmp(it.what, "idle"))
		settings.read_size = 0;
	it.loop = loop_new(&err);
	it.all = it.loop ? websockets_new(it.loop, &settings, &err) : NULL;
	if (!it.all)
		die_err("loop", &err);
	start();
	if (websockets_run(it.all, &err))
		die_err("loop", &err);
}

static void aes_256_gcm(void)
{
	uint8_t nonce[AEAD_NONCE_SIZE] = {0}, key[AEAD_KEY_SIZE] = {1}, tag[AEAD_TAG_SIZE];
	it.begun = now();
	for (size_t i = 0; i < it.count; i++) {
		memcpy(nonce, &i, sizeof i);
		if (!aead_seal((uint8_t *)it.body, it.size, tag, nonce, key))
			die(EX_OSERR, "aes-256-gcm");
	}
	printf("%.6f\n", now() - it.begun);
}

static void secretbox(void)
{
	struct err err;
	uint8_t nonce[BOX_NONCE_SIZE] = {0}, key[SEAL_KEY_SIZE] = {1}, tag[BOX_TAG_SIZE];
	if (seal_start(&err))
		die_err("secretbox", &err);
	it.begun = now();
	for (size_t i = 0; i < it.count; i++) {
		memcpy(nonce, &i, sizeof i);
		seal_box((uint8_t *)it.body, it.size, tag, nonce, key);
	}
	printf("%.6f\n", now() - it.begun);
}

static void options(int argc, char **argv)
{
	for (int c; (c = getopt(argc, argv, "n:c:b:")) >= 0;) {
		size_t *into = c == 'n' ? &it.count : c == 'c' ? &it.concurrent : c == 'b' ? &it.size : NULL;
		if (!into)
			exit(EX_USAGE);
		*into = option_number("-n, -c, -b", optarg, (unsigned long long)1 << 40);
	}
	if (argc - optind < 2)
		die_usage("KIND WHAT ORIGIN TARGET");
	it.is_tunnel = !strcmp(argv[optind], "tunnel");
	it.what = argv[optind + 1];
	it.origin = argv[optind + 2];
	it.target = it.origin && argv[optind + 3] ? argv[optind + 3] : "/";
	it.body = calloc(1, it.size + 1);
	if (!it.body ||
	    asprintf(&it.websocket_url, "ws%s%s", it.origin ? it.origin + strlen("http") : "", it.target) < 0)
		die(EX_OSERR, "memory");
}

int main(int argc, char **argv)
{
	program_start("load");
	options(argc, argv);
	if (!strcmp(it.what, "secretbox"))
		secretbox();
	else if (!strcmp(it.what, "aes-256-gcm"))
		aes_256_gcm();
	else
		run();
	finish(0);
}
