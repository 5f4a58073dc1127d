#include "endpoint_state.h"

#include "http_head.h"

#include <string.h>

static struct request *find(const struct endpoint *endpoint, struct view id)
{
	struct request *request = endpoint->requests;
	while (request && !view_is(request->id, id))
		request = request->next;
	return request;
}

static void keep_body(struct request *request, size_t size)
{
	endpoint_keep(request->endpoint, size, request->kept_body);
	request->kept_body = size;
}

void request_end(struct request *request)
{
	struct endpoint *endpoint = request->endpoint;
	if (request->call)
		backend_drop(request->call);
	loop_cancel(request->timer);
	keep_body(request, 0);
	endpoint_keep(endpoint, 0, request->is_streamed ? 0 : request->body.size);
	*request->before = request->next;
	if (request->next)
		request->next->before = request->before;
	endpoint->request_count--;
	endpoint->all->request_count--;
	kept_head_free(&request->head);
	bytes_free(&request->body);
	free(request);
	endpoint_flow(endpoint);
	if (!endpoint->is_ending)
		endpoint_quiet(endpoint);
}

static const char *status_name(int status)
{
	static const struct {
		int status;
		const char *name;
	} names[] = {
		{400, "Bad Request"},           {413, "Content Too Large"},   {429, "Too Many Requests"},
		{502, "Bad Gateway"},           {503, "Service Unavailable"}, {504, "Gateway Timeout"},
		{500, "Internal Server Error"},
	};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].status == status)
			return names[i].name;
	return "";
}

void request_refuse(struct endpoint *endpoint, struct view id, int status, const char *error)
{
	struct err err;
	char line[300];
	struct message message = {.type = HTTP_RESPONSE, .id = id, .status = status};
	message.status_text = view_of(status_name(status), strlen(status_name(status)));
	message.error = view_of(error, strlen(error));
	message.body = (struct content){CONTENT_TEXT, view_of_literal("")};
	snprintf(line, sizeof line, "a request was answered with %d: %.200s", status, error);
	tally_note(endpoint->all->settings.tally, false, line);
	if (endpoint_send(endpoint, &message, &err))
		endpoint_fail(endpoint, &err);
}

/* In the middle of a stream a status cannot be said any more. */
void request_fail(struct request *request, int status, const char *error)
{
	struct endpoint *endpoint = request->endpoint;
	struct err err;
	char line[300];
	if (request->is_streamed) {
		struct message message = {.type = HTTP_CANCEL, .id = request->id};
		message.reason = view_of(error, strlen(error));
		snprintf(line, sizeof line, "an answer was cut off: %.200s", error);
		tally_note(endpoint->all->settings.tally, false, line);
		if (endpoint_send(endpoint, &message, &err))
			endpoint_fail(endpoint, &err);
	} else {
		request_refuse(endpoint, request->id, status, error);
	}
	if (!endpoint->is_ending) /* else it is gone already */
		request_end(request);
}

static void overdue(void *context)
{
	struct request *request = context;
	request->timer = NULL;
	request_fail(request, 504, "no answer within the request's timeout");
}

static struct request *request_new(struct endpoint *endpoint, const struct message *message)
{
	struct err err;
	struct request *request = calloc(1, sizeof *request), **at = &endpoint->requests;
	if (!request)
		return NULL;
	while (*at)
		at = &(*at)->next;
	*request = (struct request){.endpoint = endpoint, .before = at};
	*at = request;
	endpoint->request_count++;
	endpoint->all->request_count++;
	memcpy(request->id_bytes, message->id.data, message->id.size);
	request->id = view_of(request->id_bytes, message->id.size);
	request->is_to_head = view_is(message->method, view_of_literal("HEAD"));
	request->credit = request->answer_credit = ENDPOINT_WINDOW;
	unsigned timeout = message->timeout < ENDPOINT_TIMEOUT ? message->timeout : ENDPOINT_TIMEOUT;
	if (timeout)
		request->timer = loop_after(endpoint->all->settings.loop, timeout, overdue, request, &err);
	return request;
}

/* Of a body in chunks: what the client says, if it is a number. */
static int64_t announced(const struct message *message)
{
	int64_t size = -1;
	for (size_t i = 0; i < message->header_count; i++) {
		struct view value = message->headers[i].value;
		if (!http_same(message->headers[i].name, "content-length"))
			continue;
		if (!value.size || value.size > 15 || size >= 0)
			return -1;
		size = 0;
		for (size_t k = 0; k < value.size; k++) {
			if (value.data[k] < '0' || value.data[k] > '9')
				return -1;
			size = 10 * size + value.data[k] - '0';
		}
	}
	return size;
}

/* spec: RFC 9110 8.6: these say how long their body is even when there is none. */
static bool always_has_body(struct view method)
{
	return view_is(method, view_of_literal("POST")) || view_is(method, view_of_literal("PUT")) ||
	       view_is(method, view_of_literal("PATCH"));
}

