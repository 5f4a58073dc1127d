#include "endpoint_state.h"

#include <string.h>

static void note(struct endpoint *endpoint, const char *what)
{
	tally_note(endpoint->all->settings.tally, false, what);
}

static struct bytes with_headroom(struct err *err)
{
	static const char room[WEBSOCKET_HEADROOM];
	struct bytes bytes = {0};
	bytes_add(&bytes, room, sizeof room, err);
	return bytes;
}

/* Queues a frame that stands behind its headroom. */
static int send_frame(struct endpoint *endpoint, struct bytes *frame, struct err *err)
{
	if (websocket_send(endpoint->websocket, frame, true, err))
		return -1;
	if (websocket_is_full(endpoint->websocket) && !endpoint->is_choked) {
		endpoint->is_choked = true;
		endpoint_flow(endpoint);
	}
	return 0;
}

int endpoint_send(struct endpoint *endpoint, const struct message *message, struct err *err)
{
	if (endpoint->is_ending)
		return 0;
	cleanup_bytes struct bytes frame = with_headroom(err);
	if (!frame.size || channel_seal(endpoint->channel, message, &frame, err))
		return -1;
	return send_frame(endpoint, &frame, err);
}

/* What waits for something that will not come to be. */
static void drop_all(struct endpoint *endpoint)
{
	loop_cancel(endpoint->handshake);
	offers_drop(endpoint->call);
	offer_drop(endpoint->offer);
	endpoint->handshake = NULL;
	endpoint->call = NULL;
	endpoint->offer = NULL;
	while (endpoint->requests)
		request_end(endpoint->requests);
	for (struct inner *inner = endpoint->inners; inner; inner = inner->next)
		inner_end(inner, 1001, "the tunnel ended");
}

/* With endpoint->is_ending set, in whatever is called from here nothing ends it again. */
static void leave(struct endpoint *endpoint, int code, const char *reason)
{
	if (endpoint->is_ending)
		return;
	endpoint->is_ending = true;
	drop_all(endpoint);
	websocket_close(endpoint->websocket, code, view_of(reason, strlen(reason)));
}

void endpoint_end(struct endpoint *endpoint, int code, const char *reason)
{
	char line[300];
	if (endpoint->is_ending)
		return;
	snprintf(line, sizeof line, "a tunnel was closed (%d): %.200s", code, reason);
	note(endpoint, line);
	leave(endpoint, code, reason);
}

/* docs/tunnel-protocol.md, "Limits and refusals" */
void endpoint_fail(struct endpoint *endpoint, const struct err *err)
{
	endpoint_end(endpoint, err->status == EX_TEMPFAIL ? 1013 : 1011, err->text);
}

void endpoint_strange(struct endpoint *endpoint, const char *what)
{
	char line[300];
	snprintf(line, sizeof line, "ignored of a tunnel: %.200s", what);
	note(endpoint, line);
	if (++endpoint->strange >= ENDPOINT_STRANGE)
		endpoint_end(endpoint, 1008, "too many messages that make no sense");
}

void endpoint_keep(struct endpoint *endpoint, size_t more, size_t less)
{
	endpoint->kept += more - less;
	endpoint->all->kept += more - less;
}

bool endpoints_are_full(const struct endpoints *all)
{
	size_t cap = all->settings.kept_cap;
	return cap && all->kept + websockets_queued(all->settings.websockets) > cap;
}

void endpoint_flow(struct endpoint *endpoint)
{
	if (endpoint->is_ending)
		return;
	bool is_over = endpoint->kept > endpoint->all->settings.memory;
	websocket_pause(endpoint->websocket, endpoint->is_choked || is_over || endpoint->inners_full);
	requests_flow(endpoint);
	inners_flow(endpoint);
}

void endpoint_quiet(struct endpoint *endpoint)
{
	if (endpoint->all->is_draining && !endpoint->request_count && !endpoint->inner_count)
		leave(endpoint, 1001, "the server is going away");
}

static void handshake_overdue(void *context)
{
	struct endpoint *endpoint = context;
	endpoint->handshake = NULL;
	endpoint_end(endpoint, 1008, "no handshake in time");
}

