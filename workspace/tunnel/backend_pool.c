#include "backend_pool.h"

#include "cleanup.h"

#include <sys/epoll.h>
#include <sys/socket.h>

static void leave_idle(struct backend_link *link)
{
	struct backend_pool *pool = link->pool;
	*(link->previous ? &link->previous->next : &pool->idle) = link->next;
	if (link->next)
		link->next->previous = link->previous;
	link->previous = link->next = NULL;
	pool->idle_count--;
	loop_cancel(link->idle);
	link->idle = NULL;
}

static void release(struct backend_link *link)
{
	loop_unwatch(link->watch);
	close(link->fd);
	free(link);
}

void backend_link_close(struct backend_link *link)
{
	if (!link->call)
		leave_idle(link);
	release(link);
}

/* An idle connection has nothing to say but that it ends. */
static void ready(void *context, uint32_t events)
{
	struct backend_link *link = context;
	if (link->call)
		link->pool->ready(link->call, events);
	else
		backend_link_close(link);
}

static void too_long_idle(void *context)
{
	struct backend_link *link = context;
	link->idle = NULL;
	backend_link_close(link);
}

static bool is_silent(const struct backend_link *link)
{
	char byte;
	return recv(link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

static struct backend_link *connect_anew(struct backend_pool *pool, struct err *err)
{
	cleanup_fd int fd = backend_connect(pool->place, err);
	if (fd < 0)
		return NULL;
	cleanup_free struct backend_link *link = calloc(1, sizeof *link);
	if (!link)
		return err_system(err, EX_OSERR, "connection"), NULL;
	*link = (struct backend_link){.pool = pool, .fd = fd};
	link->watch = loop_watch(pool->loop, fd, EPOLLIN, ready, link, err);
	if (!link->watch)
		return NULL;
	steal_fd(&fd);
	return steal(&link);
}

struct backend_link *backend_link_take(struct backend_pool *pool, struct backend_call *call, bool may_be_used,
				       struct err *err)
{
	struct backend_link *link = NULL;
	while (may_be_used && !link && pool->idle) {
		link = pool->idle;
		leave_idle(link);
		if (!is_silent(link))
			release(steal(&link));
	}
	if (!link)
		link = connect_anew(pool, err);
	if (link)
		link->call = call;
	return link;
}

void backend_link_keep(struct backend_link *link)
{
	struct backend_pool *pool = link->pool;
	struct err err;
	if (pool->idle_count < BACKEND_KEPT)
		link->idle = loop_after(pool->loop, BACKEND_IDLE_SECONDS * 1000, too_long_idle, link, &err);
	if (!link->idle) {
		release(link);
		return;
	}
	loop_change(link->watch, EPOLLIN);
	link->call = NULL;
	link->is_used = true;
	link->next = pool->idle;
	if (pool->idle)
		pool->idle->previous = link;
	pool->idle = link;
	pool->idle_count++;
}

void backend_pool_drop_idle(struct backend_pool *pool)
{
	while (pool->idle)
		backend_link_close(pool->idle);
}
