#include "http_body.h"

#include <string.h>

enum state {
	BODY_OVER,
	BODY_CONTENT,
	CHUNK_SIZE,
	CHUNK_EXTENSION,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	TRAILER_START,
	TRAILER_NAME,
	TRAILER_VALUE,
	TRAILER_LF,
	LAST_LF,
};

void http_body_start(struct http_body *body, enum http_framing framing, uint64_t length)
{
	bool is_empty = framing == HTTP_NO_BODY || (framing == HTTP_LENGTH && !length);
	*body = (struct http_body){
		.left = length,
		.framing = (uint8_t)framing,
		.state = is_empty                  ? BODY_OVER
			 : framing == HTTP_CHUNKED ? CHUNK_SIZE
						   : BODY_CONTENT,
	};
	if (framing == HTTP_CHUNKED)
		body->left = 0;
}

bool http_body_is_over(const struct http_body *body)
{
	return body->state == BODY_OVER;
}

static int go(struct http_body *body, enum state state)
{
	body->state = (uint8_t)state;
	body->used = 0;
	return 0;
}

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int take_size(struct http_body *body, uint8_t c, struct err *err)
{
	int value = digit(c);
	if (value >= 0) {
		if (body->used++ == HTTP_CHUNK_DIGITS)
			return err_bad(err, "a chunk's size is too large");
		body->left = body->left << 4 | (unsigned)value;
		return 0;
	}
	if (!body->used)
		return err_bad(err, "a chunk's size is no number");
	if (c == ';')
		return go(body, CHUNK_EXTENSION);
	return c == '\r' ? go(body, CHUNK_SIZE_LF) : err_bad(err, "a chunk's size is followed by something else");
}

static bool is_text(uint8_t c)
{
	return http_is_field_value(view_of(&c, 1));
}

/* spec: RFC 9112 7.1.1: extensions mean nothing to us, but a line's end in them must be one to everybody. */
static int take_extension(struct http_body *body, uint8_t c, struct err *err)
{
	if (c == '\r')
		return go(body, CHUNK_SIZE_LF);
	if (!is_text(c))
		return err_bad(err, "a control character in a chunk's extensions");
	return ++body->used > HTTP_EXTENSION_CAP ? err_bad(err, "a chunk's extensions are too long") : 0;
}

static int take_trailer(struct http_body *body, uint8_t c, struct err *err)
{
	bool is_name = body->state != TRAILER_VALUE;
	if (++body->used > HTTP_TRAILER_CAP)
		return err_bad(err, "trailers are too long");
	if (body->state == TRAILER_START && c == '\r')
		return go(body, LAST_LF);
	if (!is_name && c == '\r')
		body->state = TRAILER_LF;
	else if (body->state == TRAILER_NAME && c == ':')
		body->state = TRAILER_VALUE;
	else if (is_name ? !http_is_token(view_of(&c, 1)) : !is_text(c))
		return err_bad(err, is_name ? "a trailer's name is not a token" : "a control character in a trailer");
	else if (is_name)
		body->state = TRAILER_NAME;
	return 0;
}

static int take_lf(struct http_body *body, uint8_t c, struct err *err)
{
	if (c != '\n')
		return err_bad(err, "a bare CR in a chunked body");
	switch (body->state) {
	case CHUNK_SIZE_LF:
		return go(body, body->left ? CHUNK_DATA : TRAILER_START);
	case CHUNK_DATA_LF:
		return go(body, CHUNK_SIZE);
	case TRAILER_LF:
		body->state = TRAILER_START; /* used goes on counting */
		return 0;
	default:
		return go(body, BODY_OVER);
	}
}

/* One byte that is not content. */
static int take(struct http_body *body, uint8_t c, struct err *err)
{
	switch (body->state) {
	case CHUNK_SIZE:
		return take_size(body, c, err);
	case CHUNK_EXTENSION:
		return take_extension(body, c, err);
	case CHUNK_DATA_CR:
		return c == '\r' ? go(body, CHUNK_DATA_LF) : err_bad(err, "a chunk is longer than its size");
	case TRAILER_START:
	case TRAILER_NAME:
	case TRAILER_VALUE:
		return take_trailer(body, c, err);
	default:
		return take_lf(body, c, err);
	}
}

static bool is_content(const struct http_body *body)
{
	return body->state == BODY_CONTENT || body->state == CHUNK_DATA;
}

static void take_content(struct http_body *body, const void *data, size_t size, struct view *content)
{
	bool is_endless = body->framing == HTTP_UNTIL_CLOSE;
	if (!is_endless && body->left < size)
		size = (size_t)body->left;
	*content = view_of(data, size);
	if (is_endless || (body->left -= size))
		return;
	go(body, body->state == CHUNK_DATA ? CHUNK_DATA_CR : BODY_OVER);
}

ssize_t http_body_next(struct http_body *body, const void *data, size_t size, struct view *content, struct err *err)
{
	size_t at = 0;
	*content = view_of(data, 0);
	if (is_content(body)) {
		take_content(body, data, size, content);
		return (ssize_t)content->size;
	}
	while (at < size && !is_content(body) && !http_body_is_over(body))
		if (take(body, ((const uint8_t *)data)[at++], err))
			return -1;
	return (ssize_t)at;
}
