#include "tarhead.h"

#include <string.h>

static const int64_t octal_largest = INT64_C(077777777777); /* eleven digits: the largest ustar size */

void tarhead_free(struct tarhead *head)
{
	bytes_free(&head->path);
	bytes_free(&head->target);
}

/* What an entry's extended headers have said so far. */
struct said {
	int64_t size;         /* -1: nothing */
	bool pax, name, link; /* a header of that kind was there */
	bool real_name;       /* GNU.sparse.name was there: `path` is then a made-up one */
};

static int keep_text(struct bytes *into, bool *has, const struct tarblock_record *record, const char *key,
		     struct err *err)
{
	if (*has)
		return err_bad(err, "pax record %s twice", key);
	if (!record->size || memchr(record->value, 0, record->size))
		return err_bad(err, "pax record %s is empty or has a NUL", key);
	if (!bytes_are_utf8(record->value, record->size))
		return err_bad(err, "pax record %s is not UTF-8", key);
	*has = true;
	return bytes_add(into, record->value, record->size, err);
}

static int note(struct tarhead *head, struct said *said, const struct tarblock_record *record, struct err *err)
{
	if (tarblock_is(record, "path"))
		return said->real_name ? 0 : keep_text(&head->path, &head->has_path, record, "path", err);
	if (tarblock_is(record, "linkpath"))
		return keep_text(&head->target, &head->has_target, record, "linkpath", err);
	if (tarblock_is(record, "size")) {
		if (said->size >= 0)
			return err_bad(err, "pax record size twice");
		return tarblock_number(record, &said->size, err);
	}
	if (record->key_size > 11 && !memcmp(record->key, "GNU.sparse.", 11))
		head->sparse = true;
	/* spec: GNU tar manual, Storing Sparse Files */
	if (tarblock_is(record, "GNU.sparse.name")) {
		bytes_free(&head->path);
		head->has_path = said->real_name;
		said->real_name = true;
		return keep_text(&head->path, &head->has_path, record, "GNU.sparse.name", err);
	}
	return 0;
}

static int records(struct tarhead *head, struct said *said, bool global, const char *at, size_t size, struct err *err)
{
	struct tarblock_record record;
	const char *end = at + size;
	while (at < end) {
		if (tarblock_record(&at, end, &record, err))
			return -1;
		/* A comment is all that a global header may have: its records mean every entry, and are ignored. */
		if (global && !tarblock_is(&record, "comment"))
			return err_bad(err, "global pax header sets %.*s",
				       record.key_size < 64 ? (int)record.key_size : 64, record.key);
		if (!global && note(head, said, &record, err))
			return -1;
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
	char type = tarblock_type(data);
	int64_t size;
	enum tarblock_sum sum = tarblock_sum(data);
	if (sum != SUM_HOLDS)
		return err_bad(err,
			       sum == SUM_ZEROS ? "extended header without an entry" : "header's checksum is wrong");
	if (tarblock_size(data, &size, err))
		return -1;
	size = size < 0 ? 0 : size; /* old writers leave it empty where there is nothing to say */
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
