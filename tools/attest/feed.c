#include "feed.h"

#include "cleanup.h"

#include <sys/epoll.h>

struct feed {
	struct loop *loop;
	int fd;
	const struct feed_handler *handler;
	void *context;
	struct loop_watch *watch; /* NULL: a file, for which nobody can wait */
	struct loop_timer *timer; /* then: its turn comes */
	bool is_paused, is_over;
	char data[FEED_SIZE];
};

static void plan(struct feed *feed);

static void fail(struct feed *feed, const struct err *err)
{
	feed->is_over = true;
	plan(feed);
	feed->handler->failed(feed->context, err);
}

static void take(struct feed *feed)
{
	struct err err;
	ssize_t size = read(feed->fd, feed->data, sizeof feed->data);
	if (size < 0 && (errno == EINTR || errno == EAGAIN)) {
		plan(feed);
		return;
	}
	if (size < 0) {
		err_system(&err, EX_IOERR, "cannot read");
		fail(feed, &err);
		return;
	}
	feed->is_over = !size;
	plan(feed);
	feed->handler->data(feed->context, feed->data, (size_t)size);
}

static void ready(void *context, uint32_t events)
{
	struct feed *feed = context;
	(void)events;
	if (!feed->is_paused && !feed->is_over)
		take(feed);
}

static void due(void *context)
{
	struct feed *feed = context;
	feed->timer = NULL;
	ready(context, 0);
}

/* Says to the loop whether there is anything to wait for. */
static void plan(struct feed *feed)
{
	struct err err;
	bool waits = !feed->is_paused && !feed->is_over;
	if (feed->watch) {
		loop_change(feed->watch, waits ? EPOLLIN : 0);
		return;
	}
	if (feed->timer || !waits)
		return;
	feed->timer = loop_after(feed->loop, 0, due, feed, &err);
	if (!feed->timer)
		fail(feed, &err);
}

struct feed *feed_new(struct loop *loop, int fd, const struct feed_handler *handler, void *context, struct err *err)
{
	struct err none;
	struct feed *feed = calloc(1, sizeof *feed);
	if (!feed)
		return err_system(err, EX_OSERR, "memory"), NULL;
	*feed = (struct feed){.loop = loop, .fd = fd, .handler = handler, .context = context};
	feed->watch = loop_watch(loop, fd, EPOLLIN, ready, feed, &none);
	plan(feed);
	return feed;
}

void feed_free(struct feed *feed)
{
	if (!feed)
		return;
	loop_unwatch(feed->watch);
	loop_cancel(feed->timer);
	free(feed);
}

void feed_pause(struct feed *feed, bool is_paused)
{
	feed->is_paused = is_paused;
	plan(feed);
}