/* Sends server_kx, with the key that its quote is of. */
static void offer(struct endpoint *endpoint)
{
	struct err err;
	const struct tunnel_evidence *evidence = &endpoint->offer->evidence;
	struct message message = {.type = SERVER_KX};
	cleanup_bytes struct bytes frame = with_headroom(&err);
	message.quote = view_of(evidence->quote.data, evidence->quote.size);
	message.event_log = view_of(evidence->event_log.data, evidence->event_log.size);
	message.vm_config = view_of(evidence->vm_config.data, evidence->vm_config.size);
	channel_rekey(endpoint->channel, endpoint->offer->key);
	if (!frame.size || channel_offer(endpoint->channel, &message, &frame, &err) ||
	    send_frame(endpoint, &frame, &err))
		endpoint_fail(endpoint, &err);
}

/* spec: tunnel-spec.md 1.1: a server without a quote closes with 1011. */
static void no_offer(struct endpoint *endpoint, bool is_rationed, const struct err *err)
{
	char line[300];
	snprintf(line, sizeof line, "no quote: %.200s", err->text);
	tally_note(endpoint->all->settings.tally, !is_rationed, line);
	leave(endpoint, 1011, is_rationed ? err->text : "the server has no quote");
}

static void offer_done(void *context, struct offer *made, const struct err *err)
{
	struct endpoint *endpoint = context;
	endpoint->call = NULL;
	if (!made) {
		no_offer(endpoint, false, err);
		return;
	}
	offer_hold(made);
	offer_drop(endpoint->offer);
	endpoint->offer = made;
	offer(endpoint);
}

/* client_kx_ready. The one that comes again gets the same answer; so does one with another nonce, since a channel
 * offers one key, and its quote was made for the first. */
static void asked(struct endpoint *endpoint)
{
	struct err err;
	struct view nonce = endpoint->taken.message.nonce;
	struct offers *offers = endpoint->all->settings.offers;
	struct offer *ready = nonce.data ? NULL : offers_ready(offers);
	if (endpoint->call)
		return;
	if (!endpoint->offer && ready) {
		offer_hold(ready);
		endpoint->offer = ready;
	}
	if (endpoint->offer) {
		offer(endpoint);
		return;
	}
	endpoint->call = offers_ask(offers, nonce.data, offer_done, endpoint, &err);
	if (!endpoint->call) /* a question that is not even put may be too much for now */
		no_offer(endpoint, err.status == EX_TEMPFAIL, &err);
}

static void opened(struct endpoint *endpoint)
{
	loop_cancel(endpoint->handshake);
	offer_drop(endpoint->offer);
	endpoint->handshake = NULL;
	endpoint->offer = NULL;
	websocket_settle(endpoint->websocket, channel_frame_cap(endpoint->channel));
}

static void payload(struct endpoint *endpoint)
{
	static void (*const takers[MESSAGE_TYPES])(struct endpoint *, const struct message *) = {
		[HTTP_REQUEST] = request_begin, [HTTP_CHUNK] = request_chunk, [HTTP_WINDOW] = request_window,
		[HTTP_CANCEL] = request_cancel, [WS_CONNECT] = inner_begin,   [WS_MESSAGE] = inner_message,
		[WS_CLOSE] = inner_close,
	};
	const struct message *message = &endpoint->taken.message;
	if (takers[message->type]) /* the channel lets no others through */
		takers[message->type](endpoint, message);
}

static void on_message(void *context, uint8_t *data, size_t size, bool is_binary)
{
	struct endpoint *endpoint = context;
	struct err err;
	if (endpoint->is_ending)
		return;
	if (!is_binary) {
		endpoint_strange(endpoint, "a text message");
		return;
	}
	switch (channel_take(endpoint->channel, data, size, &endpoint->taken, &err)) {
	case CHANNEL_IGNORED:
		endpoint_strange(endpoint, err.text);
		break;
	case CHANNEL_ASKED:
		asked(endpoint);
		break;
	case CHANNEL_OPENED:
		opened(endpoint);
		break;
	case CHANNEL_PAYLOAD:
		payload(endpoint);
		break;
	case CHANNEL_OVER:
		endpoint_end(endpoint, endpoint->taken.code, err.text);
		break;
	default:
		endpoint_end(endpoint, 1011, "out of memory");
	}
}

static void on_drained(void *context)
{
	struct endpoint *endpoint = context;
	endpoint->is_choked = false;
	endpoint_flow(endpoint);
}

static void all_gone(void *context)
{
	struct endpoints *all = context;
	all->done_timer = NULL;
	if (!all->count && all->done)
		all->done(all->context);
}

