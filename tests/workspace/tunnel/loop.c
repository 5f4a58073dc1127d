/* The loop: order of times, what is removed is not called, a guest in another epoll. Expected values are the plain
 * meaning of loop.h; times are only compared with each other. */
#include "loop.h"

#include "../base/unit.h"

#include <sys/epoll.h>
#include <unistd.h>

enum { TIMERS = 200 };

static struct loop *loop;
static struct err err;
static int called;

static void turn_while(const int *left)
{
	for (int i = 0; i < 10000 && *left; i++)
		CHECK(!loop_turn(loop, 1000, &err));
}

static struct timed {
	struct loop_timer *timer;
	int64_t earliest, latest; /* when it is due: adding it takes a time */
	bool is_over;
} timed[TIMERS];
static int left;

static void due(void *context)
{
	struct timed *one = context;
	CHECK(!one->is_over && loop_now() >= one->earliest);
	one->is_over = true;
	left--;
	for (int i = 0; i < TIMERS; i++)
		CHECK(timed[i].is_over || timed[i].latest >= one->earliest);
}

/* A heap with holes: every third is cancelled. Added in an order that is not theirs. */
static void times_are_in_order(void)
{
	for (unsigned i = 0; i < TIMERS; i++) {
		unsigned after = 20 + i * 7919 % TIMERS;
		timed[i].earliest = loop_now() + after;
		timed[i].timer = loop_after(loop, after, due, &timed[i], &err);
		timed[i].latest = loop_now() + after;
		CHECK(timed[i].timer);
	}
	left = TIMERS;
	for (int i = 0; i < TIMERS; i += 3, left--) {
		loop_cancel(timed[i].timer);
		timed[i].is_over = true;
	}
	turn_while(&left);
	CHECK(!left);
}

static struct pair {
	int fd[2];
	struct loop_watch *watch;
} pairs[2];

/* Whichever comes first takes the other away, and itself. */
static void take_both(void *context, uint32_t events)
{
	(void)context;
	CHECK(events & EPOLLIN);
	called++;
	loop_unwatch(pairs[0].watch);
	loop_unwatch(pairs[1].watch);
}

static void removed_is_not_called(void)
{
	for (int i = 0; i < 2; i++) {
		CHECK(!pipe(pairs[i].fd) && write(pairs[i].fd[1], "x", 1) == 1);
		pairs[i].watch = loop_watch(loop, pairs[i].fd[0], EPOLLIN, take_both, NULL, &err);
		CHECK(pairs[i].watch);
	}
	called = 0;
	CHECK(!loop_turn(loop, 1000, &err));
	CHECK(!loop_turn(loop, 0, &err));
	CHECK(called == 1);
}

static void count(void *context, uint32_t events)
{
	(void)events;
	++*(int *)context;
}

/* With no events not even the end of the other side is told. */
static void nothing_is_nothing(void)
{
	int fd[2], times = 0;
	CHECK(!pipe(fd));
	close(fd[1]);
	struct loop_watch *watch = loop_watch(loop, fd[0], 0, count, &times, &err);
	CHECK(watch && !loop_turn(loop, 0, &err) && times == 0);
	loop_change(watch, EPOLLIN);
	CHECK(!loop_turn(loop, 1000, &err) && times == 1);
	loop_change(watch, 0);
	CHECK(!loop_turn(loop, 0, &err) && times == 1);
	loop_unwatch(watch);
	close(fd[0]);
}

static void ring(void *context)
{
	++*(int *)context;
}

/* A time that is due makes the loop's descriptor readable in another epoll. */
static void is_a_guest(void)
{
	int outer = epoll_create1(EPOLL_CLOEXEC), times = 0;
	struct epoll_event event = {.events = EPOLLIN};
	CHECK(!epoll_ctl(outer, EPOLL_CTL_ADD, loop_fd(loop), &event));
	CHECK(loop_after(loop, 5, ring, &times, &err));
	CHECK(epoll_wait(outer, &event, 1, 10000) == 1);
	CHECK(!loop_turn(loop, 0, &err) && times == 1);
	CHECK(epoll_wait(outer, &event, 1, 0) == 0);
	close(outer);
}

int main(void)
{
	loop = loop_new(&err);
	CHECK(loop);
	times_are_in_order();
	removed_is_not_called();
	nothing_is_nothing();
	is_a_guest();
	loop_free(loop);
	return unit_end();
}
