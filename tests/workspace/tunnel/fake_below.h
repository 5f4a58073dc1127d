/* An endpoint with nothing below it: backend, WebSockets, offers, the log and time are this file's, so that nothing of
 * the archive's is linked for them. At the other end is a client's channel, which takes what is sent at once. For tests
 * of the endpoint, and for its fuzzer: what the endpoint may not do to what is below it aborts.
 */
#ifndef TESTS_FAKE_BELOW_H
#define TESTS_FAKE_BELOW_H

#include "backend_request.h"
#include "channel_state.h"
#include "endpoint_state.h"
#include "hand.h"

struct loop_timer {
	struct loop_timer *next;
	int64_t due;
	void (*call)(void *context);
	void *context;
};

struct backend_call {
	struct backend_call *next; /* an older one */
	const struct backend_handler *handler;
	void *context;
	struct bytes head;
	size_t body;
	int64_t left;
	bool has_head, has_no_content; /* of its answer */
	bool is_finished, is_paused, is_full, is_gone;
};

struct websocket {
	struct websocket *next;
	struct websocket_settings settings;
	char *url;
	size_t messages, bytes;
	bool is_paused, is_full, is_closing, is_gone;
	int code;
	char reason[128];
};

struct offer_call {
	void (*done)(void *context, struct offer *offer, const struct err *err);
	void *context;
};

static struct below {
	struct endpoints *all;
	struct tunnel_key *key;
	struct offer offer;
	struct offer_call asked;
	bool is_asked, has_no_offer, is_rationed; /* there is no quote yet; nor will there be one */
	struct loop_timer *timers;
	int64_t now;
	char noted[300];
	size_t notes;

	struct websocket *outer, *inners; /* the newest first */
	bool has_no_app;                  /* nobody can be connected to */
	bool is_app_full;                 /* what is sent to it stays */
	struct backend_call *calls;
	size_t begun;
	size_t done; /* the drain's */

	/* The client, and what it has got. */
	struct channel *client;
	struct channel_taken taken;
	void (*on_message)(const struct message *message);
	size_t got[MESSAGE_TYPES], chunk_bytes, credit;
	size_t body;
	enum content_kind body_kind;
	int status, code;
	enum ws_event event;
	bool is_streamed, is_last;
	char error[128];
} below;

/* Time. */

struct loop_timer *loop_after(struct loop *loop, unsigned milliseconds, void (*due)(void *context), void *context,
			      struct err *err)
{
	struct loop_timer *timer = calloc(1, sizeof *timer);
	(void)loop, (void)err;
	hand_must(timer);
	*timer = (struct loop_timer){below.timers, below.now + milliseconds, due, context};
	below.timers = timer;
	return timer;
}

void loop_cancel(struct loop_timer *timer)
{
	struct loop_timer **at = &below.timers;
	if (!timer)
		return;
	while (*at != timer) {
		hand_must(*at); /* it was due, or is cancelled twice */
		at = &(*at)->next;
	}
	*at = timer->next;
	free(timer);
}

static inline void below_pass(int64_t milliseconds)
{
	below.now += milliseconds;
	for (struct loop_timer **at = &below.timers; *at;) {
		struct loop_timer timer = **at;
		if (timer.due > below.now) {
			at = &(*at)->next;
			continue;
		}
		loop_cancel(*at);
		timer.call(timer.context);
		at = &below.timers; /* anything may have changed */
	}
}

void tally_note(struct tally *tally, bool is_error, const char *text)
{
	(void)tally, (void)is_error;
	below.notes++;
	snprintf(below.noted, sizeof below.noted, "%s", text);
}

/* Offers: one, which is there or is waited for. */

void offer_hold(struct offer *offer)
{
	offer->holders++;
}

void offer_drop(struct offer *offer)
{
	hand_must(!offer || offer->holders--);
}

struct tunnel_key *offers_key(struct offers *offers, struct err *err)
{
	(void)offers, (void)err;
	return below.key;
}

