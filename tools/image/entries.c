#include "entries.h"

#include "bytes.h"

#include <stdbool.h>
#include <string.h>

enum { BLOCK = 512 };

/* spec: POSIX.1-2017 pax, ustar Header Block: where fields are */
enum { SIZE_AT = 124, SIZE_DIGITS = 12, CHECKSUM_AT = 148, CHECKSUM_DIGITS = 8, TYPE_AT = 156 };

enum state { HEADER, CONTENTS, EXTENDED, ZERO, AFTER };

struct entries {
	enum state state;
	uint8_t block[BLOCK]; /* being collected */
	size_t have;
	uint64_t offset;      /* of the next byte */
	uint64_t header;      /* offset of the last header */
	uint64_t left;        /* bytes of contents and padding still to come */
	size_t extended_size; /* bytes of the extended header without padding */
	uint64_t count;
	uint64_t size; /* what a pax record says of the next entry */
	bool has_size;
	bool promised; /* an extended header wants its entry */
	bool global;
	bool pax; /* the extended header is of records, not one long name */
	struct bytes extended;
};

struct entries *entries_new(struct err *err)
{
	struct entries *entries = calloc(1, sizeof *entries);
	if (!entries)
		err_system(err, EX_OSERR, "entries");
	return entries;
}

void entries_free(struct entries *entries)
{
	bytes_free(&entries->extended);
	free(entries);
}

static int bad(const struct entries *entries, const char *reason, struct err *err)
{
	return err_bad(err, "tar entry %llu at offset %llu: %s", (unsigned long long)entries->count + 1,
		       (unsigned long long)entries->header, reason);
}

/* A number as tar writes it: octal digits, spaces before and a space or NUL after; or base-256 when the top bit is set.
 * Returns 0, or -1 when it is neither, negative, or beyond 63 bits.
 */
static int number(const uint8_t *at, size_t width, uint64_t *value)
{
	uint64_t n = 0;
	size_t i = 0;
	if (at[0] & 0x80) {
		n = at[0] & 0x7f;
		for (i = 1; i < width; i++) {
			if (n >> 55)
				return -1;
			n = n << 8 | at[i];
		}
		*value = n;
		return 0;
	}
	while (i < width && at[i] == ' ')
		i++;
	size_t digits = i;
	for (; i < width && at[i] >= '0' && at[i] <= '7'; i++)
		n = n << 3 | (uint64_t)(at[i] - '0');
	if (i == digits)
		return -1;
	for (; i < width; i++)
		if (at[i] != ' ' && at[i])
			return -1;
	*value = n;
	return 0;
}

static bool all_zero(const uint8_t *at, size_t size)
{
	return size == 0 || (at[0] == 0 && !memcmp(at, at + 1, size - 1));
}

/* spec: POSIX.1-2017 pax, ustar: the sum of the header's bytes, unsigned, with the field itself as spaces */
static bool sum_holds(const uint8_t *block)
{
	uint64_t claimed;
	unsigned sum = CHECKSUM_DIGITS * ' ';
	for (int i = 0; i < BLOCK; i++)
		if (i < CHECKSUM_AT || i >= CHECKSUM_AT + CHECKSUM_DIGITS)
			sum += block[i];
	return !number(block + CHECKSUM_AT, CHECKSUM_DIGITS, &claimed) && claimed == sum;
}

/* spec: POSIX.1-2017 pax, pax Extended Header: "%d %s=%s\n". *at moves behind the record. */
static int record(struct entries *entries, const char **at, const char *end, struct err *err)
{
	const char *from = *at, *p = from;
	size_t size = 0;
	while (p < end && *p >= '0' && *p <= '9' && size <= ENTRIES_EXTENDED_CAP)
		size = size * 10 + (size_t)(*p++ - '0');
	const char *keyword = p + 1;
	if (p == from || p == end || *p != ' ' || size > (size_t)(end - from) || size < (size_t)(keyword - from) + 2)
		return bad(entries, "pax record with a wrong length", err);
	*at = from + size;
	const char *equals = memchr(keyword, '=', (size_t)(*at - keyword));
	if (!equals || (*at)[-1] != '\n')
		return bad(entries, "pax record without '=' or end of line", err);
	if (equals - keyword != 4 || memcmp(keyword, "size", 4))
		return 0;
	if (entries->global)
		return bad(entries, "size in a global pax header", err);
	entries->size = 0;
	for (p = equals + 1; *p >= '0' && *p <= '9' && entries->size < UINT64_C(1) << 59; p++)
		entries->size = entries->size * 10 + (uint64_t)(*p - '0');
	if (p == equals + 1 || *p != '\n' || p != *at - 1)
		return bad(entries, "pax size is not a number", err);
	entries->has_size = true;
	return 0;
}

