/* A client of tunnels for tunneld.bats, blocking, on channel.h, with a WebSocket of its own that sends what it is told:
 * what a decent client would not do, or ten thousand of them.
 *
 *	tunneled PORT idle COUNT             opens so many, prints "open COUNT", keeps them until it is killed
 *	tunneled PORT get VERSION PATH [MS]  prints status and bytes of the body; MS is the request's timeout
 *	tunneled PORT unread VERSION PATH COUNT
 *		asks so often and reads nothing; prints "asked" and waits to be killed
 *	tunneled PORT nonces COUNT           asks for so many quotes; prints how many came, and the last refusal
 *	tunneled PORT floods COUNT           as many handshakes with sealed keys of garbage, left open
 *	tunneled PORT slow                   a frame's first half, then nothing until it is killed
 *	tunneled PORT vanish VERSION PATH    asks and resets the connection
 *	tunneled PORT upload VERSION PATH BYTES
 *		a body whose backend does not read it: prints how much could be sent within a second
 *	tunneled PORT halves COUNT           so many messages of which 1 MiB came and the rest does not: prints how many
 *	                                     were kept and refused
 *	tunneled PORT overspend PATH         a body in chunks without regard to credit: prints the server's goodbye
 *	tunneled PORT close VERSION          opens, prints "open", and then the code of the server's goodbye
 */
#include "channel.h"
#include "program.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { FRAME_CAP = 32 << 20, BATCH = 200 };

static unsigned port;

struct tunnel {
	int fd;
	struct channel *channel;
	struct channel_taken taken;
	struct bytes frame; /* what taken looks at */
	int goodbye;        /* the server's code; 0: none */
	char reason[128];
};

static int dial(void)
{
	struct sockaddr_in at = {AF_INET, htons((uint16_t)port), {htonl(INADDR_LOOPBACK)}, {0}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at))
		die(EX_TEMPFAIL, "cannot connect: %s", strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	return fd;
}

/* 0, or -1: the other end is gone. */
static int put(int fd, const void *data, size_t size)
{
	for (const char *at = data; size;) {
		ssize_t n = send(fd, at, size, MSG_NOSIGNAL);
		if (n <= 0)
			return -1;
		at += n;
		size -= (size_t)n;
	}
	return 0;
}

static int get(int fd, void *data, size_t size)
{
	/* Of nothing, recv() would wait for something. */
	return !size || recv(fd, data, size, MSG_WAITALL) == (ssize_t)size ? 0 : -1;
}

/* A masked frame, whose mask is zero. */
static int ws_send(int fd, const void *data, size_t size)
{
	uint8_t head[14] = {0x82, 0x80 | 127};
	for (int i = 0; i < 8; i++)
		head[2 + i] = (uint8_t)((uint64_t)size >> 8 * (7 - i));
	return put(fd, head, sizeof head) || put(fd, data, size) ? -1 : 0;
}

/* A frame's head: its first byte, and how much follows. */
static int ws_head(int fd, uint8_t *first, uint64_t *size)
{
	uint8_t head[2], more[8];
	if (get(fd, head, 2))
		return -1;
	size_t count = head[1] == 127 ? 8 : head[1] == 126 ? 2 : 0;
	*first = head[0];
	*size = count ? 0 : head[1];
	if (count && get(fd, more, count))
		return -1;
	for (size_t i = 0; i < count; i++)
		*size = *size << 8 | more[i];
	return *size > FRAME_CAP ? -1 : 0;
}

/* The next message into tunnel->frame. -1: a goodbye, or the end. */
static int ws_take(struct tunnel *tunnel)
{
	static uint8_t block[FRAME_CAP];
	uint8_t first;
	uint64_t size;
	struct err err;
	tunnel->frame.size = 0;
	do {
		if (ws_head(tunnel->fd, &first, &size) || get(tunnel->fd, block, size))
			return -1;
		if ((first & 15) == 8 && size >= 2) {
			tunnel->goodbye = block[0] << 8 | block[1];
			snprintf(tunnel->reason, sizeof tunnel->reason, "%.*s", (int)size - 2, (char *)block + 2);
			return -1;
		}
		if ((first & 15) <= 2 && bytes_add(&tunnel->frame, block, size, &err))
			die_err("frame", &err);
	} while (!(first & 0x80) || (first & 15) > 2);
	return 0;
}

