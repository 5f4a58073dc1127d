/* A listener on 127.0.0.1 whose connections are handed over when the head of a request has come: for tests that are
 * servers.
 */
#ifndef TESTS_ACCEPTING_H
#define TESTS_ACCEPTING_H

#include "bytes.h"
#include "loop.h"
#include "program.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

struct accepting {
	struct loop *loop;
	int fd;
	/* Takes over fd, not blocking; head is what was read. */
	void (*came)(void *context, int fd, struct bytes *head);
	void *context;
};

struct accepted {
	const struct accepting *all;
	struct loop_watch *watch;
	int fd;
	struct bytes head;
};

static inline void accepted_ready(void *context, uint32_t events)
{
	struct err err;
	struct accepted *it = context;
	char block[4096];
	(void)events;
	ssize_t got = read(it->fd, block, sizeof block);
	if (got > 0 && bytes_add(&it->head, block, (size_t)got, &err))
		die_err("head", &err);
	if (got > 0 && !memmem(it->head.data, it->head.size, "\r\n\r\n", 4))
		return;
	loop_unwatch(it->watch);
	if (got > 0)
		it->all->came(it->all->context, it->fd, &it->head);
	else
		close(it->fd);
	bytes_free(&it->head);
	free(it);
}

static inline void accepting_ready(void *context, uint32_t events)
{
	struct err err;
	const struct accepting *all = context;
	struct accepted *it = calloc(1, sizeof *it);
	(void)events;
	int fd = accept4(all->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!it || fd < 0)
		die(EX_OSERR, "accept: %m");
	*it = (struct accepted){.all = all, .fd = fd};
	it->watch = loop_watch(all->loop, fd, EPOLLIN, accepted_ready, it, &err);
	if (!it->watch)
		die_err("accept", &err);
}

/* Prints `listening PORT`; for as long as the process lives. */
static inline void accept_on(struct loop *loop, void (*came)(void *, int, struct bytes *), void *context)
{
	static struct accepting all;
	struct err err;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	all = (struct accepting){loop, socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), came, context};
	if (bind(all.fd, (struct sockaddr *)&address, size) || listen(all.fd, 16) ||
	    getsockname(all.fd, (struct sockaddr *)&address, &size) ||
	    !loop_watch(loop, all.fd, EPOLLIN, accepting_ready, &all, &err))
		die(EX_OSERR, "listen: %m");
	printf("listening %u\n", ntohs(address.sin_port));
}

#endif
