#include "fetch.h"

#include <ctype.h>
#include <string.h>

enum { PROGRESS_FIRST = 1000, PROGRESS_NEXT = 500 };

void fetch_free(struct fetch *fetch)
{
	feed_free(fetch->feed);
	fetch_headers_free(&fetch->headers);
	bytes_free(&fetch->data);
	bytes_free(&fetch->status_text);
	bytes_free(&fetch->body);
	json_free(fetch->answer_headers);
	cleanup_fd_at(&fetch->file);
	output_drop(&fetch->output);
	tunnel_session_free(&fetch->session);
}

static void stop(struct fetch *fetch, const struct err *err)
{
	fetch->request = NULL;
	feed_free(steal(&fetch->feed));
	loop_cancel(steal(&fetch->timer));
	loop_cancel(steal(&fetch->end));
	tunnel_session_end(&fetch->session, err);
}

/* The answer. */

static void write_out(struct fetch *fetch, const void *data, size_t size)
{
	struct err err;
	if (fetch->keeps_body || !size)
		return;
	if (!file_write(fetch->output.fd, data, size, &err))
		return;
	err_prefix(&err, "%s", fetch->output.path ? fetch->output.path : "standard output");
	stop(fetch, &err);
}

/* A map from name to array, as the tunnel has it, but names are in lower case. */
static struct json *headers_json(const struct message *head)
{
	struct json *headers = json_object();
	for (size_t i = 0; i < head->header_count; i++) {
		const struct message_header *header = &head->headers[i];
		cleanup_free char *name = strndup((const char *)header->name.data, header->name.size);
		cleanup_free char *value = strndup((const char *)header->value.data, header->value.size);
		for (char *at = name; at && *at; at++)
			*at = (char)tolower((unsigned char)*at);
		struct json *list = name ? json_get(headers, name) : NULL;
		list = list ? list : json_array();
		json_add(list, value ? json_string(value) : NULL);
		json_set(headers, name ? name : "", list);
	}
	return headers;
}

static bool is_clean(struct view text)
{
	for (size_t i = 0; i < text.size; i++)
		if ((text.data[i] < ' ' && text.data[i] != '\t') || text.data[i] == 0x7f)
			return false;
	return true;
}

/* What could be read as more headers than there are, or as orders to a terminal, is none. */
static int check_head(const struct message *head, struct err *err)
{
	bool is_good = is_clean(head->status_text);
	for (size_t i = 0; is_good && i < head->header_count; i++)
		is_good = is_clean(head->headers[i].value) &&
			  fetch_is_token((const char *)head->headers[i].name.data, head->headers[i].name.size);
	return is_good ? 0 : err_bad(err, "the answer has a header that is none");
}

static int head_text(const struct message *head, struct bytes *into, struct err *err)
{
	if (bytes_addf(into, err, "HTTP/1.1 %d ", head->status) ||
	    bytes_add(into, head->status_text.data, head->status_text.size, err) || bytes_addf(into, err, "\r\n"))
		return -1;
	for (size_t i = 0; i < head->header_count; i++)
		if (bytes_add(into, head->headers[i].name.data, head->headers[i].name.size, err) ||
		    bytes_addf(into, err, ": ") ||
		    bytes_add(into, head->headers[i].value.data, head->headers[i].value.size, err) ||
		    bytes_addf(into, err, "\r\n"))
			return -1;
	return bytes_addf(into, err, "\r\n");
}

static void take_head(void *context, const struct message *head)
{
	struct err err;
	struct fetch *fetch = context;
	cleanup_bytes struct bytes text = {0};
	fetch->has_head = true;
	fetch->status = head->status;
	fetch->answer_headers = headers_json(head);
	if (check_head(head, &err) ||
	    bytes_add(&fetch->status_text, head->status_text.data, head->status_text.size, &err) ||
	    (fetch->shows_head && head_text(head, &text, &err))) {
		stop(fetch, &err);
		return;
	}
	if (fetch->fails_by_status && head->status >= 400) {
		err_set(&err, STATUS_FALSE, "status %d %s", head->status,
			fetch->status_text.data ? fetch->status_text.data : "");
		stop(fetch, &err);
		return;
	}
	write_out(fetch, text.data, text.size);
}

static void take_data(void *context, const void *data, size_t size)
{
	struct err err;
	struct fetch *fetch = context;
	fetch->received += size;
	if (fetch->keeps_body && fetch->body.size + size > FETCH_KEPT_CAP)
		err_bad(&err, "the answer's body is larger than the %d bytes that a document may have", FETCH_KEPT_CAP);
	else if (!fetch->keeps_body || !bytes_add(&fetch->body, data, size, &err)) {
		write_out(fetch, data, size);
		return;
	}
	stop(fetch, &err);
}

