/* Both ends of websocket.h, for websocket.bats.
 *
 *	websocket serve [CAP [QUEUE [PING SILENT]]]
 *		listens on 127.0.0.1, prints the port, and sends back what it gets. It prints what happens. A text
 *		"close CODE" makes it close, "pause" not read for a second, "flood N" send a message of N bytes until
 *its queue is full, "stop" end. websocket call URL COUNT SIZE [SOCKET [PROTOCOLS [CA]]] sends so many messages, wants
 *them back, says goodbye with 1000.
 */
#include "websocket.h"
#include "program.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

struct end {
	struct websockets *all;
	struct websocket *socket;
	struct loop *loop;
	struct loop_watch *watch; /* while the head is read */
	int fd;
	struct bytes head;
	size_t left, size, flood;
};

static struct websockets_settings loop_settings = {.connections = 64};
static struct websocket_settings limits = {.message_cap = 1 << 20, .queue_cap = 1 << 20};

static void send_all(struct end *end, const void *data, size_t size, bool is_binary)
{
	char room[WEBSOCKET_HEADROOM] = "";
	struct bytes bytes = {0};
	struct err err;
	if (bytes_add(&bytes, room, sizeof room, &err) || bytes_add(&bytes, data, size, &err) ||
	    websocket_send(end->socket, &bytes, is_binary, &err))
		die_err("send", &err);
}

static void flood(struct end *end)
{
	cleanup_free char *block = calloc(1, end->flood + 1);
	size_t count = 0;
	if (!block)
		die(EX_OSERR, "memory");
	for (; !websocket_is_full(end->socket); count++)
		send_all(end, block, end->flood, true);
	printf("full after %zu\n", count);
}

static void unpause(void *context)
{
	struct end *end = context;
	websocket_pause(end->socket, false);
	puts("reading");
}

static void obey(struct end *end, char *text, size_t size)
{
	struct err err;
	text = strndup(text, size);
	if (!text)
		die(EX_OSERR, "memory");
	printf("text %s\n", printable(text));
	if (!strncmp(text, "close ", 6))
		websocket_close(end->socket, atoi(text + 6), view_of_literal("as you wish"));
	else if (!strncmp(text, "flood ", 6)) {
		end->flood = strtoul(text + 6, NULL, 10);
		flood(end);
	} else if (!strcmp(text, "pause")) {
		websocket_pause(end->socket, true);
		if (!loop_after(end->loop, 1000, unpause, end, &err))
			die_err("pause", &err);
	} else if (!strcmp(text, "stop"))
		websockets_stop(end->all);
	else
		send_all(end, text, size, false);
	free(text);
}

static void served_message(void *context, uint8_t *data, size_t size, bool is_binary)
{
	struct end *end = context;
	if (!is_binary) {
		obey(end, (char *)data, size);
		return;
	}
	printf("binary %zu\n", size);
	send_all(end, data, size, true);
}

static void served_opened(void *context)
{
	(void)context;
	puts("opened");
}

static void served_drained(void *context)
{
	(void)context;
	puts("drained");
}

static void served_closed(void *context, int code, struct view reason)
{
	struct end *end = context;
	cleanup_free char *text = strndup((const char *)reason.data, reason.size);
	printf("closed %d %s\n", code, text ? printable(text) : "");
	free(end);
}

static void head_ready(void *context, uint32_t events)
{
	static const struct websocket_handler handler = {served_opened, served_message, served_drained, served_closed};
	struct end *end = context;
	struct websocket_settings settings = limits;
	struct err err;
	char block[4096];
	(void)events;
	ssize_t got = read(end->fd, block, sizeof block);
	if (got <= 0 || bytes_add(&end->head, block, (size_t)got, &err))
		die(EX_IOERR, "head");
	if (!strstr(end->head.data, "\r\n\r\n"))
		return;
	loop_unwatch(end->watch);
	settings.handler = &handler;
	settings.context = end;
	end->socket = websocket_adopt(end->all, end->fd, end->head.data, end->head.size, &settings, &err);
	bytes_free(&end->head);
	if (end->socket)
		return;
	printf("refused: %s\n", err.text);
	free(end);
}