static int read_extended(struct entries *entries, struct err *err)
{
	const char *at = entries->extended.data, *end = at + entries->extended_size;
	while (entries->pax && at < end)
		if (record(entries, &at, end, err))
			return -1;
	entries->extended.size = 0;
	entries->state = HEADER;
	return 0;
}

static void expect(struct entries *entries, enum state state, uint64_t size)
{
	entries->left = (size + BLOCK - 1) / BLOCK * BLOCK;
	entries->state = entries->left ? state : HEADER;
}

/* spec: POSIX.1-2017 pax, typeflag x and g; GNU tar manual, types K and L */
static int begin_extended(struct entries *entries, char type, uint64_t size, struct err *err)
{
	if (size > ENTRIES_EXTENDED_CAP)
		return bad(entries, "extended header over 1 MiB", err);
	if (entries->has_size && type != 'g')
		return bad(entries, "extended header after one that gives a size", err);
	entries->global = type == 'g';
	entries->pax = type == 'x' || type == 'g';
	entries->promised = entries->promised || type != 'g';
	entries->extended_size = (size_t)size;
	expect(entries, EXTENDED, size);
	return 0;
}

static int begin_entry(struct entries *entries, char type, uint64_t size, struct err *err)
{
	if (entries->has_size)
		size = entries->size;
	entries->has_size = entries->promised = false;
	if (size > INT64_MAX - BLOCK)
		return bad(entries, "size beyond reason", err);
	if (type >= '1' && type <= '6' && size)
		return bad(entries, "contents in a link, device or folder", err);
	if (type && !(type >= '0' && type <= '7'))
		return bad(entries, "type a layer cannot have", err);
	entries->count++;
	expect(entries, CONTENTS, size);
	return 0;
}

static int header(struct entries *entries, struct err *err)
{
	uint64_t size;
	char type = (char)entries->block[TYPE_AT];
	entries->header = entries->offset - BLOCK;
	if (all_zero(entries->block, BLOCK)) {
		entries->state = ZERO;
		return entries->promised ? bad(entries, "extended header without an entry", err) : 0;
	}
	if (!sum_holds(entries->block))
		return bad(entries, "not a tar header (checksum)", err);
	if (number(entries->block + SIZE_AT, SIZE_DIGITS, &size))
		return bad(entries, "size is not a number", err);
	if (type && strchr("xgKL", type))
		return begin_extended(entries, type, size, err);
	return begin_entry(entries, type, size, err);
}

static int zero_block(struct entries *entries, struct err *err)
{
	if (!all_zero(entries->block, BLOCK))
		return err_bad(err, "tar: only one zero block at offset %llu", (unsigned long long)entries->header);
	entries->state = AFTER;
	return 0;
}

/* Takes bytes until a block is whole; returns how many. */
static size_t collect(struct entries *entries, const uint8_t *data, size_t size)
{
	size_t n = BLOCK - entries->have < size ? BLOCK - entries->have : size;
	memcpy(entries->block + entries->have, data, n);
	entries->have += n;
	return n;
}

static int take_block(struct entries *entries, struct err *err)
{
	entries->have = 0;
	return entries->state == HEADER ? header(entries, err) : zero_block(entries, err);
}

static int take_contents(struct entries *entries, const uint8_t *data, size_t n, struct err *err)
{
	entries->left -= n;
	if (entries->state == EXTENDED && bytes_add(&entries->extended, data, n, err))
		return -1;
	if (entries->left)
		return 0;
	if (entries->state == EXTENDED)
		return read_extended(entries, err);
	entries->state = HEADER;
	return 0;
}

int entries_push(struct entries *entries, const void *data, size_t size, struct err *err)
{
	const uint8_t *at = data;
	while (size) {
		bool in_block = entries->state == HEADER || entries->state == ZERO;
		size_t n = in_block ? collect(entries, at, size) : size;
		if ((entries->state == CONTENTS || entries->state == EXTENDED) && n > entries->left)
			n = (size_t)entries->left;
		entries->offset += n;
		if (entries->state == AFTER && !all_zero(at, n))
			return err_bad(err, "tar: data after the end-of-archive marker");
		if (in_block && entries->have == BLOCK && take_block(entries, err))
			return -1;
		if (!in_block && entries->state != AFTER && take_contents(entries, at, n, err))
			return -1;
		at += n;
		size -= n;
	}
	return 0;
}

int entries_end(struct entries *entries, uint64_t *count, struct err *err)
{
	if (entries->state == CONTENTS || entries->state == EXTENDED)
		return err_bad(err, "tar: truncated in the entry at offset %llu", (unsigned long long)entries->header);
	if (entries->offset && entries->offset < BLOCK)
		return err_bad(err, "tar: shorter than one header");
	if (entries->offset % BLOCK)
		return err_bad(err, "tar: size is not a multiple of 512");
	if (entries->state != AFTER)
		return err_bad(err, "tar: truncated: no end-of-archive marker");
	*count = entries->count;
	return 0;
}