static void upgrade_ask(int fd)
{
	static const char head[] = "GET /__ra__ HTTP/1.1\r\nHost: tunnel.test:8443\r\nUpgrade: websocket\r\n"
				   "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
				   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Forwarded-Proto: https\r\n\r\n";
	if (put(fd, head, sizeof head - 1))
		die(EX_TEMPFAIL, "no upgrade");
}

static void upgrade_take(int fd)
{
	char answer[512];
	size_t size = 0;
	while (size < 4 || memcmp(answer + size - 4, "\r\n\r\n", 4))
		if (size == sizeof answer || get(fd, answer + size++, 1))
			die(EX_TEMPFAIL, "no answer to an upgrade");
	if (memcmp(answer, "HTTP/1.1 101", 12))
		die(EX_TEMPFAIL, "refused with %.12s", answer);
}

static void hello(struct tunnel *tunnel, int version, const uint8_t *nonce)
{
	struct channel_settings settings = {.role = CHANNEL_CLIENT, .no_version_2 = version == 1, .nonce = nonce};
	cleanup_bytes struct bytes frame = {0};
	struct err err;
	upgrade_take(tunnel->fd);
	tunnel->channel = channel_new(&settings, &err);
	if (!tunnel->channel || channel_hello(tunnel->channel, &frame, &err))
		die_err("hello", &err);
	ws_send(tunnel->fd, frame.data, frame.size);
}

/* A tunnel that has said hello. */
static struct tunnel tunnel_ask(int version, const uint8_t *nonce)
{
	struct tunnel tunnel = {.fd = dial()};
	upgrade_ask(tunnel.fd);
	hello(&tunnel, version, nonce);
	return tunnel;
}

static int tunnel_take(struct tunnel *tunnel)
{
	struct err err;
	if (ws_take(tunnel))
		return -1;
	return channel_take(tunnel->channel, (uint8_t *)tunnel->frame.data, tunnel->frame.size, &tunnel->taken, &err);
}

static void accept_offer(struct tunnel *tunnel)
{
	cleanup_bytes struct bytes frame = {0};
	struct err err;
	if (tunnel_take(tunnel) != CHANNEL_OFFERED)
		die(EX_TEMPFAIL, "no offer: %d %s", tunnel->goodbye, tunnel->reason);
	if (channel_accept(tunnel->channel, &frame, &err))
		die_err("accept", &err);
	ws_send(tunnel->fd, frame.data, frame.size);
}

static struct tunnel tunnel_open(int version)
{
	struct tunnel tunnel = tunnel_ask(version, NULL);
	accept_offer(&tunnel);
	return tunnel;
}

static void tunnel_free(struct tunnel *tunnel)
{
	message_free(&tunnel->taken.message);
	channel_free(tunnel->channel);
	bytes_free(&tunnel->frame);
	close(tunnel->fd);
}

static struct view text(const char *string)
{
	return view_of(string, strlen(string));
}

static int say(struct tunnel *tunnel, const struct message *message)
{
	cleanup_bytes struct bytes frame = {0};
	struct err err;
	if (channel_seal(tunnel->channel, message, &frame, &err))
		die_err("seal", &err);
	return ws_send(tunnel->fd, frame.data, frame.size);
}

static int ask_in(struct tunnel *tunnel, const char *id, const char *path, uint32_t timeout)
{
	struct message message = {.type = HTTP_REQUEST, .id = text(id), .method = text("GET"), .url = text(path)};
	message.timeout = timeout;
	return say(tunnel, &message);
}

static int ask(struct tunnel *tunnel, const char *id, const char *path)
{
	return ask_in(tunnel, id, path, 0);
}

static void wait_for_end(void)
{
	fflush(stdout);
	pause();
}

/* Together: the server looks through all it has at each turn. */
static void open_batch(struct tunnel *all, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		all[i].fd = dial();
		upgrade_ask(all[i].fd);
	}
	for (size_t i = 0; i < count; i++)
		hello(&all[i], 2, NULL);
	for (size_t i = 0; i < count; i++) {
		accept_offer(&all[i]);
		bytes_free(&all[i].frame); /* or this end has as much as the other */
	}
}

static void idle(size_t count)
{
	struct tunnel *all = calloc(count, sizeof *all);
	if (!all)
		die(EX_OSERR, "memory");
	for (size_t at = 0; at < count; at += BATCH)
		open_batch(all + at, count - at < BATCH ? count - at : BATCH);
	printf("open %zu\n", count);
	wait_for_end();
	for (size_t i = 0; i < count; i++)
		tunnel_free(&all[i]);
	free(all);
}

