#include "backend_request.h"

#include "http_head.h"
#include "http_target.h"

#include <inttypes.h>
#include <string.h>

enum { NAME_SHOWN = 40 }; /* characters of a header's name in a reason */

static int check_start(const struct backend_request *request, struct err *err)
{
	struct http_head head = {.method = request->method, .target = request->target};
	if (!http_is_token(request->method))
		return err_bad(err, "a request's method is not a token");
	if (!request->target.size || request->target.data[0] != '/')
		return err_bad(err, "a request's target does not begin with '/'");
	return http_target_read(&head, err);
}

static int refuse(const struct message_header *header, const char *why, struct err *err)
{
	size_t size = header->name.size < NAME_SHOWN ? header->name.size : NAME_SHOWN;
	return err_bad(err, "header %.*s: %s", (int)size, (const char *)header->name.data, why);
}

/* What says where a body ends is ours to say. */
static int check_header(const struct message_header *header, struct err *err)
{
	static const char *const ours[] = {"Content-Length", "Transfer-Encoding"};
	if (!http_is_token(header->name))
		return err_bad(err, "a header's name is not a token");
	if (!http_is_field_value(header->value))
		return refuse(header, "a control character in it", err);
	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (http_is_alias(header->name, ours[i]) && !http_same(header->name, ours[i]))
			return refuse(header, "'_' for '-'", err);
	return 0;
}

static int write_header(const struct message_header *header, struct bytes *into, struct err *err)
{
	return bytes_add(into, header->name.data, header->name.size, err) || bytes_add(into, ": ", 2, err) ||
			       bytes_add(into, header->value.data, header->value.size, err) ||
			       bytes_add(into, "\r\n", 2, err)
		       ? -1
		       : 0;
}

static bool is_dropped(const struct backend_request *request, struct view name)
{
	return http_same(name, "content-length") || http_same(name, "expect") ||
	       http_is_hop_by_hop(request->headers, request->header_count, name);
}

static int write_headers(const struct backend_request *request, const char *authority, struct bytes *into,
			 struct err *err)
{
	size_t hosts = 0;
	for (size_t i = 0; i < request->header_count; i++) {
		const struct message_header *header = &request->headers[i];
		if (check_header(header, err))
			return -1;
		if (http_is_alias(header->name, "host") && hosts++)
			return refuse(header, "twice", err);
		if (!is_dropped(request, header->name) && write_header(header, into, err))
			return -1;
	}
	return hosts ? 0 : bytes_addf(into, err, "Host: %s\r\n", authority);
}

/* spec: RFC 9110 8.6: a method that means something by its body says when it has none. */
static bool wants_length(struct view method)
{
	return http_same(method, "POST") || http_same(method, "PUT") || http_same(method, "PATCH");
}

int backend_request_write(const struct backend_request *request, const char *authority, struct bytes *into,
			  struct err *err)
{
	if (check_start(request, err) || bytes_add(into, request->method.data, request->method.size, err) ||
	    bytes_add(into, " ", 1, err) || bytes_add(into, request->target.data, request->target.size, err) ||
	    bytes_addf(into, err, " HTTP/1.1\r\n") || write_headers(request, authority, into, err))
		return -1;
	if (request->has_body && request->body_size < 0)
		return bytes_addf(into, err, "Transfer-Encoding: chunked\r\n\r\n");
	if (request->has_body || wants_length(request->method))
		return bytes_addf(into, err, "Content-Length: %" PRId64 "\r\n\r\n",
				  request->has_body ? request->body_size : 0);
	return bytes_addf(into, err, "\r\n");
}

bool backend_request_is_idempotent(const struct backend_request *request)
{
	static const char *const methods[] = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (view_is(request->method, view_of(methods[i], strlen(methods[i]))))
			return true;
	return false;
}
