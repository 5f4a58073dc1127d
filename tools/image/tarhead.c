#include "tarhead.h"

#include <string.h>

/* spec: POSIX.1-2017 pax, ustar Interchange Format: offset and size of a field in the header block */
enum { SIZE_AT = 124, SIZE_SIZE = 12, SUM_AT = 148, SUM_SIZE = 8, TYPE_AT = 156 };

static const int64_t octal_largest = INT64_C(077777777777); /* eleven digits: the largest ustar size */

void tarhead_free(struct tarhead *head)
{
	bytes_free(&head->path);
	bytes_free(&head->target);
}

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

static int octal(const uint8_t *at, size_t size, int64_t *value, struct err *err)
{
	size_t i = 0;
	*value = 0;
	while (i < size && at[i] == ' ')
		i++;
	for (; i < size && at[i] >= '0' && at[i] <= '7'; i++)
		*value = *value << 3 | (at[i] - '0'); /* twelve digits are 36 bits */
	if (i < size && at[i] != ' ' && at[i] != '\0')
		return err_bad(err, "size is not a number");
	return 0;
}

static int number(const uint8_t *at, size_t size, int64_t *value, struct err *err)
{
	*value = 0;
	return at[0] & 0x80 ? base256(at, size, value, err) : octal(at, size, value, err);
}

enum sum { SUM_HOLDS, SUM_WRONG, SUM_ZEROS };

static enum sum check_sum(const uint8_t *at)
{
	struct err err;
	int64_t claimed;
	uint64_t sum = 0;
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += at[i];
	if (!sum)
		return SUM_ZEROS;
	for (size_t i = SUM_AT; i < SUM_AT + SUM_SIZE; i++)
		sum += (uint64_t)' ' - at[i];
	return !octal(at + SUM_AT, SUM_SIZE, &claimed, &err) && (uint64_t)claimed == sum ? SUM_HOLDS : SUM_WRONG;
}

bool tarhead_begins(const void *block)
{
	return check_sum(block) != SUM_WRONG;
}

/* What an entry's extended headers have said so far. */
struct said {
	int64_t size;         /* -1: nothing */
	bool pax, name, link; /* a header of that kind was there */
	bool real_name;       /* GNU.sparse.name was there: `path` is then a made-up one */
};

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

static int keep_text(struct bytes *into, bool *has, const char *value, size_t size, const char *key, struct err *err)
{
	if (*has)
		return err_bad(err, "pax record %s twice", key);
	if (!size || memchr(value, 0, size))
		return err_bad(err, "pax record %s is empty or has a NUL", key);
	if (!bytes_are_utf8(value, size))
		return err_bad(err, "pax record %s is not UTF-8", key);
	*has = true;
	return bytes_add(into, value, size, err);
}

static bool is(const char *key, size_t size, const char *name)
{
	return strlen(name) == size && !memcmp(key, name, size);
}

static int record(struct tarhead *head, struct said *said, const char *key, size_t key_size, const char *value,
		  size_t size, struct err *err)
{
	if (is(key, key_size, "path"))
		return said->real_name ? 0 : keep_text(&head->path, &head->has_path, value, size, "path", err);
	if (is(key, key_size, "linkpath"))
		return keep_text(&head->target, &head->has_target, value, size, "linkpath", err);
	if (is(key, key_size, "size")) {
		if (said->size >= 0 || decimal(value, size, &said->size))
			return err_bad(err, "pax record size twice, or not a number");
		return 0;
	}
	if (key_size > 11 && !memcmp(key, "GNU.sparse.", 11))
		head->sparse = true;
	/* spec: GNU tar manual, Storing Sparse Files */
	if (is(key, key_size, "GNU.sparse.name")) {
		bytes_free(&head->path);
		head->has_path = said->real_name;
		said->real_name = true;
		return keep_text(&head->path, &head->has_path, value, size, "GNU.sparse.name", err);
	}
	return 0;
}

