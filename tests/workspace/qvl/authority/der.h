/* A writer of DER for the test authority: an item is opened, filled and closed, and its length is then put in. A test
 * program ends when memory does. */
#ifndef AUTHORITY_DER_H
#define AUTHORITY_DER_H

#include "bytes.h"
#include "hex.h"
#include "program.h"

#include <string.h>
#include <time.h>

static void put(struct bytes *into, const void *data, size_t size)
{
	struct err err;
	if (bytes_add(into, data, size, &err))
		die_err(NULL, &err);
}

static void put_bytes(struct bytes *into, const struct bytes *more)
{
	put(into, more->data ? more->data : "", more->size);
}

static void put_number(struct bytes *into, uint64_t value, size_t size) /* little-endian */
{
	for (size_t i = 0; i < size; i++)
		put(into, &(uint8_t){(uint8_t)(value >> 8 * i)}, 1);
}

static size_t der_open(struct bytes *into, uint8_t tag)
{
	put(into, &tag, 1);
	return into->size;
}

static void der_close(struct bytes *into, size_t begin)
{
	uint8_t length[4];
	size_t size = into->size - begin, count = 0;
	if (size >= 256)
		length[count++] = 0x82, length[count++] = (uint8_t)(size >> 8);
	else if (size >= 128)
		length[count++] = 0x81;
	length[count++] = (uint8_t)size;
	put(into, length, count);
	memmove(into->data + begin + count, into->data + begin, size);
	memcpy(into->data + begin, length, count);
}

static void der_put(struct bytes *into, uint8_t tag, const void *data, size_t size)
{
	size_t item = der_open(into, tag);
	put(into, data, size);
	der_close(into, item);
}

/* An unsigned INTEGER from big-endian bytes. */
static void der_put_integer(struct bytes *into, const uint8_t *data, size_t size)
{
	for (; size > 1 && !*data; size--)
		data++;
	size_t item = der_open(into, 0x02);
	if (*data & 0x80)
		put(into, "", 1);
	put(into, data, size);
	der_close(into, item);
}

static void der_put_small(struct bytes *into, unsigned value)
{
	der_put_integer(into, (uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static void der_put_bits(struct bytes *into, uint8_t unused, const void *data, size_t size)
{
	size_t item = der_open(into, 0x03);
	put(into, &unused, 1);
	put(into, data, size);
	der_close(into, item);
}

/* RFC 5280 4.1.2.5: GeneralizedTime from 2050 on. */
static void der_put_time(struct bytes *into, int64_t seconds)
{
	char text[32];
	struct tm tm;
	time_t time = seconds;
	gmtime_r(&time, &tm);
	bool is_late = tm.tm_year >= 150;
	size_t size = strftime(text, sizeof text, "%Y%m%d%H%M%SZ", &tm), skipped = is_late ? 0 : 2;
	der_put(into, is_late ? 0x18 : 0x17, text + skipped, size - skipped);
}

#endif
