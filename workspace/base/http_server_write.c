#include "http_server_write.h"

#include <libwebsockets.h>
#include <string.h>

static int add_header(struct lws *wsi, const char *name, const char *value, unsigned char **at, unsigned char *end)
{
	return lws_add_http_header_by_name(wsi, (const unsigned char *)name, (const unsigned char *)value,
					   (int)strlen(value), at, end);
}

static int write_headers(struct lws *wsi, const struct http_server_answer *answer, bool is_last)
{
	const char *type = answer->type ? answer->type : "application/json";
	unsigned char buffer[LWS_PRE + 1024], *start = buffer + LWS_PRE, *at = start, *end = buffer + sizeof buffer - 1;
	if (lws_add_http_common_headers(wsi, (unsigned)answer->status, type, answer->body.size, &at, end))
		return -1;
	if (answer->allow && add_header(wsi, "allow:", answer->allow, &at, end))
		return -1;
	if (is_last && add_header(wsi, "connection:", "close", &at, end))
		return -1;
	return lws_finalize_write_http_header(wsi, start, &at, end);
}

/* libwebsockets writes in front of the body, too. */
static int write_body(struct lws *wsi, const struct bytes *body)
{
	struct err err;
	cleanup_bytes struct bytes room = {0};
	static const unsigned char before[LWS_PRE];
	if (bytes_add(&room, before, sizeof before, &err) || bytes_add(&room, body->data, body->size, &err))
		return -1;
	int n = lws_write(wsi, (unsigned char *)room.data + LWS_PRE, body->size, LWS_WRITE_HTTP_FINAL);
	return n < (int)body->size ? -1 : 0;
}

int http_server_write(struct lws *wsi, const struct http_server_answer *answer, const char *method, bool is_last)
{
	if (write_headers(wsi, answer, is_last))
		return -1;
	return answer->body.size && strcmp(method, "HEAD") != 0 ? write_body(wsi, &answer->body) : 0;
}