static int call(struct request *request, const struct message *message, struct err *err)
{
	struct endpoint *endpoint = request->endpoint;
	cleanup_free char *target = malloc(message->url.size + 2);
	cleanup_free struct message_header *headers =
		calloc(message->header_count + FORWARDED_HEADERS, sizeof *headers);
	if (!target || !headers)
		return err_system(err, EX_OSERR, "request");
	bool has_body = message->is_streamed || message->body.kind != CONTENT_NONE;
	struct backend_request asked = {
		.method = message->method,
		.target = forwarded_target(message->url, target),
		.headers = headers,
		.has_body = has_body || always_has_body(message->method),
		.body_size = message->is_streamed ? announced(message) : (int64_t)message->body.bytes.size,
	};
	if (!asked.target.data)
		return err_bad(err, "url: neither a path nor an absolute URL");
	asked.header_count = forwarded_headers(&endpoint->forwarded, message->headers, message->header_count, headers);
	request->call = backend_begin(endpoint->all->settings.backend, &asked, &request_handler, request, err);
	return request->call ? 0 : -1;
}

static void fail_by(struct request *request, const struct err *err)
{
	int status = err->status == STATUS_BAD ? 400 : err->status == EX_TEMPFAIL ? 502 : 500;
	request_fail(request, status, err->text);
}

/* Gives bytes to the backend. 0, or -1: the request has failed. */
static int feed(struct request *request, struct view data)
{
	struct err err;
	int status = backend_send(request->call, data.data, data.size, &err);
	if (status < 0) {
		fail_by(request, &err);
		return -1;
	}
	request->is_full = status == 1;
	return 0;
}

static const char *refusal(const struct endpoint *endpoint, int *status)
{
	const struct endpoints *all = endpoint->all;
	size_t cap = all->settings.all_requests;
	bool has_many = cap && all->request_count >= cap && endpoint->request_count;
	bool is_draining = all->is_draining, is_full = has_many || endpoints_are_full(all);
	*status = is_draining || is_full ? 503 : 429;
	if (is_draining || is_full)
		return is_draining ? "the server is going away" : "the server has no room: try again later";
	return endpoint->request_count >= all->settings.requests ? "too many requests at once" : NULL;
}

void request_begin(struct endpoint *endpoint, const struct message *message)
{
	struct err err;
	int status;
	if (find(endpoint, message->id)) {
		endpoint_strange(endpoint, "http_request: its requestId is another's");
		return;
	}
	const char *why = refusal(endpoint, &status);
	struct request *request = why ? NULL : request_new(endpoint, message);
	if (!request) {
		request_refuse(endpoint, message->id, why ? status : 503, why ? why : "out of memory");
		return;
	}
	if (call(request, message, &err)) {
		fail_by(request, &err);
		return;
	}
	request->is_body_open = message->is_streamed;
	if (message->is_streamed)
		return;
	if (message->body.bytes.size && feed(request, message->body.bytes))
		return;
	if (request->is_full)
		keep_body(request, message->body.bytes.size);
	backend_finish(request->call);
	endpoint_flow(endpoint);
}

/* Gives credit back when it is worth a message. */
static void pay(struct request *request)
{
	struct err err;
	struct message message = {.type = HTTP_WINDOW, .id = request->id, .credit = (uint32_t)request->owed};
	if (request->is_full || !request->is_body_open || request->owed < ENDPOINT_WINDOW / 4)
		return;
	request->credit += request->owed;
	request->owed = 0;
	if (endpoint_send(request->endpoint, &message, &err))
		endpoint_fail(request->endpoint, &err);
}

/* docs/tunnel-protocol.md, "Bodies in chunks" */
void request_chunk(struct endpoint *endpoint, const struct message *message)
{
	struct request *request = find(endpoint, message->id);
	struct view data = message->body.bytes;
	if (!request)
		return;
	if (!request->is_body_open) {
		endpoint_end(endpoint, 1002, "http_chunk: of a body that is complete");
		return;
	}
	if (data.size > request->credit) {
		endpoint_end(endpoint, 1008, "http_chunk: more than there was credit for");
		return;
	}
	request->credit -= data.size;
	request->is_body_open = !message->is_last;
	if (!request->call) /* the backend has answered without the rest */
		return;
	if (data.size && feed(request, data))
		return;
	if (message->is_last)
		backend_finish(request->call);
	request->owed += data.size;
	keep_body(request, request->is_full ? request->owed : 0);
	pay(request);
	endpoint_flow(endpoint);
}

void request_window(struct endpoint *endpoint, const struct message *message)
{
	struct request *request = find(endpoint, message->id);
	if (!request)
		return;
	if (message->credit > MESSAGE_CREDIT - request->answer_credit) {
		endpoint_end(endpoint, 1008, "http_window: more credit than may be");
		return;
	}
	request->answer_credit += message->credit;
	if (request->is_streamed)
		answer_continue(request);
}

void request_cancel(struct endpoint *endpoint, const struct message *message)
{
	struct request *request = find(endpoint, message->id);
	if (request)
		request_end(request);
}

void requests_flow(struct endpoint *endpoint)
{
	for (struct request *request = endpoint->requests; request; request = request->next) {
		bool is_paused = endpoint->is_choked || !answer_may_go_on(request);
		if (request->call && request->is_paused != is_paused)
			backend_pause(request->call, is_paused);
		request->is_paused = is_paused;
	}
}

void request_writable(struct request *request)
{
	struct endpoint *endpoint = request->endpoint;
	request->is_full = false;
	keep_body(request, 0);
	pay(request);
	endpoint_flow(endpoint);
}