struct offer *offers_ready(struct offers *offers)
{
	(void)offers;
	return below.has_no_offer ? NULL : &below.offer;
}

struct offer_call *offers_ask(struct offers *offers, const uint8_t *nonce,
			      void (*done)(void *context, struct offer *offer, const struct err *err), void *context,
			      struct err *err)
{
	(void)offers, (void)nonce;
	hand_must(!below.is_asked);
	if (below.is_rationed) {
		err_set(err, EX_TEMPFAIL, "too many quotes");
		return NULL;
	}
	below.asked = (struct offer_call){done, context};
	below.is_asked = true;
	return &below.asked;
}

void offers_drop(struct offer_call *call)
{
	hand_must(!call || below.is_asked);
	below.is_asked = call ? false : below.is_asked;
}

static inline void below_offer(struct offer *offer)
{
	struct err err = {0};
	err_set(&err, EX_TEMPFAIL, "the agent is away");
	hand_must(below.is_asked);
	below.is_asked = false;
	below.asked.done(below.asked.context, offer, &err);
}

/* The backend. */

struct backend_call *backend_begin(struct backend *backend, const struct backend_request *request,
				   const struct backend_handler *handler, void *context, struct err *err)
{
	struct backend_call *call = calloc(1, sizeof *call);
	(void)backend;
	hand_must(call);
	*call = (struct backend_call){
		.next = below.calls, .handler = handler, .context = context, .is_finished = !request->has_body};
	call->left = request->has_body ? request->body_size : 0;
	if (backend_request_write(request, "app", &call->head, err) ||
	    (below.has_no_app && err_set(err, EX_TEMPFAIL, "backend: cannot connect"))) {
		bytes_free(&call->head);
		free(call);
		return NULL;
	}
	hand_must(!bytes_add(&call->head, "", 1, err));
	below.calls = call;
	below.begun++;
	return call;
}

int backend_send(struct backend_call *call, const void *data, size_t size, struct err *err)
{
	hand_must(!call->is_gone && (data || !size));
	if (call->is_finished || (call->left >= 0 && (uint64_t)call->left < size))
		return err_bad(err, "more of a body than was announced");
	call->left -= call->left < 0 ? 0 : (int64_t)size;
	call->body += size;
	call->is_full |= below.is_app_full;
	return call->is_full;
}

void backend_finish(struct backend_call *call)
{
	hand_must(!call->is_gone);
	call->is_finished = true;
}

void backend_pause(struct backend_call *call, bool is_paused)
{
	hand_must(!call->is_gone);
	call->is_paused = is_paused;
}

void backend_drop(struct backend_call *call)
{
	hand_must(!call->is_gone);
	call->is_gone = true;
}

static inline void below_head(struct backend_call *call, int status, const struct message_header *headers, size_t count)
{
	struct message head = {.type = HTTP_RESPONSE,
			       .status = status,
			       .status_text = view_of_literal("Said"),
			       .headers = (struct message_header *)(uintptr_t)headers,
			       .header_count = count};
	call->has_head = true;
	call->has_no_content = status == 204 || status == 304 || !strncmp(call->head.data, "HEAD ", 5);
	call->handler->head(call->context, &head);
}

/* With the length that it says, or without (-1). */
static inline void below_answer(struct backend_call *call, int status, int64_t length)
{
	char text[24];
	snprintf(text, sizeof text, "%lld", (long long)length);
	const struct message_header header = {view_of_literal("Content-Length"), view_of(text, strlen(text))};
	below_head(call, status, &header, length >= 0);
}

static inline void below_data(struct backend_call *call, size_t size)
{
	uint8_t *data = malloc(size + 1);
	hand_must(data);
	memset(data, 'a', size);
	for (size_t at = 0; at < size && !call->is_gone; at += BACKEND_PIECE)
		call->handler->data(call->context, data + at, size - at < BACKEND_PIECE ? size - at : BACKEND_PIECE);
	free(data);
}

static inline void below_end(struct backend_call *call)
{
	if (call->is_gone) /* it was dropped */
		return;
	call->is_gone = true;
	call->handler->end(call->context);
}

