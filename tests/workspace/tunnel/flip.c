/* flip PORT DIRECTION FRAME OFFSET: a proxy that changes one bit on the way, for tests.
 *
 * It listens on 127.0.0.1, prints `listening PORT`, and passes one connection after another on to PORT of 127.0.0.1. In
 * DIRECTION (up: to the server; down) it changes the lowest bit of a byte of the payload of frame number FRAME of the
 * WebSocket, from 0: the one at OFFSET, or that far from the end when it is negative. Other bytes pass as they are.
 * Prints `changed` when it has done so.
 *
 * Source: RFC 6455 5.2 (frames).
 */
#include "program.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

static bool is_up;
static long frame_wanted, offset_wanted;

struct way {
	int from, to;
	bool is_flipped, is_over;
	unsigned long head; /* bytes of "\r\n\r\n" seen in a row; 4: the HTTP head is over */
	unsigned char frame[16];
	size_t frame_size, left, size; /* of the frame's head so far; of its payload left, and in all */
	long number;
};

static size_t head_size(const struct way *way)
{
	unsigned length = way->frame_size > 1 ? way->frame[1] & 0x7f : 0;
	return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + (way->frame_size > 1 && way->frame[1] & 0x80 ? 4 : 0);
}

static size_t payload_size(const struct way *way)
{
	unsigned length = way->frame[1] & 0x7f, bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
	size_t size = bytes ? 0 : length;
	for (unsigned i = 0; i < bytes; i++)
		size = size << 8 | way->frame[2 + i];
	return size;
}

static bool is_wanted(const struct way *way)
{
	size_t at = way->size - way->left;
	return way->is_flipped && way->number == frame_wanted &&
	       at == (offset_wanted < 0 ? way->size - (size_t)-offset_wanted : (size_t)offset_wanted);
}

static void pass(struct way *way, unsigned char *byte)
{
	if (way->head < 4) {
		way->head = *byte == "\r\n\r\n"[way->head] ? way->head + 1 : *byte == '\r';
	} else if (!way->left) {
		way->frame[way->frame_size++] = *byte;
		if (way->frame_size < 2 || way->frame_size < head_size(way))
			return;
		way->left = way->size = payload_size(way);
		way->number += (way->frame[0] & 0xf) < 8; /* not a ping or a goodbye */
		way->frame_size = 0;
	} else {
		if (is_wanted(way) && (way->frame[0] & 0xf) < 8) {
			*byte ^= 1;
			puts("changed");
		}
		way->left--;
	}
}

static void take(struct way *way)
{
	unsigned char block[65536];
	ssize_t size = read(way->from, block, sizeof block);
	way->is_over = size <= 0;
	for (ssize_t i = 0; i < size; i++)
		pass(way, &block[i]);
	if (size <= 0 || write(way->to, block, (size_t)size) != size)
		shutdown(way->to, SHUT_WR);
}

static void carry(int client, int server)
{
	struct way ways[2] = {{.from = client, .to = server, .is_flipped = is_up, .number = -1},
			      {.from = server, .to = client, .is_flipped = !is_up, .number = -1}};
	while (!ways[0].is_over && !ways[1].is_over) {
		struct pollfd polled[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
		poll(polled, 2, -1);
		for (unsigned i = 0; i < 2; i++)
			if (polled[i].revents)
				take(&ways[i]);
	}
	close(client);
	close(server);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, to = address;
	socklen_t size = sizeof address;
	program_start("flip");
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 5)
		die_usage("PORT DIRECTION FRAME OFFSET");
	to.sin_port = htons((uint16_t)atoi(argv[1]));
	is_up = !strcmp(argv[2], "up");
	frame_wanted = atol(argv[3]);
	offset_wanted = atol(argv[4]);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 16) ||
	    getsockname(listener, (struct sockaddr *)&address, &size))
		die(EX_OSERR, "listen: %m");
	printf("listening %u\n", ntohs(address.sin_port));
	for (int client; (client = accept(listener, NULL, NULL)) >= 0;) {
		int server = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(server, (struct sockaddr *)&to, sizeof to))
			die(EX_OSERR, "connect: %m");
		carry(client, server);
	}
	return 0;
}
