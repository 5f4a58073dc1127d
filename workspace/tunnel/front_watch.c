#include "front_connection.h"

#include "cleanup.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* Can what the client sends be used now? */
static bool wants_client(const struct front_connection *c)
{
	if (c->client.is_over)
		return false;
	if (c->state == FRONT_LINGER)
		return true;
	if (c->state == FRONT_EXCHANGE && (http_body_is_over(&c->request) || c->server.is_deaf))
		return false;
	return !front_holds(&c->server);
}

static bool wants_server(const struct front_connection *c)
{
	return c->server.fd >= 0 && !c->server.is_over && !front_holds(&c->client);
}

/* That more can be read than is wanted is left so until it is told: it is a call to the system less, of four. */
static void wait_for(struct front_end *end, uint32_t events, uint32_t fired)
{
	bool is_enough = (end->events & events) == events && !(end->events & ~events & ~(uint32_t)EPOLLIN);
	if (end->events == events || (is_enough && !(fired & EPOLLIN)))
		return;
	loop_change(end->watch, events);
	end->events = events;
}

/* Who leaves is noticed also while nothing is read; but told over and over. */
static bool notices_leaving(const struct front_connection *c)
{
	bool is_answered = c->state == FRONT_EXCHANGE && http_body_is_over(&c->request);
	return !c->client.is_over && !c->has_queued && (is_answered || c->state == FRONT_WAITING);
}

void front_connection_update(struct front_connection *c, uint32_t fired)
{
	if (c->is_gone)
		return;
	wait_for(&c->client,
		 (wants_client(c) ? EPOLLIN : 0) | (front_holds(&c->client) ? EPOLLOUT : 0) |
			 (notices_leaving(c) ? EPOLLRDHUP : 0),
		 fired);
	if (c->server.fd >= 0)
		wait_for(&c->server, (wants_server(c) ? EPOLLIN : 0) | (front_holds(&c->server) ? EPOLLOUT : 0),
			 EPOLLIN);
}

static void flush_client(struct front_connection *c)
{
	front_flush(&c->client);
	front_connection_moved(c);
	if (c->client.is_deaf)
		front_connection_abort(c);
	else if (c->state == FRONT_LINGER && c->client.is_over && !front_holds(&c->client))
		front_connection_free(c);
	else if (c->state == FRONT_WAITING && c->in.size && !front_holds(&c->client))
		front_take_held(c); /* a tunnel, which the answer before it had to leave first */
}

static void read_client(struct front_connection *c)
{
	size_t size = c->state == FRONT_WAITING ? HTTP_HEAD_CAP : FRONT_PIECE;
	ssize_t n = recv(c->client.fd, c->front->piece, size, 0);
	if (n > 0) {
		bool was = c->state == FRONT_EXCHANGE || c->state == FRONT_RAW;
		front_take_request(c, c->front->piece, (size_t)n);
		if (was && !c->is_gone && (c->state == FRONT_EXCHANGE || c->state == FRONT_RAW))
			front_connection_moved(c);
	} else if (!n) {
		front_request_ended(c);
	} else if (errno != EAGAIN) {
		front_connection_abort(c);
	}
}

/* The client ends while an answer is due: there may be requests in front of that. */
static void notice_leaving(struct front_connection *c)
{
	char byte;
	ssize_t n = recv(c->client.fd, &byte, 1, MSG_PEEK);
	if (n > 0)
		c->has_queued = true;
	else if (!n)
		front_request_ended(c);
	else if (errno != EAGAIN)
		front_connection_abort(c);
}

static void leave(struct front_connection *c, uint32_t fired)
{
	front_connection_update(c, fired);
	if (!--c->depth && c->is_gone)
		free(c);
}

static void client_ready(void *context, uint32_t events)
{
	struct front_connection *c = context;
	c->depth++;
	if (events & (EPOLLERR | EPOLLHUP))
		front_connection_abort(c);
	if (!c->is_gone && (events & EPOLLOUT))
		flush_client(c);
	bool is_wanted = !c->is_gone && wants_client(c);
	if (is_wanted && (events & EPOLLIN))
		read_client(c);
	else if (!c->is_gone && (events & EPOLLRDHUP) && notices_leaving(c))
		notice_leaving(c);
	leave(c, is_wanted ? 0 : events);
}

static void read_server(struct front_connection *c)
{
	ssize_t n = recv(c->server.fd, c->front->piece, FRONT_PIECE, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n > 0)
		front_take_answer(c, c->front->piece, (size_t)n);
	else
		front_answer_ended(c, n ? errno : 0);
	if (!c->is_gone && c->client.is_deaf)
		front_connection_abort(c);
	if (!c->is_gone && (c->state == FRONT_EXCHANGE || c->state == FRONT_RAW))
		front_connection_moved(c);
}

/* What waited for the answer, which may be over now. */
static void go_on(struct front_connection *c)
{
	if (!c->is_gone && c->in.size && c->state != FRONT_EXCHANGE)
		front_take_held(c);
	if (!c->is_gone && c->client.is_over && c->state == FRONT_WAITING)
		front_connection_finish(c);
}

/* Read first: a connection that failed says why only once. */
static void server_ready(void *context, uint32_t events)
{
	struct front_connection *c = context;
	c->depth++;
	if (wants_server(c) && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)))
		read_server(c);
	if (!c->is_gone && c->server.fd >= 0 && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) {
		front_flush(&c->server);
		front_connection_moved(c);
	}
	go_on(c);
	leave(c, 0);
}

int front_connect(struct front_connection *c)
{
	struct err err;
	if (c->server.fd >= 0)
		return 0;
	c->is_server_used = false;
	c->server.fd = backend_connect(c->front->settings.backend, &err);
	if (c->server.fd >= 0)
		c->server.watch = loop_watch(c->front->loop, c->server.fd, EPOLLIN, server_ready, c, &err);
	c->server.events = EPOLLIN;
	if (c->server.watch)
		return 0;
	front_connection_log(c, "backend", err.text);
	front_refuse(c, 502, "The server behind this one is not there");
	return -1;
}

void front_connection_new(struct front *front, int fd)
{
	cleanup_fd int held = fd;
	struct err err;
	struct front_connection *c = calloc(1, sizeof *c);
	struct loop_watch *watch = c ? loop_watch(front->loop, fd, EPOLLIN | EPOLLRDHUP, client_ready, c, &err) : NULL;
	if (!watch) {
		free(c);
		return;
	}
	*c = (struct front_connection){.front = front, .next = front->connections, .server.fd = -1};
	c->client = (struct front_end){.fd = steal_fd(&held), .watch = watch, .events = EPOLLIN | EPOLLRDHUP};
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &(int){1}, sizeof(int));
	if (c->next)
		c->next->previous = c;
	front->connections = c;
	front->count++;
	front_connection_deadline(c, front->settings.head_seconds);
}
