#include "http_framing.h"

#include <string.h>

enum { LENGTH_DIGITS = 18 }; /* below 2^63 */

static int read_length(struct view text, struct http_head *head, struct err *err)
{
	if (!text.size || text.size > LENGTH_DIGITS || (text.size > 1 && text.data[0] == '0'))
		return err_bad(err, "Content-Length is no plain number");
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return err_bad(err, "Content-Length is no plain number");
		head->length = 10 * head->length + text.data[i] - '0';
	}
	return 0;
}

/* The header that is called so, if there is one; more than one, or something that could be taken for it, is refused. */
static int find_only(const struct http_head *head, const char *name, struct view *value, struct err *err)
{
	*value = (struct view){0};
	for (size_t i = 0; i < head->header_count; i++) {
		const struct message_header *header = &head->headers[i];
		if (!http_is_alias(header->name, name))
			continue;
		if (!http_same(header->name, name))
			return err_bad(err, "%s with '_'", name);
		if (value->data)
			return err_bad(err, "%s twice", name);
		*value = header->value;
	}
	return 0;
}

/* spec: RFC 9112 6.3, 6.1: a length beside a transfer coding is how messages are smuggled. */
static int read_framing(struct http_head *head, struct err *err)
{
	struct view length, coding;
	if (find_only(head, "Content-Length", &length, err) || find_only(head, "Transfer-Encoding", &coding, err))
		return -1;
	if (length.data && coding.data)
		return err_bad(err, "Content-Length and Transfer-Encoding");
	head->has_length_header = length.data;
	if (length.data) {
		head->framing = HTTP_LENGTH;
		return read_length(length, head, err);
	}
	if (!coding.data)
		return 0;
	if (!http_same(coding, "chunked"))
		return err_bad(err, "Transfer-Encoding is not chunked");
	if (!head->minor)
		return err_bad(err, "Transfer-Encoding in HTTP/1.0");
	head->framing = HTTP_CHUNKED;
	return 0;
}

/* spec: RFC 9112 9.3, RFC 9110 7.6.1 and 7.8 */
static int read_connection(struct http_head *head, struct err *err)
{
	bool keeps_alive = false;
	for (size_t i = 0; i < head->header_count; i++) {
		struct view list = head->headers[i].value, item;
		if (!http_same(head->headers[i].name, "connection"))
			continue;
		while (http_list_next(&list, &item)) {
			head->is_last |= http_same(item, "close");
			keeps_alive |= http_same(item, "keep-alive");
			head->asks_upgrade |= http_same(item, "upgrade");
		}
	}
	head->is_last |= !head->minor && !keeps_alive;
	return find_only(head, "Upgrade", &head->upgrade, err);
}

static bool is_host(struct view text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] >= 0x7f || strchr("\"#/<>?@\\^`{|}", text.data[i]))
			return false;
	return true;
}

/* spec: RFC 9112 3.2: exactly one, and the target's when that has one. */
static int check_host(const struct http_head *head, struct err *err)
{
	struct view host, target = head->target;
	if (find_only(head, "Host", &host, err))
		return -1;
	if (!host.data)
		return head->minor ? err_bad(err, "no Host") : 0;
	if (!is_host(host))
		return err_bad(err, "Host is malformed");
	if (target.data[0] == '/' || target.data[0] == '*')
		return 0;
	const uint8_t *authority = (const uint8_t *)memchr(target.data, ':', target.size) + strlen("://");
	size_t left = (size_t)(target.data + target.size - authority);
	if (left < host.size || !http_same_view(view_of(authority, host.size), host) ||
	    (left > host.size && !strchr("/?", authority[host.size])))
		return err_bad(err, "Host is not that of the target");
	return 0;
}

int http_frame_request(struct http_head *head, struct err *err)
{
	if (check_host(head, err) || read_framing(head, err) || read_connection(head, err))
		return -1;
	for (size_t i = 0; i < head->header_count; i++)
		if (http_same(head->headers[i].name, "expect")) {
			/* spec: RFC 9110 10.1.1: the only expectation there is. */
			if (!http_same(head->headers[i].value, "100-continue"))
				return err_bad(err, "Expect is not 100-continue");
			head->expects_continue = true;
		}
	return 0;
}

/* spec: RFC 9112 6.3 1 and 8 */
int http_frame_response(struct http_head *head, bool is_to_head, struct err *err)
{
	head->framing = HTTP_UNTIL_CLOSE;
	if (read_framing(head, err) || read_connection(head, err))
		return -1;
	if (is_to_head || head->status < 200 || head->status == 204 || head->status == 304)
		head->framing = HTTP_NO_BODY;
	head->is_last |= head->framing == HTTP_UNTIL_CLOSE;
	return 0;
}
