/* Heads of HTTP/1.1 messages, read strictly: what two readers could take for two things is refused, since whoever
 *stands before or behind us may be the other reader.
 *
 * Refused are: a bare CR or LF, a folded line, white space before a colon, control characters, a version other than 1.0
 * and 1.1, a request without exactly one Host, Content-Length beside Transfer-Encoding, either of them twice (or again
 * with '_' for '-'), a length that is no plain number, transfer codings other than chunked alone, a target that is
 * neither a path, an http URL nor "*", and what is beyond the bounds below. Reasons are constant texts, without
 * anything of the peer's, so that they can be logged and counted.
 *
 *	size_t looked = 0, size;
 *	if (http_head_size(bytes, &looked, &size, err))        as often as there are more bytes
 *		return -1;
 *	if (size && http_request_read(view_of(bytes.data, size), &head, err))
 *		return -1;
 *
 * Sources: RFC 9112 2 to 6 and 9.3, RFC 9110 5, 7.6.1, 7.8, 10.1.1.
 */
#ifndef TUNNEL_HTTP_HEAD_H
#define TUNNEL_HTTP_HEAD_H

#include "message.h"

enum {
	HTTP_HEAD_CAP = 16 << 10,
	HTTP_HEADERS = MESSAGE_HEADERS,
};

enum http_framing { HTTP_NO_BODY, HTTP_LENGTH, HTTP_CHUNKED, HTTP_UNTIL_CLOSE };

/* Views into the bytes that were read. */
struct http_head {
	struct view method, target; /* of a request */
	struct view path;           /* of its target: without scheme, authority and query; "*" for that target */
	int status;                 /* of an answer */
	struct view reason;
	int minor; /* of the version: 0 or 1 */

	struct message_header headers[HTTP_HEADERS];
	size_t header_count;

	enum http_framing framing;
	uint64_t length;        /* of HTTP_LENGTH */
	bool is_last;           /* the connection ends after this message, or its answer */
	bool asks_upgrade;      /* Connection: upgrade */
	struct view upgrade;    /* Upgrade; of no data when there is none */
	bool expects_continue;  /* Expect: 100-continue */
	bool has_length_header; /* also where the length is of no body: an answer to HEAD */
};

/* *size: of the head at the beginning of the bytes, its empty line included; 0 while that has not come. *looked, 0 at
 * first, is how far it has been searched. */
int http_head_size(struct view bytes, size_t *looked, size_t *size, struct err *err);

/* bytes: exactly a head. */
int http_request_read(struct view bytes, struct http_head *head, struct err *err);
int http_response_read(struct view bytes, bool is_to_head, struct http_head *head, struct err *err);

/* The value of the only header so called; of no data when there is none, or more than one. */
struct view http_head_value(const struct http_head *head, const char *name);

/* Is the header a matter of the two ends of one connection, by its name or because Connection names it? RFC 9110 7.6.1;
 * Content-Length and Host are not. */
bool http_is_hop_by_hop(const struct message_header *headers, size_t count, struct view name);

static inline bool http_is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The same but for the case of ASCII letters? */
bool http_same(struct view a, const char *b);
bool http_same_view(struct view a, struct view b);

/* Is it the header, also when '_' and '-' are one, as in variables that are made of headers? */
bool http_is_alias(struct view name, const char *of);

bool http_is_token(struct view text);       /* RFC 9110 5.6.2 */
bool http_is_field_value(struct view text); /* RFC 9110 5.5 */

/* The next item of a comma-separated list, without white space around it; false at the end. Empty ones are passed over.
 */
bool http_list_next(struct view *list, struct view *item);

#endif
