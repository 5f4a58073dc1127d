#include "http_head.h"

#include "http_framing.h"
#include "http_target.h"

#include <string.h>

int http_head_size(struct view bytes, size_t *looked, size_t *size, struct err *err)
{
	*size = 0;
	for (const uint8_t *lf; !*size && (lf = memchr(bytes.data + *looked, '\n', bytes.size - *looked));) {
		size_t at = (size_t)(lf - bytes.data), line = *looked;
		if (at >= HTTP_HEAD_CAP)
			break;
		/* spec: RFC 9112 2.2: a lone LF could be taken for a line's end, and is not by everyone. */
		if (at == line || lf[-1] != '\r')
			return err_bad(err, "a bare LF");
		*looked = at + 1;
		if (at == line + 1)
			*size = at + 1;
	}
	if (!*size && bytes.size > HTTP_HEAD_CAP)
		return err_bad(err, "a head of more than %d bytes", HTTP_HEAD_CAP);
	return 0;
}

/* A line without its CRLF, taken off the front of what http_head_size() has measured. */
static struct view take_line(struct view *rest)
{
	const uint8_t *lf = memchr(rest->data, '\n', rest->size);
	size_t size = lf ? (size_t)(lf - rest->data) + 1 : rest->size;
	struct view line = view_of(rest->data, size >= 2 ? size - 2 : 0);
	*rest = view_of(rest->data + size, rest->size - size);
	return line;
}

static struct view trimmed(struct view text)
{
	for (; text.size && http_is_blank(text.data[0]); text.size--)
		text.data++;
	while (text.size && http_is_blank(text.data[text.size - 1]))
		text.size--;
	return text;
}

/* spec: RFC 9112 5: nothing between the name and the colon; 5.2: a line that is folded is refused. */
static int read_header(struct view line, struct message_header *header, struct err *err)
{
	const uint8_t *colon = memchr(line.data, ':', line.size);
	if (http_is_blank(line.data[0]))
		return err_bad(err, "a folded line");
	if (!colon)
		return err_bad(err, "a header without a colon");
	header->name = view_of(line.data, (size_t)(colon - line.data));
	header->value = trimmed(view_of(colon + 1, line.size - header->name.size - 1));
	if (header->name.size && http_is_blank(header->name.data[header->name.size - 1]))
		return err_bad(err, "white space before a header's colon");
	if (!http_is_token(header->name))
		return err_bad(err, "a header's name is not a token");
	if (!http_is_field_value(header->value))
		return err_bad(err, "a control character in a header");
	return 0;
}

static int read_headers(struct view rest, struct http_head *head, struct err *err)
{
	for (struct view line; (line = take_line(&rest)).size;) {
		if (head->header_count == HTTP_HEADERS)
			return err_bad(err, "more than %d headers", HTTP_HEADERS);
		if (read_header(line, &head->headers[head->header_count++], err))
			return -1;
	}
	return 0;
}

/* "HTTP/1.0" or "HTTP/1.1". */
static int read_version(struct view text, struct http_head *head, struct err *err)
{
	if (text.size != strlen("HTTP/1.1") || memcmp(text.data, "HTTP/1.", strlen("HTTP/1.")) != 0 ||
	    (text.data[7] != '0' && text.data[7] != '1'))
		return err_bad(err, "neither HTTP/1.0 nor HTTP/1.1");
	head->minor = text.data[7] - '0';
	return 0;
}

/* What is in front of the first space, taken off with it. */
static struct view take_word(struct view *line)
{
	const uint8_t *space = memchr(line->data, ' ', line->size);
	size_t size = space ? (size_t)(space - line->data) : line->size;
	struct view word = view_of(line->data, size);
	size += space != NULL;
	*line = view_of(line->data + size, line->size - size);
	return word;
}

/* Start afresh without clearing 8 KiB of headers. */
static void clear(struct http_head *head)
{
	size_t from = offsetof(struct http_head, header_count);
	memset(head, 0, offsetof(struct http_head, headers));
	memset((char *)head + from, 0, sizeof *head - from);
}

/* spec: RFC 9112 3: one space each between method, target and version. */
int http_request_read(struct view bytes, struct http_head *head, struct err *err)
{
	struct view rest = bytes, line = take_line(&rest);
	clear(head);
	head->method = take_word(&line);
	head->target = take_word(&line);
	if (!http_is_token(head->method))
		return err_bad(err, "a request's method is not a token");
	if (read_version(line, head, err) || read_headers(rest, head, err) || http_target_read(head, err))
		return -1;
	return http_frame_request(head, err);
}

static int read_status(struct view text, struct http_head *head, struct err *err)
{
	for (size_t i = 0; i < text.size; i++) {
		if (text.size != 3 || text.data[i] < '0' || text.data[i] > '9')
			return err_bad(err, "an answer's status is no number of three digits");
		head->status = 10 * head->status + text.data[i] - '0';
	}
	return head->status < 100 || head->status > 599 ? err_bad(err, "an answer's status is not 100 to 599") : 0;
}

/* spec: RFC 9112 4. The space before an absent reason is absent too in what many servers write. */
int http_response_read(struct view bytes, bool is_to_head, struct http_head *head, struct err *err)
{
	struct view rest = bytes, line = take_line(&rest);
	clear(head);
	if (read_version(take_word(&line), head, err) || read_status(take_word(&line), head, err))
		return -1;
	head->reason = line;
	if (!http_is_field_value(line))
		return err_bad(err, "a control character in an answer's status line");
	return read_headers(rest, head, err) ? -1 : http_frame_response(head, is_to_head, err);
}
