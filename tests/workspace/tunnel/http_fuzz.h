/* What holds of every message that is read, however its bytes come: for the two fuzz targets of HTTP. */
#ifndef TESTS_HTTP_FUZZ_H
#define TESTS_HTTP_FUZZ_H

#include "http_message.h"

#include <strings.h>

static uint32_t split_seed;

static inline size_t split_next(size_t from, size_t size)
{
	split_seed = split_seed * 1664525 + 1013904223;
	size_t most = (split_seed >> 24) % 4 ? 7 : 200, piece = 1 + (split_seed >> 8) % most;
	return size - from < piece ? size : from + piece;
}

static inline size_t split_never(size_t from, size_t size)
{
	(void)from;
	return size;
}

/* How many lines of the head begin with the text, which is in lower case: by another reading than ours. */
static inline int lines_with(const uint8_t *data, size_t size, const char *text)
{
	int count = 0;
	for (size_t i = 0; i + strlen(text) < size && !(i >= 4 && !memcmp(data + i - 4, "\r\n\r\n", 4)); i++)
		if (i && data[i - 1] == '\n' && !strncasecmp((const char *)data + i, text, strlen(text)))
			count++;
	return count;
}

/* The body of chunks, by another reading: no state, strtoull, the whole at once. */
static inline void check_chunks(const uint8_t *data, size_t size, const struct bytes *content)
{
	size_t at = 0, got = 0;
	for (;;) {
		uint64_t chunk = strtoull((const char *)data + at, NULL, 16);
		const uint8_t *lf = memchr(data + at, '\n', size - at);
		if (!lf)
			abort();
		at = (size_t)(lf - data) + 1;
		if (!chunk)
			break;
		if (got + chunk > content->size || memcmp(content->data + got, data + at, chunk) != 0)
			abort();
		got += chunk;
		at += chunk + 2;
	}
	if (got != content->size)
		abort();
}

static inline void check_framing(const uint8_t *data, size_t size, const struct message_seen *seen)
{
	size_t head = (size_t)((uint8_t *)memmem(data, size, "\r\n\r\n", 4) - data) + 4;
	int lengths = lines_with(data, head, "content-length:"), codings = lines_with(data, head, "transfer-encoding:");
	struct bytes body = {0}; /* with a NUL behind it */
	struct err err;
	if (lengths + codings > 1 || bytes_add(&body, data + head, size - head, &err))
		abort();
	if (seen->head.framing == HTTP_CHUNKED)
		check_chunks((uint8_t *)body.data, body.size, &seen->content);
	else if (seen->used - head != seen->content.size)
		abort();
	if (seen->head.framing == HTTP_LENGTH && (!lengths || seen->content.size != seen->head.length))
		abort();
	bytes_free(&body);
}

static inline void check_message(enum message_kind kind, const uint8_t *data, size_t size)
{
	static struct message_seen whole, split;
	split_seed = (uint32_t)size;
	for (size_t i = 0; i < size && i < 64; i++)
		split_seed = split_seed * 31 + data[i];
	message_see(kind, data, size, split_never, &whole);
	message_see(kind, data, size, split_next, &split);
	if (whole.status != split.status || strcmp(whole.text, split.text) != 0 || whole.used != split.used ||
	    whole.content.size != split.content.size ||
	    (whole.content.size && memcmp(whole.content.data, split.content.data, whole.content.size) != 0))
		abort();
	if (!whole.status)
		check_framing(data, size, &whole);
	bytes_free(&whole.content);
	bytes_free(&split.content);
}

#endif
