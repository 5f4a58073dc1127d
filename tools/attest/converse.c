#include "converse.h"

#include "base64.h"
#include "file.h"
#include "json.h"

#include <string.h>
#include <sys/epoll.h>

void converse_free(struct converse *converse)
{
	feed_free(converse->feed);
	loop_unwatch(converse->reader);
	bytes_free(&converse->line);
	bytes_free(&converse->reason);
	tunnel_session_free(&converse->session);
}

int converse_status(int code)
{
	switch (code) {
	case 1000:
	case 1001:
	case 1005:
		return STATUS_OK;
	case 1002:
	case 1003:
	case 1007:
	case 1009:
	case 1010:
		return STATUS_BAD;
	case 1008:
		return STATUS_FALSE;
	default:
		return code >= 3000 ? STATUS_FALSE : EX_TEMPFAIL;
	}
}

static void stop(struct converse *converse, const struct err *err)
{
	converse->socket = NULL;
	feed_free(steal(&converse->feed));
	loop_unwatch(steal(&converse->reader));
	loop_cancel(steal(&converse->timer));
	tunnel_session_end(&converse->session, err);
}

/* Nothing more is to be said or heard; the server's answer to that ends the tunnel. */
static void close_it(struct converse *converse)
{
	feed_free(steal(&converse->feed));
	loop_unwatch(steal(&converse->reader));
	loop_cancel(steal(&converse->timer));
	if (converse->socket)
		tunnel_socket_close(converse->socket, 1000, view_of(NULL, 0));
}

static void silent(void *context)
{
	struct converse *converse = context;
	converse->timer = NULL;
	close_it(converse);
}

static void wait_on(struct converse *converse)
{
	struct err err;
	loop_cancel(steal(&converse->timer));
	if (!converse->is_at_end)
		return;
	converse->timer = loop_after(converse->session.loop, 1000 * converse->linger, silent, converse, &err);
	if (!converse->timer)
		stop(converse, &err);
}

/* The output. */

static int add_json(const uint8_t *data, size_t size, bool is_binary, struct bytes *into, struct err *err)
{
	cleanup_json struct json *json = json_object();
	cleanup_bytes struct bytes text = {0};
	bool is_text = !is_binary && !(size && memchr(data, 0, size));
	if (is_text ? bytes_add(&text, data, size, err) : base64_write(data, size, &text, err))
		return -1;
	json_set(json, is_text ? "text" : "base64", json_string(text.data ? text.data : ""));
	return json_write(json, false, into, err);
}

static void take_message(void *context, uint8_t *data, size_t size, bool is_binary)
{
	struct err err;
	struct converse *converse = context;
	cleanup_bytes struct bytes text = {0};
	if ((converse->is_json ? add_json(data, size, is_binary, &text, &err) : bytes_add(&text, data, size, &err)) ||
	    bytes_add(&text, &converse->separator, 1, &err)) {
		stop(converse, &err);
		return;
	}
	if (!file_write(converse->out, text.data, text.size, &err)) {
		wait_on(converse);
		return;
	}
	if (errno == EPIPE) /* whoever read has read enough */
		close_it(converse);
	else
		stop(converse, &err);
}

static void reader_gone(void *context, uint32_t events)
{
	if (events & (EPOLLERR | EPOLLHUP))
		close_it(context);
}

/* The input. */

static int say(struct converse *converse, const char *data, size_t size, struct err *err)
{
	return tunnel_socket_send(converse->socket, view_of(data, size), converse->is_binary, err);
}

/* Each whole message of what was read; what is left is the beginning of one. 1: wait. */
static int say_lines(struct converse *converse, struct err *err)
{
	struct bytes *line = &converse->line;
	size_t at = 0;
	int full = 0;
	while (full >= 0 && converse->socket && !converse->is_one) {
		const char *end =
			line->size > at ? memchr(line->data + at, converse->separator, line->size - at) : NULL;
		if (!end)
			break;
		full = say(converse, line->data + at, (size_t)(end - line->data) - at, err);
		at = (size_t)(end - line->data) + 1;
	}
	if (at)
		memmove(line->data, line->data + at, line->size - at);
	line->size -= at;
	if (full >= 0 && line->size > CONVERSE_CAP)
		return err_bad(err, "standard input: a message of more than %d bytes", CONVERSE_CAP);
	return full;
}

static int finish(struct converse *converse, struct err *err)
{
	bool is_left = converse->line.size || converse->is_one;
	converse->is_at_end = true;
	return is_left && converse->socket && say(converse, converse->line.data, converse->line.size, err) < 0 ? -1 : 0;
}

static void take_fed(void *context, const char *data, size_t size)
{
	struct err err;
	struct converse *converse = context;
	int full = size ? bytes_add(&converse->line, data, size, &err) : finish(converse, &err);
	if (!full && size)
		full = say_lines(converse, &err);
	if (full < 0)
		stop(converse, &err);
	else if (full && converse->feed)
		feed_pause(converse->feed, true);
	else if (!size && converse->socket)
		wait_on(converse);
}

static void take_unfed(void *context, const struct err *err)
{
	struct err failure = *err;
	err_prefix(&failure, "standard input");
	stop(context, &failure);
}

static const struct feed_handler feed_handler = {take_fed, take_unfed};

/* The WebSocket. */

static void socket_opened(void *context)
{
	struct err err;
	struct converse *converse = context;
	converse->feed = feed_new(converse->session.loop, converse->in, &feed_handler, converse, &err);
	if (!converse->feed) {
		stop(converse, &err);
		return;
	}
	/* Of what cannot be waited for nobody can go away. */
	converse->reader = loop_watch(converse->session.loop, converse->out, EPOLLPRI, reader_gone, converse, &err);
}

static void socket_drained(void *context)
{
	struct converse *converse = context;
	if (converse->feed && !converse->is_at_end)
		feed_pause(converse->feed, false);
	else
		wait_on(converse);
}

static void socket_closed(void *context, int code, struct view reason)
{
	struct err err;
	struct converse *converse = context;
	converse->socket = NULL;
	converse->code = code;
	if (bytes_add(&converse->reason, reason.data, reason.size, &err))
		stop(converse, &err);
	else
		stop(converse, NULL);
}

static const struct websocket_handler handler = {socket_opened, take_message, socket_drained, socket_closed};

static void opened(void *context)
{
	struct err err;
	struct converse *converse = context;
	struct message connect = {
		.url = view_of(converse->target, strlen(converse->target)),
		.protocols = converse->protocols,
		.protocol_count = converse->protocol_count,
	};
	converse->socket = tunnel_socket_new(converse->session.client, &connect, &handler, converse, &err);
	if (!converse->socket)
		stop(converse, &err);
}

int converse_run(struct converse *converse, struct err *err)
{
	struct tunnel_session *session = &converse->session;
	session->opened = opened;
	session->context = converse;
	return tunnel_session_load(session, err) || tunnel_session_run(session, err) ? -1 : 0;
}