static void listener_ready(void *context, uint32_t events)
{
	struct end *listener = context, *end = calloc(1, sizeof *end);
	struct err err;
	(void)events;
	if (!end)
		die(EX_OSERR, "memory");
	*end = *listener;
	end->fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	end->watch = loop_watch(end->loop, end->fd, EPOLLIN, head_ready, end, &err);
	if (end->fd < 0 || !end->watch)
		die(EX_OSERR, "accept");
}

static void serve(struct end *listener)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	struct err err;
	listener->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0 || bind(listener->fd, (struct sockaddr *)&at, size) || listen(listener->fd, 64) ||
	    getsockname(listener->fd, (struct sockaddr *)&at, &size))
		die(EX_OSERR, "listen");
	struct loop_watch *watch = loop_watch(listener->loop, listener->fd, EPOLLIN, listener_ready, listener, &err);
	if (!watch)
		die_err("listen", &err);
	printf("listening on %u\n", ntohs(at.sin_port));
	if (websockets_run(listener->all, &err))
		die_err("run", &err);
	loop_unwatch(watch);
	close(listener->fd);
}

/* Bytes that no two places of a message have in common by chance. */
static uint8_t pattern(size_t message, size_t at)
{
	uint32_t value = (uint32_t)(at * 2654435761U + message * 40503U);
	return (uint8_t)(value >> 24 ^ value);
}

static void call_next(struct end *end)
{
	cleanup_free uint8_t *data = malloc(end->size + 1);
	if (!data)
		die(EX_OSERR, "memory");
	for (size_t i = 0; i < end->size; i++)
		data[i] = pattern(end->left, i);
	send_all(end, data, end->size, true);
}

static void called_opened(void *context)
{
	struct end *end = context;
	printf("opened, protocol '%s'\n", websocket_protocol(end->socket));
	call_next(end);
}

static void called_message(void *context, uint8_t *data, size_t size, bool is_binary)
{
	struct end *end = context;
	if (!is_binary || size != end->size)
		die(EX_SOFTWARE, "%zu bytes came back", size);
	for (size_t i = 0; i < size; i++)
		if (data[i] != pattern(end->left, i))
			die(EX_SOFTWARE, "byte %zu differs", i);
	if (--end->left)
		call_next(end);
	else
		websocket_close(end->socket, 1000, view_of_literal("done"));
}

static void called_closed(void *context, int code, struct view reason)
{
	struct end *end = context;
	printf("closed %d %.*s, %zu left\n", code, (int)reason.size, (const char *)reason.data, end->left);
	websockets_stop(end->all);
}

static void call(struct end *end, char **argv)
{
	static const struct websocket_handler handler = {called_opened, called_message, NULL, called_closed};
	struct websocket_settings settings = limits;
	struct websocket_target target = {.url = argv[0]};
	struct err err;
	end->left = strtoul(argv[1], NULL, 10);
	end->size = strtoul(argv[2], NULL, 10);
	settings.handler = &handler;
	settings.context = end;
	settings.message_cap = end->size;
	target.socket = argv[3] && *argv[3] ? argv[3] : NULL;
	target.protocols = argv[3] && argv[4] && *argv[4] ? argv[4] : NULL;
	target.ca_file = target.protocols ? argv[5] : NULL;
	end->socket = websocket_connect(end->all, &target, &settings, &err);
	if (!end->socket)
		die_err(argv[0], &err);
	if (websockets_run(end->all, &err))
		die_err("run", &err);
}

int main(int argc, char **argv)
{
	struct end end = {.fd = -1};
	struct err err;
	program_start("websocket");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2)
		die_usage("serve or call");
	bool is_server = !strcmp(argv[1], "serve");
	if (is_server) {
		limits.message_cap = argc > 2 ? strtoul(argv[2], NULL, 10) : limits.message_cap;
		limits.queue_cap = argc > 3 ? strtoul(argv[3], NULL, 10) : limits.queue_cap;
		loop_settings.ping_seconds = argc > 4 ? (unsigned)atoi(argv[4]) : 0;
		loop_settings.silent_seconds = argc > 5 ? (unsigned)atoi(argv[5]) : 0;
	}
	end.loop = loop_new(&err);
	end.all = end.loop ? websockets_new(end.loop, &loop_settings, &err) : NULL;
	if (!end.all)
		die_err("websockets", &err);
	if (is_server)
		serve(&end);
	else
		call(&end, argv + 2);
	websockets_free(end.all);
	loop_free(end.loop);
	return finish(0);
}
