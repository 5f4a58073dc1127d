#include "front.h"

#include "cleanup.h"
#include "front_connection.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { ACCEPT_BATCH = 64 };

static bool takes_more(const struct front *front)
{
	return !front->is_draining && !front->retry && front->count < front->settings.connections;
}

static void listen_again(struct front *front)
{
	if (front->listener)
		loop_change(front->listener, takes_more(front) ? EPOLLIN : 0);
}

static void retry(void *context)
{
	struct front *front = context;
	front->retry = NULL;
	listen_again(front);
}

/* The connection stays in the queue, and so would be told over and over. */
static void wait_for_room(struct front *front)
{
	struct err err;
	char text[FRONT_LOG_SIZE];
	snprintf(text, sizeof text, "connections cannot be taken: %s", strerrordesc_np(errno));
	front_log_add(&front->log, loop_now(), text);
	front->retry = loop_after(front->loop, FRONT_RETRY_MILLISECONDS, retry, front, &err);
}

/* Errors of a single connection, which is gone then. spec: accept(2) */
static bool is_of_one(int error)
{
	return error == ECONNABORTED || error == EINTR || error == EPROTO || error == EPERM;
}

static void take(void *context, uint32_t events)
{
	(void)events;
	struct front *front = context;
	for (int i = 0; i < ACCEPT_BATCH && takes_more(front); i++) {
		int fd = accept4(front->settings.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0)
			front_connection_new(front, fd);
		else if (errno == EAGAIN)
			break;
		else if (!is_of_one(errno))
			wait_for_room(front);
	}
	listen_again(front);
}

static int check(const struct front_settings *settings, struct err *err)
{
	for (const char *const *path = settings->encrypted; path && *path; path++)
		if (**path != '/')
			return err_bad(err, "%s: a path begins with '/'", *path);
	return 0;
}

struct front *front_new(struct loop *loop, const struct front_settings *settings, struct err *err)
{
	if (check(settings, err))
		return NULL;
	cleanup_free struct front *front = calloc(1, sizeof *front);
	if (!front)
		return err_system(err, EX_OSERR, "front"), NULL;
	front->loop = loop;
	front->settings = *settings;
	front->log.write = settings->log;
	front->log.context = settings->context;
	front->listener = loop_watch(loop, settings->listener, EPOLLIN, take, front, err);
	return front->listener ? steal(&front) : NULL;
}

void front_free(struct front *front)
{
	if (!front)
		return;
	while (front->connections)
		front_connection_free(front->connections);
	loop_unwatch(front->listener);
	loop_cancel(front->retry);
	loop_cancel(front->farewell);
	free(front);
}

static void say_done(void *context)
{
	struct front *front = context;
	front->farewell = NULL;
	front->done(front->settings.context);
}

/* From the loop, so that whoever is told may free everything. */
static void check_done(struct front *front)
{
	struct err err;
	if (front->done && !front->count && !front->farewell)
		front->farewell = loop_after(front->loop, 0, say_done, front, &err);
}

void front_has_room(struct front *front)
{
	front->count--;
	listen_again(front);
	check_done(front);
}

void front_drain(struct front *front, void (*done)(void *context))
{
	front->is_draining = true;
	front->done = done;
	loop_unwatch(front->listener);
	front->listener = NULL;
	shutdown(front->settings.listener, SHUT_RD); /* who comes now is refused, instead of waiting in its queue */
	for (struct front_connection *c = front->connections, *next; c; c = next) {
		next = c->next;
		if (front_connection_is_idle(c))
			front_connection_free(c);
	}
	check_done(front);
}
