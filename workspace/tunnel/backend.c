#include "backend.h"

#include "backend_call.h"
#include "backend_request.h"
#include "cleanup.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum {
	SILENT_MILLISECONDS = 60000,
	HEAD_CAP = 64 << 10, /* bytes of a request's head */
	KEPT_CAPACITY = 4096,
};

/* Takes the call out of everything; it is freed by whoever uses it last. */
static void detach(struct backend_call *call, bool is_kept)
{
	*(call->previous ? &call->previous->next : &call->backend->calls) = call->next;
	if (call->next)
		call->next->previous = call->previous;
	if (call->link && is_kept)
		backend_link_keep(call->link);
	else if (call->link)
		backend_link_close(call->link);
	call->link = NULL;
	loop_cancel(call->timer);
	call->timer = NULL;
	call->is_gone = true;
}

static void release(struct backend_call *call)
{
	if (call->depth || !call->is_gone)
		return;
	bytes_free(&call->out);
	bytes_free(&call->head);
	free(call);
}

void backend_call_end(struct backend_call *call, bool may_be_kept)
{
	bool is_sent = call->is_finished && call->sent == call->out.size && !call->is_deaf;
	detach(call, may_be_kept && is_sent && !call->is_last);
	call->handler->end(call->context);
	release(call);
}

void backend_call_fail(struct backend_call *call, const struct err *err)
{
	detach(call, false);
	call->handler->failed(call->context, call->was_silent, err);
	release(call);
}

void backend_drop(struct backend_call *call)
{
	detach(call, false);
	release(call);
}

static void update(struct backend_call *call)
{
	bool wants_out = call->sent < call->out.size && !call->is_deaf;
	loop_change(call->link->watch, (call->is_paused ? 0 : EPOLLIN) | (wants_out ? EPOLLOUT : 0));
}

/* What has been sent is kept for a repetition, or else dropped. */
static void forget_sent(struct backend_call *call)
{
	if (call->may_be_repeated || !call->out.size)
		return;
	if (call->is_deaf)
		call->sent = call->out.size;
	if (call->sent < call->out.size && call->sent < call->out.size / 2)
		return;
	call->out.size -= call->sent;
	memmove(call->out.data, call->out.data + call->sent, call->out.size);
	call->sent = 0;
	if (!call->out.size && call->out.capacity > KEPT_CAPACITY)
		bytes_free(&call->out);
}

/* Who cannot send may still read an answer that says why: that it is over is found by reading. */
static void go_deaf(struct backend_call *call)
{
	call->is_deaf = true;
	call->error = errno;
}

