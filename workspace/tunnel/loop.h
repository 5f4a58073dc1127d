/* What a single-threaded server waits for: descriptors and times. An epoll that is itself a descriptor, so that it can
 * be a guest in another loop (websocket.h).
 *
 * Callbacks may add and remove anything, themselves included; what was removed is not called any more.
 */
#ifndef TUNNEL_LOOP_H
#define TUNNEL_LOOP_H

#include "err.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_watch;
struct loop_timer;

struct loop *loop_new(struct err *err);
void loop_free(struct loop *loop); /* whatever still watches is released, its descriptors are not closed */

int loop_fd(const struct loop *loop);                                /* readable when loop_turn() has something to do */
int loop_turn(struct loop *loop, int milliseconds, struct err *err); /* waits so long at most; -1: for ever */

/* events: EPOLLIN, EPOLLOUT, …; level-triggered. 0: nothing at all, whereas with any other EPOLLERR and EPOLLHUP come
 * too. Unwatched before it is closed. */
struct loop_watch *loop_watch(struct loop *loop, int fd, uint32_t events, void (*ready)(void *context, uint32_t events),
			      void *context, struct err *err);
void loop_change(struct loop_watch *watch, uint32_t events);
void loop_unwatch(struct loop_watch *watch); /* the descriptor stays open; NULL is none */

/* Called once, so many milliseconds from now, 0 being as 1. */
struct loop_timer *loop_after(struct loop *loop, unsigned milliseconds, void (*due)(void *context), void *context,
			      struct err *err);
void loop_cancel(struct loop_timer *timer); /* not after it was due; NULL is none */

int64_t loop_now(void); /* milliseconds of the monotonic clock */

#endif
