#include "tarblock.h"

#include <string.h>

/* spec: POSIX.1-2017 pax, ustar Interchange Format: offset and size of a field in the header block */
enum { SIZE_AT = 124, SIZE_SIZE = 12, SUM_AT = 148, SUM_SIZE = 8, TYPE_AT = 156 };

/* spec: GNU tar manual, Basic Tar Format: the top bit set means a big-endian number in the rest of the field */
static int base256(const uint8_t *at, size_t size, int64_t *value, struct err *err)
{
	uint64_t sum = at[0] & 0x7f;
	if (at[0] & 0x40)
		return err_bad(err, "size is negative");
	for (size_t i = 1; i < size; i++) {
		if (sum >> 55)
			return err_bad(err, "size is larger than 2^63");
		sum = sum << 8 | at[i];
	}
	*value = (int64_t)sum;
	return 0;
}

/* Digits, with spaces before and a space or NUL behind; -1 for none. */
static int octal(const uint8_t *at, size_t size, int64_t *value, struct err *err)
{
	size_t i = 0;
	*value = 0;
	while (i < size && at[i] == ' ')
		i++;
	size_t digits = i;
	for (; i < size && at[i] >= '0' && at[i] <= '7'; i++)
		*value = *value << 3 | (at[i] - '0'); /* twelve digits are 36 bits */
	if (i < size && at[i] != ' ' && at[i] != '\0')
		return err_bad(err, "size is not a number");
	if (i == digits)
		*value = -1;
	return 0;
}

int tarblock_size(const void *block, int64_t *size, struct err *err)
{
	const uint8_t *at = (const uint8_t *)block + SIZE_AT;
	return at[0] & 0x80 ? base256(at, SIZE_SIZE, size, err) : octal(at, SIZE_SIZE, size, err);
}

char tarblock_type(const void *block)
{
	return ((const char *)block)[TYPE_AT];
}

/* spec: POSIX.1-2017 pax, ustar: the sum of the block's bytes, unsigned, with the field itself as spaces */
enum tarblock_sum tarblock_sum(const void *block)
{
	const uint8_t *at = block;
	struct err err;
	int64_t claimed;
	int64_t sum = 0;
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += at[i];
	if (!sum)
		return SUM_ZEROS;
	for (size_t i = SUM_AT; i < SUM_AT + SUM_SIZE; i++)
		sum += ' ' - at[i];
	return !octal(at + SUM_AT, SUM_SIZE, &claimed, &err) && claimed == sum ? SUM_HOLDS : SUM_WRONG;
}

static int decimal(const char *text, size_t size, int64_t *value)
{
	*value = 0;
	for (size_t i = 0; i < size; i++) {
		if (text[i] < '0' || text[i] > '9' || *value > INT64_MAX / 10 - 1)
			return -1;
		*value = *value * 10 + (text[i] - '0');
	}
	return size ? 0 : -1;
}

/* spec: POSIX.1-2017 pax, pax Extended Header: "%d %s=%s\n", <length>, <keyword>, <value> */
int tarblock_record(const char **at, const char *end, struct tarblock_record *record, struct err *err)
{
	size_t left = (size_t)(end - *at);
	const char *space = memchr(*at, ' ', left < 20 ? left : 20);
	int64_t length;
	if (!space || decimal(*at, (size_t)(space - *at), &length))
		return err_bad(err, "pax record without a length");
	if ((uint64_t)length > left || length < space - *at + 4 || (*at)[length - 1] != '\n')
		return err_bad(err, "pax record whose length lies");
	const char *key = space + 1, *last = *at + length - 1;
	const char *equals = memchr(key, '=', (size_t)(last - key));
	if (!equals || equals == key)
		return err_bad(err, "pax record without a key");
	*record = (struct tarblock_record){key, equals + 1, (size_t)(equals - key), (size_t)(last - equals - 1)};
	*at += length;
	return 0;
}

bool tarblock_is(const struct tarblock_record *record, const char *key)
{
	return strlen(key) == record->key_size && !memcmp(record->key, key, record->key_size);
}

int tarblock_number(const struct tarblock_record *record, int64_t *value, struct err *err)
{
	if (!decimal(record->value, record->size, value))
		return 0;
	return err_bad(err, "pax record %.*s is not a number", record->key_size < 64 ? (int)record->key_size : 64,
		       record->key);
}
