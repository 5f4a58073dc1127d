#include "front_connection.h"

#include "cleanup.h"

#include <sys/socket.h>

static void close_end(struct front_end *end)
{
	loop_unwatch(end->watch);
	cleanup_fd_at(&end->fd);
	bytes_free(&end->held);
	*end = (struct front_end){.fd = -1};
}

void front_connection_drop_server(struct front_connection *c)
{
	close_end(&c->server);
	bytes_free(&c->head);
	c->head_looked = 0;
}

static void release(struct front_connection *c)
{
	if (!c->depth && c->is_gone)
		free(c);
}

void front_connection_free(struct front_connection *c)
{
	struct front *front = c->front;
	if (c->is_gone)
		return;
	*(c->previous ? &c->previous->next : &front->connections) = c->next;
	if (c->next)
		c->next->previous = c->previous;
	front_connection_drop_server(c);
	close_end(&c->client);
	bytes_free(&c->in);
	loop_cancel(c->timer);
	c->timer = NULL;
	c->is_gone = true;
	front_has_room(front);
	release(c);
}

void front_connection_abort(struct front_connection *c)
{
	if (c->client.fd >= 0)
		setsockopt(c->client.fd, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
	front_connection_free(c);
}

/* Who waits for a backend has the time that it takes; who holds one up has not. */
static unsigned patience(const struct front_connection *c)
{
	const struct front_settings *settings = &c->front->settings;
	unsigned stall = settings->stall_seconds ? settings->stall_seconds : FRONT_STALL_SECONDS;
	bool is_to_send = c->state == FRONT_EXCHANGE && !http_body_is_over(&c->request) && !front_holds(&c->server);
	if (front_holds(&c->client) || is_to_send)
		return settings->silent_seconds && settings->silent_seconds < stall ? settings->silent_seconds : stall;
	return c->state == FRONT_RAW ? 0 : settings->silent_seconds;
}

void front_connection_moved(struct front_connection *c)
{
	if (c->is_gone)
		return;
	if (c->state == FRONT_EXCHANGE || c->state == FRONT_RAW || front_holds(&c->client))
		front_connection_deadline(c, patience(c));
	else if (c->state == FRONT_LINGER)
		front_connection_deadline(c, FRONT_LINGER_SECONDS);
	else if (c->state == FRONT_WAITING && !c->in.size)
		front_connection_deadline(c, FRONT_IDLE_SECONDS);
}

void front_connection_finish(struct front_connection *c)
{
	front_connection_drop_server(c);
	bytes_free(&c->in);
	c->state = FRONT_LINGER;
	c->client.ends_after = true;
	front_flush(&c->client);
	bool holds = front_holds(&c->client);
	if (c->client.is_deaf || (c->client.is_over && !holds))
		front_connection_free(c);
	else
		front_connection_moved(c);
}

bool front_connection_is_idle(const struct front_connection *c)
{
	return c->state == FRONT_WAITING && !c->in.size && !front_holds(&c->client);
}

void front_connection_log(struct front_connection *c, const char *what, const char *why)
{
	char text[FRONT_LOG_SIZE];
	snprintf(text, sizeof text, "%s: %s", what, why);
	front_log_add(&c->front->log, loop_now(), text);
}

/* What is due when nothing moved. */
static void run_out(struct front_connection *c)
{
	bool is_waiting = c->state == FRONT_WAITING, is_head = is_waiting && c->in.size && !front_holds(&c->client);
	bool is_body = c->state == FRONT_EXCHANGE && !http_body_is_over(&c->request) && !front_holds(&c->server);
	if (is_head)
		front_connection_log(c, "a request was refused", "its head took too long");
	else if (c->state == FRONT_EXCHANGE)
		front_connection_log(c, "a request was given up", "nothing moved for too long");
	if (is_head || (c->state == FRONT_EXCHANGE && !c->is_answer_begun))
		front_refuse(c, is_head || is_body ? 408 : 504,
			     is_head || is_body ? "The request took too long" : "Nothing moved for too long");
	else if (is_waiting && !front_holds(&c->client))
		front_connection_free(c);
	else
		front_connection_abort(c);
}

static void ring(void *context)
{
	struct front_connection *c = context;
	c->timer = NULL;
	c->depth++;
	if (c->deadline && c->deadline <= loop_now())
		run_out(c);
	else
		front_connection_arm(c);
	front_connection_update(c, 0);
	c->depth--;
	release(c);
}

/* A timer that rings too early is set again then, so that none is set for every movement. */
void front_connection_arm(struct front_connection *c)
{
	struct err err;
	if (!c->deadline || (c->timer && c->rings <= c->deadline))
		return;
	int64_t left = c->deadline - loop_now();
	loop_cancel(c->timer);
	c->rings = c->deadline;
	c->timer = loop_after(c->front->loop, left > 0 ? (unsigned)left : 0, ring, c, &err);
}

void front_connection_deadline(struct front_connection *c, unsigned seconds)
{
	c->deadline = seconds ? loop_now() + (int64_t)seconds * 1000 : 0;
	if (!c->is_gone)
		front_connection_arm(c);
}