static void show(struct tunnel *tunnel)
{
	size_t size = 0;
	bool is_streamed = false;
	do {
		if (tunnel_take(tunnel) != CHANNEL_PAYLOAD) {
			printf("closed %d %s\n", tunnel->goodbye, tunnel->reason);
			return;
		}
		const struct message *message = &tunnel->taken.message;
		if (message->type == HTTP_CANCEL) {
			printf("cancelled %.*s\n", (int)message->reason.size, (const char *)message->reason.data);
			return;
		}
		if (message->type == HTTP_RESPONSE)
			printf("%d %.*s\n", message->status, (int)message->error.size,
			       message->error.data ? (const char *)message->error.data : "");
		is_streamed |= message->is_streamed;
		size += message->body.bytes.size;
		struct message window = {
			.type = HTTP_WINDOW, .id = text("1"), .credit = (uint32_t)message->body.bytes.size};
		bool is_over = message->is_last || !is_streamed;
		if (!is_over && window.credit && say(tunnel, &window))
			die(EX_TEMPFAIL, "window");
		if (is_over)
			break;
	} while (true);
	printf("%zu bytes\n", size);
}

static void unread(int version, const char *path, int count)
{
	struct tunnel tunnel = tunnel_open(version);
	char id[16];
	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof id, "%d", i);
		if (ask(&tunnel, id, path))
			break;
	}
	puts("asked");
	wait_for_end();
	tunnel_free(&tunnel);
}

static void nonces(int count)
{
	int came = 0, refused = 0;
	char reason[128] = "";
	for (int i = 0; i < count; i++) {
		uint8_t nonce[TUNNEL_NONCE_SIZE] = {(uint8_t)i, (uint8_t)(i >> 8)};
		struct tunnel tunnel = tunnel_ask(2, nonce);
		bool is_there = tunnel_take(&tunnel) == CHANNEL_OFFERED;
		came += is_there;
		refused += tunnel.goodbye == 1011;
		snprintf(reason, sizeof reason, "%s", is_there ? reason : tunnel.reason);
		tunnel_free(&tunnel);
	}
	printf("%d came, %d refused: %s\n", came, refused, reason);
}

static void floods(int count)
{
	struct message message = {.type = CLIENT_KX};
	static const uint8_t garbage[SEALED_KEY_SIZE] = {1, 2, 3};
	cleanup_bytes struct bytes frame = {0};
	struct err err;
	message.sealed_key = view_of(garbage, sizeof garbage);
	if (message_write(&message, &frame, &err))
		die_err("client_kx", &err);
	for (int i = 0; i < count; i++) {
		struct tunnel tunnel = tunnel_ask(1, NULL);
		for (int k = 0; k < 20; k++)
			ws_send(tunnel.fd, frame.data, frame.size);
	}
	printf("sent %d\n", count);
	wait_for_end();
}

static void slow(void)
{
	struct tunnel tunnel = tunnel_open(2);
	static const uint8_t half[] = {0x82, 0x80 | 127, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 'h', 'a', 'l', 'f'};
	put(tunnel.fd, half, sizeof half);
	puts("half");
	wait_for_end();
	tunnel_free(&tunnel);
}

/* A ping, which is answered when the server has read all that is before it. False: its goodbye comes instead. */
static bool lives(struct tunnel *tunnel)
{
	static const uint8_t ping[] = {0x89, 0x80, 0, 0, 0, 0};
	uint8_t first, data[256];
	uint64_t size;
	put(tunnel->fd, ping, sizeof ping);
	do {
		if (ws_head(tunnel->fd, &first, &size) || size > sizeof data || get(tunnel->fd, data, size))
			return false;
	} while ((first & 15) != 10 && (first & 15) != 8);
	tunnel->goodbye = (first & 15) == 8 ? data[0] << 8 | data[1] : 0;
	return !tunnel->goodbye;
}

/* A fragment that is not the last. */
static void half(struct tunnel *tunnel)
{
	enum { HALF = 1 << 20 };
	static const uint8_t head[] = {0x02, 0x80 | 127, 0, 0, 0, 0, 0, HALF >> 16, 0, 0, 0, 0, 0, 0};
	static uint8_t data[HALF];
	put(tunnel->fd, head, sizeof head);
	put(tunnel->fd, data, sizeof data);
}

