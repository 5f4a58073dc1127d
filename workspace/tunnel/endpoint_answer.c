#include "endpoint_state.h"

#include "http_head.h"

#include <string.h>

void kept_head_free(struct kept_head *head)
{
	free(head->block);
	free(head->headers);
	*head = (struct kept_head){0};
}

static struct view put(char **at, struct view text)
{
	struct view copy = view_of(*at, text.size);
	if (text.size)
		memcpy(*at, text.data, text.size);
	*at += text.size;
	return copy;
}

/* The backend's head is a view that ends with its callback. */
static int keep(struct kept_head *kept, const struct message *head)
{
	size_t size = head->status_text.size + 1;
	for (size_t i = 0; i < head->header_count; i++)
		size += head->headers[i].name.size + head->headers[i].value.size;
	char *at = kept->block = malloc(size);
	kept->headers = calloc(head->header_count + 1, sizeof *kept->headers);
	if (!at || !kept->headers)
		return -1;
	kept->status = head->status;
	kept->status_text = put(&at, head->status_text);
	kept->header_count = head->header_count;
	for (size_t i = 0; i < head->header_count; i++) {
		kept->headers[i].name = put(&at, head->headers[i].name);
		kept->headers[i].value = put(&at, head->headers[i].value);
	}
	return 0;
}

static struct message answer_of(struct request *request)
{
	const struct kept_head *head = &request->head;
	return (struct message){
		.type = HTTP_RESPONSE,
		.id = request->id,
		.status = head->status,
		.status_text = head->status_text,
		.headers = head->headers,
		.header_count = head->header_count,
	};
}

/* What the answer says of its length; -1: nothing. */
static int64_t length_of(const struct message *head)
{
	for (size_t i = 0; i < head->header_count; i++) {
		char text[20] = "";
		struct view value = head->headers[i].value;
		if (!http_same(head->headers[i].name, "content-length") || value.size >= sizeof text)
			continue;
		memcpy(text, value.data, value.size);
		return strtoll(text, NULL, 10);
	}
	return -1;
}

static size_t cap_of(const struct request *request)
{
	const struct endpoint *endpoint = request->endpoint;
	return endpoint->all->settings.sealed_cap - ENDPOINT_OVERHEAD;
}

static void too_large(struct request *request)
{
	char text[80];
	snprintf(text, sizeof text, "the answer is larger than %zu bytes", cap_of(request));
	request_fail(request, 502, text);
}

/* Sends a message of the answer. -1: the request is gone. */
static int say(struct request *request, const struct message *message)
{
	struct endpoint *endpoint = request->endpoint;
	struct err err;
	if (!endpoint_send(endpoint, message, &err))
		return 0;
	if (err.status == STATUS_BAD && message->type == HTTP_RESPONSE) {
		request->is_streamed = false;
		request_fail(request, 502, "the backend's answer cannot be sent");
	} else {
		endpoint_fail(endpoint, &err);
	}
	return -1;
}

/* spec: RFC 9110 15.3.5, 15.3.6, 15.4.5 */
static bool has_no_content(int status)
{
	return status == 204 || status == 205 || status == 304;
}

static void on_head(void *context, const struct message *head)
{
	struct request *request = context;
	int64_t length = request->is_to_head || has_no_content(head->status) ? 0 : length_of(head);
	bool is_2 = channel_version(request->endpoint->channel) == 2;
	if (keep(&request->head, head)) {
		request_fail(request, 503, "out of memory");
		return;
	}
	if (!is_2 && length > (int64_t)cap_of(request)) {
		too_large(request);
		return;
	}
	if (!is_2 || (length >= 0 && length <= ENDPOINT_WHOLE))
		return;
	struct message message = answer_of(request);
	message.is_streamed = request->is_streamed = true;
	if (!say(request, &message))
		kept_head_free(&request->head);
}

/* A chunk. -1: the request is gone. */
static int say_chunk(struct request *request, struct view data, bool is_last)
{
	struct message message = {.type = HTTP_CHUNK, .id = request->id, .is_last = is_last};
	message.body = (struct content){CONTENT_BYTES, data};
	request->answer_credit -= data.size;
	return say(request, &message);
}

