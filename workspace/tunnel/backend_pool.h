/* Connections to a backend, of which those that are idle are kept: for backend.c. */
#ifndef TUNNEL_BACKEND_POOL_H
#define TUNNEL_BACKEND_POOL_H

#include "backend.h"

#include <stddef.h>

struct backend_pool;

struct backend_link {
	struct backend_pool *pool;
	int fd;
	struct loop_watch *watch;
	struct backend_call *call; /* NULL: idle */
	bool is_used;              /* it has had a call before this one */
	struct backend_link *previous, *next;
	struct loop_timer *idle;
};

struct backend_pool {
	struct loop *loop;
	const struct backend_place *place;
	void (*ready)(struct backend_call *call, uint32_t events);
	struct backend_link *idle; /* the one used last first */
	size_t idle_count;
};

/* One for a call, whose ready() gets EPOLLIN at first. An idle one only when may_be_used, since it may be about to
 * close. */
struct backend_link *backend_link_take(struct backend_pool *pool, struct backend_call *call, bool may_be_used,
				       struct err *err);
void backend_link_keep(struct backend_link *link);
void backend_link_close(struct backend_link *link);
void backend_pool_drop_idle(struct backend_pool *pool);

#endif