static void halves(int count)
{
	struct tunnel *tunnels = calloc((size_t)count, sizeof *tunnels);
	int kept = 0, goodbye = 0;
	for (int i = 0; tunnels && i < count; i++) {
		tunnels[i] = tunnel_open(2);
		half(&tunnels[i]);
		lives(&tunnels[i]);
	}
	for (int i = 0; tunnels && i < count; i++) {
		if (tunnels[i].goodbye || !lives(&tunnels[i]))
			goodbye = tunnels[i].goodbye;
		else
			kept++;
	}
	printf("kept %d, refused %d with %d\n", kept, count - kept, goodbye);
	wait_for_end();
	free(tunnels);
}

static void overspend(const char *path)
{
	struct tunnel tunnel = tunnel_open(2);
	static const uint8_t zeros[MESSAGE_CHUNK];
	struct message message = {
		.type = HTTP_REQUEST, .id = text("1"), .method = text("POST"), .url = text(path), .is_streamed = true};
	say(&tunnel, &message);
	message = (struct message){
		.type = HTTP_CHUNK, .id = text("1"), .body = {CONTENT_BYTES, view_of(zeros, sizeof zeros)}};
	for (int is_open = 1; is_open;) {
		struct pollfd both = {tunnel.fd, POLLIN | POLLOUT, 0};
		poll(&both, 1, -1);
		if (both.revents & POLLIN)
			is_open = tunnel_take(&tunnel) == CHANNEL_PAYLOAD;
		else
			say(&tunnel, &message);
	}
	printf("closed %d %s\n", tunnel.goodbye, tunnel.reason);
	tunnel_free(&tunnel);
}

static void vanish(int version, const char *path)
{
	struct tunnel tunnel = tunnel_open(version);
	struct linger linger = {1, 0};
	ask(&tunnel, "1", path);
	setsockopt(tunnel.fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	tunnel_free(&tunnel);
}

/* In version 2 chunks without regard to credit would end the tunnel: a whole body each, in as many requests. */
static void upload(int version, const char *path, size_t size)
{
	struct tunnel tunnel = tunnel_open(version);
	struct timeval second = {1, 0};
	cleanup_free char *body = malloc(size);
	char id[16];
	int sent = 0;
	if (!body)
		die(EX_OSERR, "memory");
	memset(body, 'x', size);
	setsockopt(tunnel.fd, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
	struct message message = {.type = HTTP_REQUEST, .method = text("POST"), .url = text(path)};
	message.body = (struct content){CONTENT_TEXT, view_of(body, size)};
	for (; sent < 1000; sent++) {
		snprintf(id, sizeof id, "%d", sent);
		message.id = text(id);
		if (say(&tunnel, &message))
			break;
	}
	printf("sent %d\n", sent);
	wait_for_end();
	tunnel_free(&tunnel);
}

static void wait_for_goodbye(int version)
{
	struct tunnel tunnel = tunnel_open(version);
	puts("open");
	fflush(stdout);
	while (tunnel_take(&tunnel) >= 0)
		;
	printf("closed %d %s\n", tunnel.goodbye, tunnel.reason);
	tunnel_free(&tunnel);
}

static void raise_limit(void)
{
	struct rlimit limit;
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	program_start("tunneled");
	raise_limit();
	if (argc < 3)
		die_usage("PORT and what to do");
	port = (unsigned)atoi(argv[1]);
	const char *what = argv[2];
	int number = argc > 3 ? atoi(argv[3]) : 0;
	if (!strcmp(what, "idle"))
		idle((size_t)number);
	else if (!strcmp(what, "nonces"))
		nonces(number);
	else if (!strcmp(what, "floods"))
		floods(number);
	else if (!strcmp(what, "halves"))
		halves(number);
	else if (!strcmp(what, "overspend") && argc > 3)
		overspend(argv[3]);
	else if (!strcmp(what, "slow"))
		slow();
	else if (!strcmp(what, "close"))
		wait_for_goodbye(number);
	else if (!strcmp(what, "vanish") && argc > 4)
		vanish(number, argv[4]);
	else if (!strcmp(what, "unread") && argc > 5)
		unread(number, argv[4], atoi(argv[5]));
	else if (!strcmp(what, "upload") && argc > 5)
		upload(number, argv[4], strtoul(argv[5], NULL, 10));
	else if (!strcmp(what, "get") && argc > 4) {
		struct tunnel tunnel = tunnel_open(number);
		ask_in(&tunnel, "1", argv[4], argc > 5 ? (uint32_t)atoi(argv[5]) : 0);
		show(&tunnel);
		tunnel_free(&tunnel);
	} else {
		die_usage("'%s' is not known", what);
	}
	return finish(0);
}
