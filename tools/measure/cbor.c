#include "cbor.h"

#include <string.h>

/* RFC 8949 section 3: an item begins with a byte of major type and either a small number or how many bytes of it
 * follow. */
enum major { UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE };

enum {
	INLINE = 24, /* numbers below are in the first byte */
	INDEFINITE = 31,
};

static const char *const names[] = {"a whole number", "a negative number", "a byte string",
				    "a text",         "an array",          "a map",
				    "a tag",          "a simple value"};

struct cbor cbor_reader(const void *data, size_t size, struct err *err)
{
	struct cbor cbor = {.data = data, .size = size, .err = err};
	if (size > CBOR_CAP)
		cbor_fail(&cbor, "document", "is too large");
	return cbor;
}

static void fail_at(struct cbor *cbor, size_t at, const char *name, const char *reason)
{
	if (!cbor->has_failed)
		err_bad(cbor->err, "byte %zu: %s: %s", at, name, reason);
	cbor->has_failed = true;
}

void cbor_fail(struct cbor *cbor, const char *name, const char *reason)
{
	fail_at(cbor, cbor->item, name, reason);
}

static uint64_t big_endian(const uint8_t *at, size_t size)
{
	uint64_t value = 0;
	for (size_t i = 0; i < size; i++)
		value = value << 8 | at[i];
	return value;
}

/* What an item of that kind begins with: its number. 0 after a failure. */
static uint64_t head(struct cbor *cbor, const char *name, enum major major)
{
	cbor->item = cbor->at;
	if (cbor->has_failed)
		return 0;
	if (cbor->at == cbor->size)
		return cbor_fail(cbor, name, "is missing at the end"), 0;
	uint8_t first = cbor->data[cbor->at++], small = first & 31;
	if (first >> 5 != major) {
		char reason[64];
		snprintf(reason, sizeof reason, "is %s, not %s", names[first >> 5], names[major]);
		return cbor_fail(cbor, name, reason), 0;
	}
	if (small < INLINE)
		return small;
	size_t size = (size_t)1 << (small - INLINE);
	if (small == INDEFINITE)
		return cbor_fail(cbor, name, "is of indefinite length"), 0;
	if (size > 8)
		return cbor_fail(cbor, name, "begins with a reserved value"), 0;
	if (cbor->size - cbor->at < size)
		return cbor_fail(cbor, name, "is cut off"), 0;
	uint64_t value = big_endian(cbor->data + cbor->at, size);
	cbor->at += size;
	if (value < INLINE || (size > 1 && !(value >> (4 * size))))
		return cbor_fail(cbor, name, "is not in its shortest form"), 0;
	return value;
}

uint64_t cbor_uint(struct cbor *cbor, const char *name, uint64_t max)
{
	uint64_t value = head(cbor, name, UINT);
	if (value <= max)
		return value;
	cbor_fail(cbor, name, "is too large");
	return 0;
}

static const uint8_t *string(struct cbor *cbor, const char *name, enum major major, size_t max, size_t *size)
{
	uint64_t length = head(cbor, name, major);
	if (length > max)
		cbor_fail(cbor, name, "is too long");
	else if (length > cbor->size - cbor->at)
		cbor_fail(cbor, name, "is cut off");
	*size = 0;
	if (cbor->has_failed)
		return (const uint8_t *)"";
	const uint8_t *data = cbor->data + cbor->at;
	*size = (size_t)length;
	cbor->at += *size;
	return data;
}

const uint8_t *cbor_bytes(struct cbor *cbor, const char *name, size_t max, size_t *size)
{
	return string(cbor, name, BYTES, max, size);
}

void cbor_exactly(struct cbor *cbor, const char *name, uint8_t *into, size_t size)
{
	size_t found;
	const uint8_t *data = cbor_bytes(cbor, name, cbor->size, &found);
	if (found == size) {
		memcpy(into, data, size);
		return;
	}
	memset(into, 0, size);
	cbor_fail(cbor, name, "is of another length");
}

const char *cbor_text(struct cbor *cbor, const char *name, size_t max, size_t *size)
{
	const char *text = (const char *)string(cbor, name, TEXT, max, size);
	if (memchr(text, '\0', *size) || !bytes_are_utf8(text, *size)) {
		cbor_fail(cbor, name, "is not UTF-8, or has a NUL");
		*size = 0;
	}
	return text;
}

size_t cbor_array(struct cbor *cbor, const char *name, size_t max)
{
	uint64_t items = head(cbor, name, ARRAY);
	if (items <= max)
		return (size_t)items;
	cbor_fail(cbor, name, "has too many items");
	return 0;
}

void cbor_map(struct cbor *cbor, const char *name, size_t pairs)
{
	uint64_t found = head(cbor, name, MAP);
	if (found != pairs)
		cbor_fail(cbor, name, found < pairs ? "has too few members" : "has too many members");
}

void cbor_key(struct cbor *cbor, const char *name)
{
	size_t size;
	const char *key = cbor_text(cbor, name, cbor->size, &size);
	if (size != strlen(name) || memcmp(key, name, size))
		cbor_fail(cbor, name, "another member is in its place");
}

int cbor_end(struct cbor *cbor)
{
	if (cbor->at != cbor->size)
		fail_at(cbor, cbor->at, "document", "has bytes behind its end");
	return cbor->has_failed ? -1 : 0;
}

static int put_head(struct bytes *into, enum major major, uint64_t value, struct err *err)
{
	uint8_t out[9] = {(uint8_t)(major << 5)};
	size_t size = value < INLINE        ? 0
		      : value <= UINT8_MAX  ? 1
		      : value <= UINT16_MAX ? 2
		      : value <= UINT32_MAX ? 4
					    : 8;
	out[0] |= size ? (uint8_t)(INLINE + __builtin_ctzl(size)) : (uint8_t)value;
	for (size_t i = 0; i < size; i++)
		out[1 + i] = (uint8_t)(value >> (8 * (size - 1 - i)));
	return bytes_add(into, out, 1 + size, err);
}

int cbor_put_uint(struct bytes *into, uint64_t value, struct err *err)
{
	return put_head(into, UINT, value, err);
}

int cbor_put_bytes(struct bytes *into, const void *data, size_t size, struct err *err)
{
	return put_head(into, BYTES, size, err) ? -1 : bytes_add(into, data, size, err);
}

int cbor_put_text(struct bytes *into, const char *text, struct err *err)
{
	return put_head(into, TEXT, strlen(text), err) ? -1 : bytes_add(into, text, strlen(text), err);
}

int cbor_put_array(struct bytes *into, size_t items, struct err *err)
{
	return put_head(into, ARRAY, items, err);
}

int cbor_put_map(struct bytes *into, size_t pairs, struct err *err)
{
	return put_head(into, MAP, pairs, err);
}
