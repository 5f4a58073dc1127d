#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void bytes_free(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){0};
}

void *bytes_extend(struct bytes *bytes, size_t size, struct err *err)
{
	if (bytes->capacity - bytes->size <= size) {
		size_t capacity = 2 * bytes->capacity + size + 64;
		char *grown = realloc(bytes->data, capacity);
		if (!grown) {
			err_system(err, EX_OSERR, "%zu bytes", capacity);
			return NULL;
		}
		bytes->data = grown;
		bytes->capacity = capacity;
	}
	char *at = bytes->data + bytes->size;
	bytes->size += size;
	bytes->data[bytes->size] = '\0';
	return at;
}

int bytes_add(struct bytes *bytes, const void *data, size_t size, struct err *err)
{
	void *at = bytes_extend(bytes, size, err);
	if (!at)
		return -1;
	if (size)
		memcpy(at, data, size);
	return 0;
}

int bytes_addf(struct bytes *bytes, struct err *err, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = NULL;
	int n = vasprintf(&text, format, args);
	va_end(args);
	if (n < 0)
		return err_system(err, EX_OSERR, "text");
	int status = bytes_add(bytes, text, (size_t)n, err);
	free(text);
	return status;
}

int bytes_add_plain(struct bytes *bytes, const char *text, struct err *err)
{
	size_t at = bytes->size;
	if (bytes_add(bytes, text, strlen(text), err))
		return -1;
	for (unsigned char *c = (unsigned char *)bytes->data + at; *c; c++) {
		if (*c < ' ' || *c == 0x7f)
			*c = '?';
		else if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) /* U+0080 to U+009F */
			c[0] = c[1] = '?';
	}
	return 0;
}

/* spec: RFC 3629 section 4, the table of well-formed byte sequences: lead byte, bytes that follow, range of the first.
 */
static int sequence(const uint8_t *at, size_t left)
{
	static const struct {
		uint8_t from, to, follow, low, high;
	} leads[] = {
		{0x00, 0x7f, 0, 0, 0},       {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
		{0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf},
		{0xf0, 0xf0, 3, 0x90, 0xbf}, {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
	};
	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
		if (at[0] < leads[i].from || at[0] > leads[i].to)
			continue;
		if (left <= leads[i].follow)
			return 0;
		if (leads[i].follow && (at[1] < leads[i].low || at[1] > leads[i].high))
			return 0;
		for (int k = 2; k <= leads[i].follow; k++)
			if ((at[k] & 0xc0) != 0x80)
				return 0;
		return 1 + leads[i].follow;
	}
	return 0;
}

/* Eight bytes of ASCII: most text is nothing else. */
static int ascii(const uint8_t *at, size_t left)
{
	uint64_t word;
	if (left < sizeof word)
		return 0;
	memcpy(&word, at, sizeof word);
	return !(word & 0x8080808080808080);
}

int bytes_are_utf8(const void *data, size_t size)
{
	const uint8_t *at = data;
	while (size) {
		int n = ascii(at, size) ? 8 : sequence(at, size);
		if (!n)
			return 0;
		at += n;
		size -= (size_t)n;
	}
	return 1;
}