/* spec: POSIX.1-2017 pax, pax Extended Header: "%d %s=%s\n", <length>, <keyword>, <value> */
static int records(struct tarhead *head, struct said *said, bool global, const char *at, size_t size, struct err *err)
{
	while (size) {
		const char *space = memchr(at, ' ', size < 20 ? size : 20);
		int64_t length;
		if (!space || decimal(at, (size_t)(space - at), &length))
			return err_bad(err, "pax record without a length");
		if ((uint64_t)length > size || length < space - at + 4 || at[length - 1] != '\n')
			return err_bad(err, "pax record whose length lies");
		const char *key = space + 1;
		const char *end = at + length - 1;
		const char *equals = memchr(key, '=', (size_t)(end - key));
		if (!equals || equals == key)
			return err_bad(err, "pax record without a key");
		size_t key_size = (size_t)(equals - key);
		/* A comment is all that a global header may have: its records mean every entry, and are ignored. */
		if (global && !is(key, key_size, "comment"))
			return err_bad(err, "global pax header sets %.*s", key_size < 64 ? (int)key_size : 64, key);
		if (!global && record(head, said, key, key_size, equals + 1, (size_t)(end - equals - 1), err))
			return -1;
		at += length;
		size -= (size_t)length;
	}
	return 0;
}

static int once(bool *seen, const char *what, struct err *err)
{
	if (*seen)
		return err_bad(err, "two %s for one entry", what);
	*seen = true;
	return 0;
}

/* One extended header: what comes before an entry's own. */
static int extended(struct tarhead *head, struct said *said, char type, const char *data, size_t size, struct err *err)
{
	switch (type) {
	case 'g':
		return records(head, said, true, data, size, err);
	case 'x':
	case 'X': /* Solaris' letter for the same */
		return once(&said->pax, "pax headers", err) || records(head, said, false, data, size, err) ? -1 : 0;
	case 'L':
		return once(&said->name, "long names", err);
	default:
		return once(&said->link, "long link targets", err);
	}
}

static int own(struct tarhead *head, const struct said *said, char type, int64_t size, struct err *err)
{
	head->type = type == '\0' || type == '7' ? '0' : type;
	head->sparse = head->sparse || type == 'S';
	head->stored = said->size >= 0 ? said->size : size;
	/* A size that fits is in the ustar field too, or that field is empty or full. */
	if (said->size >= 0 && said->size != size && size && !(size == octal_largest && said->size > size))
		return err_bad(err, "size lies: %lld in its header, %lld in its pax header", (long long)size,
			       (long long)said->size);
	if (type >= '1' && type <= '6' && head->stored)
		return err_bad(err, "size lies: %lld bytes for an entry that has no data", (long long)head->stored);
	if ((said->name && head->has_path) || (said->link && head->has_target))
		return err_bad(err, "two long names for one entry");
	return 0;
}

static int header(struct tarhead *head, struct said *said, const uint8_t *data, size_t left, struct err *err)
{
	char type = (char)data[TYPE_AT];
	int64_t size;
	enum sum sum = check_sum(data);
	if (sum != SUM_HOLDS)
		return err_bad(err,
			       sum == SUM_ZEROS ? "extended header without an entry" : "header's checksum is wrong");
	if (number(data + SIZE_AT, SIZE_SIZE, &size, err))
		return -1;
	if (!type || strchr("01234567S", type)) {
		head->end += TAR_BLOCK;
		return own(head, said, type, size, err);
	}
	if (!strchr("gxXLK", type))
		return err_bad(err, "unknown type '%c' (%#x)", type, (unsigned char)type);
	if ((uint64_t)size > left - TAR_BLOCK)
		return err_bad(err, "truncated extended header");
	head->end += TAR_BLOCK + (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	return extended(head, said, type, (const char *)data + TAR_BLOCK, (size_t)size, err);
}

int tarhead_read(const void *data, size_t size, struct tarhead *head, struct err *err)
{
	struct said said = {.size = -1};
	while (!head->type) {
		if ((uint64_t)head->end > size || size - (size_t)head->end < TAR_BLOCK)
			return err_bad(err, head->end ? "truncated behind an extended header" : "truncated header");
		size_t at = (size_t)head->end;
		if (header(head, &said, (const uint8_t *)data + at, size - at, err))
			return -1;
	}
	return 0;
}