/* As much as there is credit for; *data is what is left. -1: the request is gone. */
static int stream(struct request *request, struct view *data)
{
	while (data->size && request->answer_credit) {
		size_t size = data->size < request->answer_credit ? data->size : request->answer_credit;
		size = size < MESSAGE_CHUNK ? size : MESSAGE_CHUNK;
		struct view piece = view_of(data->data, size);
		*data = view_of(data->data + size, data->size - size);
		if (say_chunk(request, piece, false))
			return -1;
	}
	return 0;
}

static void finish(struct request *request)
{
	if (!say_chunk(request, view_of_literal(""), true))
		request_end(request);
}

void answer_continue(struct request *request)
{
	struct endpoint *endpoint = request->endpoint;
	cleanup_bytes struct bytes held = request->body;
	struct view rest = view_of(held.data, held.size);
	struct err err;
	request->body = (struct bytes){0};
	if (stream(request, &rest))
		return;
	if (rest.size && bytes_add(&request->body, rest.data, rest.size, &err)) {
		request_fail(request, 503, "out of memory");
		return;
	}
	if (request->is_complete && !rest.size)
		finish(request);
	else
		endpoint_flow(endpoint);
}

static void on_streamed(struct request *request, struct view data)
{
	struct endpoint *endpoint = request->endpoint;
	struct err err;
	if (!request->body.size && stream(request, &data))
		return;
	if (data.size && bytes_add(&request->body, data.data, data.size, &err)) {
		request_fail(request, 503, "out of memory");
		return;
	}
	if (data.size || !request->answer_credit)
		endpoint_flow(endpoint);
}

static void on_data(void *context, const void *data, size_t size)
{
	struct request *request = context;
	struct endpoint *endpoint = request->endpoint;
	struct err err;
	if (request->is_streamed) {
		on_streamed(request, view_of(data, size));
		return;
	}
	if (size > cap_of(request) - request->body.size) {
		too_large(request);
		return;
	}
	if (endpoints_are_full(endpoint->all) || bytes_add(&request->body, data, size, &err)) {
		request_fail(request, 503, "the server has no room: try again later");
		return;
	}
	endpoint_keep(endpoint, size, 0);
	if (endpoint->kept > endpoint->all->settings.memory)
		endpoint_flow(endpoint);
}

static void on_end(void *context)
{
	struct request *request = context;
	request->call = NULL;
	request->is_complete = true;
	if (request->is_streamed) {
		if (!request->body.size)
			finish(request);
		return;
	}
	struct message message = answer_of(request);
	message.body = (struct content){CONTENT_BYTES, view_of(request->body.data, request->body.size)};
	/* Without content, even an empty body is more than the Response of a browser takes. */
	if (!request->body.size)
		message.body = (struct content){has_no_content(message.status) ? CONTENT_NONE : CONTENT_TEXT,
						view_of_literal("")};
	if (!say(request, &message))
		request_end(request);
}

static void on_failed(void *context, bool is_silent, const struct err *err)
{
	struct request *request = context;
	request->call = NULL;
	request_fail(request, is_silent ? 504 : 502, err->text);
}

static void on_writable(void *context)
{
	request_writable(context);
}

const struct backend_handler request_handler = {on_head, on_data, on_end, on_writable, on_failed};

/* Is this the oldest of the answers that are kept whole? It goes on whatever is kept, so that something ends. */
static bool is_oldest(const struct request *request)
{
	const struct request *at = request->endpoint->requests;
	while (at != request && (at->is_streamed || !at->body.size))
		at = at->next;
	return at == request;
}

bool answer_may_go_on(const struct request *request)
{
	const struct endpoint *endpoint = request->endpoint;
	if (request->is_streamed)
		return request->answer_credit && !request->body.size;
	return endpoint->kept <= endpoint->all->settings.memory || is_oldest(request);
}