static void tell_when_gone(struct endpoints *all)
{
	struct err err;
	if (all->is_draining && !all->count && !all->done_timer)
		all->done_timer = loop_after(all->settings.loop, 0, all_gone, all, &err);
}

static void endpoint_free(struct endpoint *endpoint)
{
	endpoint->is_ending = true;
	drop_all(endpoint);
	/* Those that go on saying goodbye to the backend have no tunnel any more. */
	while (endpoint->inners) {
		struct inner *inner = endpoint->inners;
		endpoint->inners = inner->next;
		inner->endpoint = NULL;
	}
	*endpoint->before = endpoint->next;
	if (endpoint->next)
		endpoint->next->before = endpoint->before;
	endpoint->all->count--;
	tell_when_gone(endpoint->all);
	message_free(&endpoint->taken.message);
	channel_free(endpoint->channel);
	forwarded_free(&endpoint->forwarded);
	free(endpoint);
}

static void on_closed(void *context, int code, struct view reason)
{
	struct endpoint *endpoint = context;
	(void)code, (void)reason;
	endpoint_free(endpoint);
}

static const struct websocket_handler handler = {NULL, on_message, on_drained, on_closed};

static int endpoint_open(struct endpoint *endpoint, struct view read, struct err *err)
{
	const struct endpoints_settings *all = &endpoint->all->settings;
	struct channel_settings settings = {
		.role = CHANNEL_SERVER,
		.key = offers_key(all->offers, err),
		.only_version_2 = all->only_version_2,
		.sealed_cap = all->sealed_cap,
	};
	if (!settings.key || forwarded_read(read, &endpoint->forwarded, err))
		return -1;
	endpoint->channel = channel_new(&settings, err);
	endpoint->handshake = loop_after(all->loop, all->handshake_seconds * 1000, handshake_overdue, endpoint, err);
	return endpoint->channel && endpoint->handshake ? 0 : -1;
}

static struct endpoint *endpoint_new(struct endpoints *all, struct err *err)
{
	struct endpoint *endpoint = calloc(1, sizeof *endpoint);
	if (!endpoint) {
		err_system(err, EX_OSERR, "tunnel");
		return NULL;
	}
	endpoint->all = all;
	endpoint->next = all->first;
	endpoint->before = &all->first;
	if (endpoint->next)
		endpoint->next->before = &endpoint->next;
	all->first = endpoint;
	all->count++;
	return endpoint;
}

void endpoint_begin(struct endpoints *all, int fd, const void *read, size_t size)
{
	cleanup_fd int owned = fd;
	struct err err;
	struct endpoint *endpoint = all->is_draining ? NULL : endpoint_new(all, &err);
	struct websocket_settings settings = {&handler, endpoint, 0, ENDPOINT_QUEUE};
	if (all->is_draining)
		return;
	if (endpoint && !endpoint_open(endpoint, view_of(read, size), &err)) {
		settings.message_cap = channel_frame_cap(endpoint->channel);
		endpoint->websocket =
			websocket_adopt(all->settings.websockets, steal_fd(&owned), read, size, &settings, &err);
	}
	if (endpoint && endpoint->websocket)
		return;
	err_prefix(&err, "a tunnel was not taken");
	tally_note(all->settings.tally, false, err.text);
	if (endpoint)
		endpoint_free(endpoint);
}

struct endpoints *endpoints_new(const struct endpoints_settings *settings, struct err *err)
{
	struct endpoints *all = calloc(1, sizeof *all);
	if (all)
		all->settings = *settings;
	else
		err_system(err, EX_OSERR, "tunnels");
	return all;
}

void endpoints_free(struct endpoints *all)
{
	if (!all)
		return;
	loop_cancel(all->done_timer);
	free(all);
}

size_t endpoints_count(const struct endpoints *all)
{
	return all->count;
}

void endpoints_drain(struct endpoints *all, void (*done)(void *context), void *context)
{
	all->is_draining = true;
	all->done = done;
	all->context = context;
	for (struct endpoint *endpoint = all->first, *next; endpoint; endpoint = next) {
		next = endpoint->next; /* whatever ends here is freed later, by on_closed() */
		inners_leave(endpoint, 1001, "the server is going away");
		endpoint_quiet(endpoint);
	}
	tell_when_gone(all);
}

void endpoints_leave(struct endpoints *all)
{
	for (struct endpoint *endpoint = all->first; endpoint; endpoint = endpoint->next)
		leave(endpoint, 1001, "the server is going away");
}
