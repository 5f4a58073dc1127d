#include "entries.h"

#include "bytes.h"
#include "tarblock.h"

#include <stdbool.h>
#include <string.h>

enum state { HEADER, CONTENTS, EXTENDED, ZERO, AFTER };

struct entries {
	enum state state;
	uint8_t block[TAR_BLOCK]; /* being collected */
	size_t have;
	uint64_t offset;      /* of the next byte */
	uint64_t header;      /* offset of the last header */
	uint64_t left;        /* bytes of contents and padding still to come */
	size_t extended_size; /* bytes of the extended header without padding */
	uint64_t count;
	int64_t size; /* what a pax record says of the next entry */
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

/* Puts in front where it was. */
static int located(const struct entries *entries, struct err *err)
{
	return err_prefix(err, "tar entry %llu at offset %llu", (unsigned long long)entries->count + 1,
			  (unsigned long long)entries->header);
}

static int bad(const struct entries *entries, const char *reason, struct err *err)
{
	err_bad(err, "%s", reason);
	return located(entries, err);
}

static bool all_zero(const uint8_t *at, size_t size)
{
	return size == 0 || (at[0] == 0 && !memcmp(at, at + 1, size - 1));
}

/* Of all records only the size matters here: without it the next header is not found. */
static int read_record(struct entries *entries, const char **at, const char *end, struct err *err)
{
	struct tarblock_record record;
	if (tarblock_record(at, end, &record, err))
		return located(entries, err);
	if (!tarblock_is(&record, "size"))
		return 0;
	if (entries->global)
		return bad(entries, "size in a global pax header", err);
	if (entries->has_size)
		return bad(entries, "pax record size twice", err);
	entries->has_size = true;
	return tarblock_number(&record, &entries->size, err) ? located(entries, err) : 0;
}

static int read_extended(struct entries *entries, struct err *err)
{
	const char *at = entries->extended.data, *end = at + entries->extended_size;
	while (entries->pax && at < end)
		if (read_record(entries, &at, end, err))
			return -1;
	entries->extended.size = 0;
	entries->state = HEADER;
	return 0;
}

static void expect(struct entries *entries, enum state state, int64_t size)
{
	entries->left = ((uint64_t)size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	entries->state = entries->left ? state : HEADER;
}

/* spec: POSIX.1-2017 pax, typeflag x and g; GNU tar manual, types K and L */
static int begin_extended(struct entries *entries, char type, int64_t size, struct err *err)
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

static int begin_entry(struct entries *entries, char type, int64_t size, struct err *err)
{
	if (entries->has_size)
		size = entries->size;
	entries->has_size = entries->promised = false;
	if (size > INT64_MAX - TAR_BLOCK)
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
	int64_t size;
	char type = tarblock_type(entries->block);
	enum tarblock_sum sum = tarblock_sum(entries->block);
	entries->header = entries->offset - TAR_BLOCK;
	if (sum == SUM_ZEROS) {
		entries->state = ZERO;
		return entries->promised ? bad(entries, "extended header without an entry", err) : 0;
	}
	if (sum == SUM_WRONG)
		return bad(entries, "not a tar header (checksum)", err);
	if (tarblock_size(entries->block, &size, err))
		return located(entries, err);
	if (size < 0)
		return bad(entries, "no size", err);
	if (type && strchr("xgKL", type))
		return begin_extended(entries, type, size, err);
	return begin_entry(entries, type, size, err);
}

static int zero_block(struct entries *entries, struct err *err)
{
	if (tarblock_sum(entries->block) != SUM_ZEROS)
		return err_bad(err, "tar: only one zero block at offset %llu", (unsigned long long)entries->header);
	entries->state = AFTER;
	return 0;
}

/* Takes bytes until a block is whole; returns how many. */
static size_t collect(struct entries *entries, const uint8_t *data, size_t size)
{
	size_t n = TAR_BLOCK - entries->have < size ? TAR_BLOCK - entries->have : size;
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
		if (in_block && entries->have == TAR_BLOCK && take_block(entries, err))
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
	if (entries->offset && entries->offset < TAR_BLOCK)
		return err_bad(err, "tar: shorter than one header");
	if (entries->offset % TAR_BLOCK)
		return err_bad(err, "tar: size is not a multiple of 512");
	if (entries->state != AFTER)
		return err_bad(err, "tar: truncated: no end-of-archive marker");
	*count = entries->count;
	return 0;
}
