#include "loop.h"

#include "cleanup.h"
#include "loop_timers.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>

enum { LOOP_BATCH = 64 };

struct loop_watch {
	struct loop *loop;
	struct loop_watch *previous, *next;
	void (*ready)(void *context, uint32_t events);
	void *context;
	int fd;
	uint32_t events; /* 0: not in the epoll */
	bool is_gone;    /* freed when no event of it can be on its way */
};

struct loop {
	int epoll, clock;
	struct loop_watch *watches, *gone;
	struct loop_timers timers;
	int64_t armed; /* when the clock rings; 0: never */
	unsigned depth;
};

int64_t loop_now(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The clock may ring too early, when what it was set for was cancelled, and is then set again. */
static void arm(struct loop *loop)
{
	const struct loop_timer *next = loop_timers_next(&loop->timers);
	if (!next || (loop->armed && loop->armed <= next->at))
		return;
	struct itimerspec at = {.it_value = {next->at / 1000, next->at % 1000 * 1000000}};
	timerfd_settime(loop->clock, TFD_TIMER_ABSTIME, &at, NULL);
	loop->armed = next->at;
}

static void ring(void *context, uint32_t events)
{
	(void)events;
	struct loop *loop = context;
	uint64_t times;
	if (read(loop->clock, &times, sizeof times) < 0)
		return;
	int64_t now = loop_now();
	for (struct loop_timer *next; (next = loop_timers_next(&loop->timers)) && next->at <= now;) {
		struct loop_timer timer = *next;
		loop_timers_remove(next);
		free(next);
		timer.due(timer.context);
	}
	loop->armed = 0;
	arm(loop);
}

struct loop *loop_new(struct err *err)
{
	struct loop *loop = calloc(1, sizeof *loop);
	if (!loop)
		return err_system(err, EX_OSERR, "loop"), NULL;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->clock = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (loop->epoll >= 0 && loop->clock >= 0) {
		if (loop_watch(loop, loop->clock, EPOLLIN, ring, loop, err))
			return loop;
	} else {
		err_system(err, EX_OSERR, "loop");
	}
	loop_free(loop);
	return NULL;
}

static void free_all(struct loop_watch *watch)
{
	for (struct loop_watch *next; watch; watch = next) {
		next = watch->next;
		free(watch);
	}
}

void loop_free(struct loop *loop)
{
	if (!loop)
		return;
	free_all(loop->watches);
	free_all(loop->gone);
	loop_timers_free(&loop->timers);
	cleanup_fd_at(&loop->epoll);
	cleanup_fd_at(&loop->clock);
	free(loop);
}

int loop_fd(const struct loop *loop)
{
	return loop->epoll;
}

static void serve(const struct epoll_event *event)
{
	const struct loop_watch *watch = event->data.ptr;
	uint32_t events = event->events & (watch->events | EPOLLERR | EPOLLHUP);
	if (!watch->is_gone && watch->events && events)
		watch->ready(watch->context, events);
}

int loop_turn(struct loop *loop, int milliseconds, struct err *err)
{
	struct epoll_event events[LOOP_BATCH];
	int count = epoll_wait(loop->epoll, events, LOOP_BATCH, milliseconds);
	if (count < 0 && errno != EINTR)
		return err_system(err, EX_OSERR, "cannot wait");
	loop->depth++;
	for (int i = 0; i < count; i++)
		serve(&events[i]);
	if (!--loop->depth) {
		free_all(loop->gone);
		loop->gone = NULL;
	}
	return 0;
}

static int set(struct loop_watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};
	int how = !events ? EPOLL_CTL_DEL : watch->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	if (events == watch->events)
		return 0;
	watch->events = events;
	return epoll_ctl(watch->loop->epoll, how, watch->fd, &event);
}

static void put_first(struct loop_watch **list, struct loop_watch *watch)
{
	watch->previous = NULL;
	watch->next = *list;
	if (*list)
		(*list)->previous = watch;
	*list = watch;
}

static void take_out(struct loop_watch **list, struct loop_watch *watch)
{
	*(watch->previous ? &watch->previous->next : list) = watch->next;
	if (watch->next)
		watch->next->previous = watch->previous;
}

struct loop_watch *loop_watch(struct loop *loop, int fd, uint32_t events, void (*ready)(void *context, uint32_t events),
			      void *context, struct err *err)
{
	cleanup_free struct loop_watch *watch = calloc(1, sizeof *watch);
	if (watch)
		*watch = (struct loop_watch){.loop = loop, .fd = fd, .ready = ready, .context = context};
	if (!watch || set(watch, events))
		return err_system(err, EX_OSERR, "cannot watch a descriptor"), NULL;
	put_first(&loop->watches, watch);
	return steal(&watch);
}

void loop_change(struct loop_watch *watch, uint32_t events)
{
	set(watch, events);
}

void loop_unwatch(struct loop_watch *watch)
{
	if (!watch)
		return;
	struct loop *loop = watch->loop;
	set(watch, 0);
	take_out(&loop->watches, watch);
	watch->is_gone = true;
	if (loop->depth)
		put_first(&loop->gone, watch);
	else
		free(watch);
}

struct loop_timer *loop_after(struct loop *loop, unsigned milliseconds, void (*due)(void *context), void *context,
			      struct err *err)
{
	cleanup_free struct loop_timer *timer = calloc(1, sizeof *timer);
	if (!timer)
		return err_system(err, EX_OSERR, "timer"), NULL;
	*timer = (struct loop_timer){
		.at = loop_now() + (milliseconds ? milliseconds : 1), .due = due, .context = context};
	if (loop_timers_add(&loop->timers, timer, err))
		return NULL;
	arm(loop);
	return steal(&timer);
}

void loop_cancel(struct loop_timer *timer)
{
	if (!timer)
		return;
	loop_timers_remove(timer);
	free(timer);
}