static void flush(struct backend_call *call)
{
	while (!call->is_deaf && call->sent < call->out.size) {
		ssize_t n =
			send(call->link->fd, call->out.data + call->sent, call->out.size - call->sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			go_deaf(call);
		call->sent += n < 0 ? 0 : (size_t)n;
		call->moved = loop_now();
	}
	forget_sent(call);
	update(call);
}

/* An idle connection was closed while we wrote: nothing has been done, or doing it twice is the same. */
static bool repeat(struct backend_call *call)
{
	struct err err;
	if (!call->may_be_repeated || !call->link->is_used)
		return false;
	struct backend_link *link = backend_link_take(&call->backend->pool, call, false, &err);
	if (!link)
		return false;
	backend_link_close(call->link);
	call->link = link;
	call->may_be_repeated = call->is_deaf = false;
	call->sent = 0;
	flush(call);
	return true;
}

/* Nothing of an answer: what sending said is the better reason. */
static void fail_connection(struct backend_call *call, int error)
{
	struct err err;
	errno = call->error ? call->error : error;
	err_system(&err, EX_TEMPFAIL, "backend: no answer");
	backend_call_fail(call, &err);
}

static void receive(struct backend_call *call)
{
	uint8_t *piece = call->backend->piece;
	ssize_t n = recv(call->link->fd, piece, BACKEND_PIECE, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 && repeat(call))
		return;
	bool has_begun = call->has_head || call->head.size;
	if (n <= 0 && !has_begun && (n < 0 || call->error)) {
		fail_connection(call, errno);
	} else if (n <= 0) {
		backend_call_cut(call, n == 0);
	} else {
		call->may_be_repeated = false;
		call->moved = loop_now();
		backend_call_feed(call, piece, (size_t)n);
	}
}

static void ready(struct backend_call *call, uint32_t events)
{
	call->depth++;
	if (events & (EPOLLOUT | EPOLLERR))
		flush(call);
	if (call->is_full && call->out.size - call->sent <= BACKEND_BUFFER / 2) {
		call->is_full = false;
		call->handler->writable(call->context);
	}
	if (!call->is_gone && (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) && !call->is_paused)
		receive(call);
	call->depth--;
	release(call);
}

static void watch_time(struct backend_call *call);

static void look_at_time(void *context)
{
	struct backend_call *call = context;
	struct err err;
	call->timer = NULL;
	if (call->is_paused)
		call->moved = loop_now();
	if (loop_now() - call->moved < call->silent) {
		watch_time(call);
		return;
	}
	call->was_silent = true;
	err_set(&err, EX_TEMPFAIL, "backend: silent for %u ms", call->silent);
	backend_call_fail(call, &err);
}

/* One timer for many movements: when it is due, it looks for how long there was none. */
static void watch_time(struct backend_call *call)
{
	struct err err;
	int64_t left = call->moved + call->silent - loop_now();
	call->timer = loop_after(call->backend->pool.loop, left > 0 ? (unsigned)left : 0, look_at_time, call, &err);
}

struct backend *backend_new(struct loop *loop, const struct backend_place *place, struct err *err)
{
	struct backend *backend = calloc(1, sizeof *backend);
	if (!backend)
		return err_system(err, EX_OSERR, "backend"), NULL;
	backend->pool = (struct backend_pool){.loop = loop, .place = place, .ready = ready};
	return backend;
}

void backend_drop_idle(struct backend *backend)
{
	backend_pool_drop_idle(&backend->pool);
}

void backend_free(struct backend *backend)
{
	if (!backend)
		return;
	while (backend->calls)
		backend_drop(backend->calls);
	backend_drop_idle(backend);
	free(backend);
}

static void link_in(struct backend_call *call)
{
	struct backend *backend = call->backend;
	call->next = backend->calls;
	if (call->next)
		call->next->previous = call;
	backend->calls = call;
}

static int begin(struct backend_call *call, const struct backend_request *request, struct err *err)
{
	struct backend_pool *pool = &call->backend->pool;
	if (backend_request_write(request, pool->place->authority, &call->out, err))
		return -1;
	if (call->out.size > HEAD_CAP)
		return err_bad(err, "a request's headers have more than %d bytes", HEAD_CAP);
	bool is_idempotent = backend_request_is_idempotent(request);
	call->may_be_repeated = is_idempotent && !request->has_body;
	call->link = backend_link_take(pool, call, true, err);
	return call->link ? 0 : err_prefix(err, "backend");
}

struct backend_call *backend_begin(struct backend *backend, const struct backend_request *request,
				   const struct backend_handler *handler, void *context, struct err *err)
{
	struct backend_call *call = calloc(1, sizeof *call);
	if (!call)
		return err_system(err, EX_OSERR, "request"), NULL;
	*call = (struct backend_call){
		.backend = backend,
		.handler = handler,
		.context = context,
		.left = request->has_body ? request->body_size : 0,
		.is_finished = !request->has_body,
		.is_to_head = view_is(request->method, view_of_literal("HEAD")),
		.silent = request->silent_milliseconds ? request->silent_milliseconds : SILENT_MILLISECONDS,
		.moved = loop_now(),
	};
	if (begin(call, request, err)) {
		call->is_gone = true;
		release(call);
		return NULL;
	}
	link_in(call);
	watch_time(call);
	flush(call);
	return call;
}

/* Sends what it can of these at once, and keeps the rest. */
static int push(struct backend_call *call, struct iovec *parts, size_t count, struct err *err)
{
	struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
	ssize_t sent = 0;
	if (call->is_deaf)
		return 0;
	if (call->sent == call->out.size) {
		sent = sendmsg(call->link->fd, &message, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN)
			go_deaf(call);
		call->moved = sent > 0 ? loop_now() : call->moved;
	}
	size_t skip = sent > 0 ? (size_t)sent : 0;
	for (size_t i = 0; i < count; i++) {
		size_t gone = skip < parts[i].iov_len ? skip : parts[i].iov_len;
		skip -= gone;
		if (gone < parts[i].iov_len &&
		    bytes_add(&call->out, (char *)parts[i].iov_base + gone, parts[i].iov_len - gone, err))
			return -1;
	}
	forget_sent(call);
	update(call);
	return 0;
}

static struct iovec part(const void *data, size_t size)
{
	return (struct iovec){(void *)(uintptr_t)data, size};
}

int backend_send(struct backend_call *call, const void *data, size_t size, struct err *err)
{
	char head[24];
	int n = call->left < 0 ? snprintf(head, sizeof head, "%zx\r\n", size) : 0;
	if (call->is_finished || (call->left >= 0 && (uint64_t)call->left < size))
		return err_bad(err, "more of a body than was announced");
	if (!size)
		return 0;
	call->left -= call->left < 0 ? 0 : (int64_t)size;
	struct iovec parts[] = {part(head, (size_t)n), part(data, size), part("\r\n", n ? 2 : 0)};
	if (push(call, parts, 3, err))
		return -1;
	call->is_full |= call->out.size - call->sent >= BACKEND_BUFFER;
	return call->is_full;
}

static void fail_short(void *context)
{
	struct backend_call *call = context;
	struct err err;
	call->timer = NULL;
	err_bad(&err, "less of a body than was announced");
	backend_call_fail(call, &err);
}

void backend_finish(struct backend_call *call)
{
	struct err err;
	struct iovec last = part("0\r\n\r\n", 5);
	if (call->is_finished)
		return;
	call->is_finished = true;
	if (call->left <= 0 && (!call->left || !push(call, &last, 1, &err)))
		return;
	loop_cancel(call->timer);
	call->timer = loop_after(call->backend->pool.loop, 0, fail_short, call, &err);
}

void backend_pause(struct backend_call *call, bool is_paused)
{
	if (call->is_paused && !is_paused)
		call->moved = loop_now();
	call->is_paused = is_paused;
	update(call);
}