static inline void below_failed(struct backend_call *call, bool is_silent, const char *why)
{
	struct err err = {0};
	if (call->is_gone)
		return;
	call->is_gone = true;
	err_set(&err, EX_TEMPFAIL, "%s", why);
	call->handler->failed(call->context, is_silent, &err);
}

static inline void below_writable(struct backend_call *call)
{
	call->is_full = false;
	call->handler->writable(call->context);
}

/* WebSockets: the client's, and those to the backend. */

static inline struct websocket *websocket_new(const struct websocket_settings *settings, const char *url)
{
	struct websocket *socket = calloc(1, sizeof *socket);
	hand_must(socket);
	socket->settings = *settings;
	socket->url = strdup(url);
	return socket;
}

struct websocket *websocket_adopt(struct websockets *all, int fd, const void *read, size_t size,
				  const struct websocket_settings *settings, struct err *err)
{
	(void)all, (void)fd, (void)read, (void)size, (void)err;
	return below.outer = websocket_new(settings, "");
}

struct websocket *websocket_connect(struct websockets *all, const struct websocket_target *target,
				    const struct websocket_settings *settings, struct err *err)
{
	(void)all;
	if (below.has_no_app) {
		err_set(err, EX_TEMPFAIL, "cannot connect");
		return NULL;
	}
	struct websocket *socket = websocket_new(settings, target->url);
	socket->next = below.inners;
	return below.inners = socket;
}

void websocket_settle(struct websocket *socket, size_t message_cap)
{
	socket->settings.message_cap = message_cap;
}

static inline void below_take(uint8_t *data, size_t size)
{
	struct err err;
	int result = channel_take(below.client, data, size, &below.taken, &err);
	const struct message *message = &below.taken.message;
	hand_must(result == CHANNEL_OFFERED || result == CHANNEL_PAYLOAD);
	below.got[message->type]++;
	below.status = message->status ? message->status : below.status;
	below.code = message->code ? message->code : below.code;
	below.event = message->event;
	below.is_streamed = message->is_streamed;
	below.credit += message->credit;
	below.body = message->body.bytes.size;
	below.body_kind = message->body.kind;
	below.chunk_bytes += message->type == HTTP_CHUNK ? below.body : 0;
	below.is_last = message->is_last;
	struct view why = message->error.size ? message->error : message->reason;
	snprintf(below.error, sizeof below.error, "%.*s", (int)why.size, why.size ? (const char *)why.data : "");
	if (below.on_message)
		below.on_message(message);
}

int websocket_send(struct websocket *socket, struct bytes *message, bool is_binary, struct err *err)
{
	(void)err;
	size_t size = message->size - WEBSOCKET_HEADROOM;
	hand_must(!socket->is_gone && message->size >= WEBSOCKET_HEADROOM);
	socket->messages++;
	socket->bytes += size;
	if (socket == below.outer) {
		hand_must(is_binary && !socket->is_closing);
		below_take((uint8_t *)message->data + WEBSOCKET_HEADROOM, size);
	}
	bytes_free(message);
	return 0;
}

size_t websockets_queued(const struct websockets *all)
{
	(void)all;
	return 0;
}

bool websocket_is_full(const struct websocket *socket)
{
	return socket->is_full;
}

void websocket_pause(struct websocket *socket, bool is_paused)
{
	hand_must(!socket->is_gone);
	socket->is_paused = is_paused;
}

void websocket_close(struct websocket *socket, int code, struct view reason)
{
	hand_must(!socket->is_gone && code >= 1000 && code <= 4999);
	if (socket->is_closing)
		return;
	socket->is_closing = true;
	socket->code = code;
	snprintf(socket->reason, sizeof socket->reason, "%.*s", (int)reason.size,
		 reason.size ? (const char *)reason.data : "");
}

static inline void below_closed(struct websocket *socket, int code, struct view reason)
{
	socket->is_gone = true;
	socket->settings.handler->closed(socket->settings.context, code, reason);
}

#endif