static void take_end(void *context)
{
	struct fetch *fetch = context;
	fetch->is_whole = true;
	stop(fetch, NULL);
}

static void take_failure(void *context, const struct err *err)
{
	struct fetch *fetch = context;
	stop(fetch, err);
}

/* The request. */

/* Of the data in memory as much as there is room for. */
static void send_data(struct fetch *fetch)
{
	struct err err;
	int full = 0;
	while (!full && fetch->data_at < fetch->data.size) {
		size_t left = fetch->data.size - fetch->data_at, part = left < MESSAGE_CHUNK ? left : MESSAGE_CHUNK;
		full = tunnel_request_send(fetch->request, fetch->data.data + fetch->data_at, part, &err);
		fetch->data_at += part;
		fetch->sent += part;
	}
	if (full < 0 || (fetch->data_at == fetch->data.size && tunnel_request_finish(fetch->request, &err)))
		stop(fetch, &err);
}

static void take_room(void *context)
{
	struct fetch *fetch = context;
	if (fetch->feed)
		feed_pause(fetch->feed, false);
	else if (fetch->data_at < fetch->data.size)
		send_data(fetch);
}

static const struct tunnel_answer_handler handler = {take_head, take_data, take_end, take_room, take_failure};

static void take_fed(void *context, const char *data, size_t size)
{
	struct err err;
	struct fetch *fetch = context;
	fetch->sent += size;
	int full = size ? tunnel_request_send(fetch->request, data, size, &err)
			: tunnel_request_finish(fetch->request, &err);
	if (full < 0)
		stop(fetch, &err);
	else if (full && fetch->feed)
		feed_pause(fetch->feed, true);
}

static void take_unfed(void *context, const struct err *err)
{
	struct fetch *fetch = context;
	stop(fetch, err);
}

static const struct feed_handler feed_handler = {take_fed, take_unfed};

/* Version 1 has bodies as a whole. */
static int gather(struct fetch *fetch, struct err *err)
{
	if (fetch->session.version >= 2 || fetch->file < 0)
		return 0;
	fetch->has_data = true;
	return file_read(fetch->file, FETCH_TEXT_CAP, &fetch->data, err);
}

static int ask(struct fetch *fetch, struct err *err)
{
	bool has_file = fetch->file >= 0 && !fetch->has_data;
	struct message message = {
		.method = view_of(fetch->method, strlen(fetch->method)),
		.url = view_of(fetch->target, strlen(fetch->target)),
		.headers = fetch->headers.list,
		.header_count = fetch->headers.count,
		.timeout = fetch->milliseconds,
	};
	message.is_streamed = has_file || (fetch->session.version >= 2 && fetch->data.size > MESSAGE_CHUNK);
	if (fetch->has_data && !message.is_streamed)
		message.body = (struct content){CONTENT_BYTES,
						view_of(fetch->data.size ? fetch->data.data : "", fetch->data.size)};
	fetch->request = tunnel_request_new(fetch->session.client, &message, &handler, fetch, err);
	if (!fetch->request)
		return -1;
	if (has_file)
		fetch->feed = feed_new(fetch->session.loop, fetch->file, &feed_handler, fetch, err);
	else if (message.is_streamed)
		send_data(fetch);
	return has_file && !fetch->feed ? -1 : 0;
}

static void opened(void *context)
{
	struct err err;
	struct fetch *fetch = context;
	if (gather(fetch, &err) || ask(fetch, &err))
		stop(fetch, &err);
}

/* Time. */

static void tick(void *context)
{
	struct err err;
	struct fetch *fetch = context;
	fetch->progress(fetch);
	fetch->timer = loop_after(fetch->session.loop, PROGRESS_NEXT, tick, fetch, &err);
}

static void too_late(void *context)
{
	struct err err;
	struct fetch *fetch = context;
	fetch->end = NULL;
	err_set(&err, EX_TEMPFAIL, "not done after %u seconds", fetch->milliseconds / 1000);
	stop(fetch, &err);
}

int fetch_run(struct fetch *fetch, struct err *err)
{
	struct tunnel_session *session = &fetch->session;
	session->opened = opened;
	session->context = fetch;
	if (tunnel_session_load(session, err))
		return -1;
	if (fetch->progress)
		fetch->timer = loop_after(session->loop, PROGRESS_FIRST, tick, fetch, err);
	if (fetch->milliseconds)
		fetch->end = loop_after(session->loop, fetch->milliseconds, too_late, fetch, err);
	int status = tunnel_session_run(session, err);
	if (!status && !fetch->is_whole)
		status = err_set(err, EX_SOFTWARE, "the tunnel ended before the answer");
	feed_free(steal(&fetch->feed));
	loop_cancel(steal(&fetch->timer));
	loop_cancel(steal(&fetch->end));
	return status;
}
