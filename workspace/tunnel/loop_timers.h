/* Times that something is due at, the next one first: a binary heap. For loop.c. */
#ifndef TUNNEL_LOOP_TIMERS_H
#define TUNNEL_LOOP_TIMERS_H

#include "loop.h"

#include <stddef.h>

struct loop_timer {
	struct loop_timers *all;
	size_t place; /* in the heap */
	int64_t at;
	void (*due)(void *context);
	void *context;
};

struct loop_timers {
	struct loop_timer **heap;
	size_t count, capacity;
};

void loop_timers_free(struct loop_timers *all);

/* Takes the timer over when it succeeds. */
int loop_timers_add(struct loop_timers *all, struct loop_timer *timer, struct err *err);
void loop_timers_remove(struct loop_timer *timer); /* does not free it */

/* The first, or NULL. */
struct loop_timer *loop_timers_next(const struct loop_timers *all);

#endif
