/* spec: POSIX.1-2017 pax, "ustar Interchange Format", "pax Header Block"; GNU tar manual, "Basic Tar Format" */
#include "partform.h"
#include "tarblock.h"

#include <string.h>

static const struct field header[] = {
	{"name", {100}}, {"mode", {8}},     {"uid", {8}},        {"gid", {8}},      {"size", {12}},    {"mtime", {12}},
	{"chksum", {8}}, {"typeflag", {1}}, {"linkname", {100}}, {"magic", {6}},    {"version", {2}},  {"uname", {32}},
	{"gname", {32}}, {"devmajor", {8}}, {"devminor", {8}},   {"prefix", {155}}, {"padding", {12}}, {NULL, {0}},
};
enum { PREFIX_AT = 345, PREFIX_SIZE = 155, NAME_SIZE = 100, MAGIC_AT = 257 };

/* The headers of an entry and its data, or a pax header alone, with the name that is known so far. */
struct entry {
	struct span name, prefix;
	bool named; /* by an extended header */
};

static bool is_block(struct span file, uint64_t at)
{
	return span_has(file, at, TAR_BLOCK) && tarblock_sum(file.data + at) == SUM_HOLDS;
}

static uint64_t size_of(struct span file, uint64_t at)
{
	struct err err;
	int64_t size = 0;
	char type = tarblock_type(file.data + at);
	if (tarblock_size(file.data + at, &size, &err) || size < 0 || (type >= '1' && type <= '6'))
		return 0;
	return (uint64_t)size;
}

/* What an extended header's data say of the name; its record `size` counts for the data that follow. */
static void take_extended(struct span data, char type, struct entry *entry, int64_t *size)
{
	const char *at = (const char *)data.data, *end = at + data.size;
	struct tarblock_record record;
	struct err err;
	if (type == 'L') {
		entry->name = span_string(data, 0);
		entry->named = true;
	}
	while (type == 'x' && at < end && !tarblock_record(&at, end, &record, &err)) {
		if (tarblock_is(&record, "size") && tarblock_number(&record, size, &err))
			*size = -1;
		if (!tarblock_is(&record, "path"))
			continue;
		entry->name = (struct span){(const uint8_t *)record.value, record.size};
		entry->named = true;
	}
}

/* The name of an entry whose own header is at `at`. */
static void take_own(struct span file, uint64_t at, struct entry *entry)
{
	if (entry->named)
		return;
	entry->name = span_string(span_cut(file, at, NAME_SIZE), 0);
	if (!memcmp(file.data + at + MAGIC_AT, "ustar\0", 6))
		entry->prefix = span_string(span_cut(file, at + PREFIX_AT, PREFIX_SIZE), 0);
}

static void add_entry(const struct entry *entry, struct naming *naming)
{
	naming_add(naming, "entry ");
	if (entry->prefix.size) {
		naming_text(naming, entry->prefix);
		naming_add(naming, "/");
	}
	naming_text(naming, entry->name);
	naming_add(naming, ": ");
}

/* The record of a pax header that the byte lies in. */
static void in_records(struct span file, uint64_t from, uint64_t size, uint64_t offset, struct naming *naming)
{
	struct span data = span_cut(file, from, size);
	const char *start = (const char *)data.data, *at = start, *end = at + data.size, *record_at = at;
	struct tarblock_record record;
	struct err err;
	naming_range(naming, from, size);
	naming_add(naming, "pax header");
	while (at < end && !tarblock_record(&at, end, &record, &err)) {
		uint64_t length = (uint64_t)(at - record_at);
		if (holds(from + (uint64_t)(record_at - start), length, offset)) {
			naming_range(naming, from + (uint64_t)((const char *)record.value - start), record.size);
			naming_add(naming, ": ");
			naming_text(naming, (struct span){(const uint8_t *)record.key, record.key_size});
			return;
		}
		record_at = at;
	}
}

static const char *kind(char type)
{
	return type == 'x' || type == 'X' ? "pax header" : type == 'g' ? "global pax header" : "long name";
}

/* The name of what follows the extended header behind `at` is read ahead, since it names these bytes too. */
static bool in_extended(struct span file, uint64_t at, uint64_t size, uint64_t offset, const struct entry *entry,
			struct naming *naming)
{
	char type = tarblock_type(file.data + at);
	uint64_t data = at + TAR_BLOCK, next = data + (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	struct entry named = *entry;
	if (!holds(at, next - at, offset))
		return false;
	if (type != 'g') {
		if (is_block(file, next) && !strchr("gxXLK", tarblock_type(file.data + next)))
			take_own(file, next, &named);
		add_entry(&named, naming);
	}
	if (offset < data) {
		naming_add(naming, "%s: ", kind(type));
		naming_field(naming, header, 0, at, offset);
	} else if (type == 'x' || type == 'X' || type == 'g') {
		in_records(file, data, size, offset, naming);
	} else {
		naming_range(naming, data, size);
		naming_add(naming, "long name");
	}
	return true;
}

static bool in_entry(struct span file, uint64_t at, uint64_t size, uint64_t offset, const struct entry *entry,
		     struct naming *naming)
{
	uint64_t data = at + TAR_BLOCK, next = data + (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
	if (!holds(at, next - at, offset))
		return false;
	size_t length = naming->length;
	add_entry(entry, naming);
	if (offset < data) {
		naming_add(naming, "header: ");
		naming_field(naming, header, 0, at, offset);
	} else if (offset - data < size) {
		naming->length = length;
		add_entry(entry, naming);
		naming->length -= 2; /* what lies inside begins with a colon of its own */
		naming_inside(naming, file, data, size, offset);
	} else {
		naming_range(naming, data + size, next - data - size);
		naming_add(naming, "padding");
	}
	return true;
}

bool tar_part(struct span file, uint64_t offset, struct naming *naming)
{
	struct entry entry = {0};
	int64_t said = -1; /* the size in a pax header */
	uint64_t at = 0;
	if (!is_block(file, 0) || memcmp(file.data + MAGIC_AT, "ustar", 5))
		return false;
	while (is_block(file, at)) {
		uint64_t size = size_of(file, at);
		char type = tarblock_type(file.data + at);
		bool extended = type && strchr("gxXLK", type);
		if (extended)
			take_extended(span_cut(file, at + TAR_BLOCK, size), type, &entry, &said);
		else
			take_own(file, at, &entry);
		if (!extended && said >= 0)
			size = (uint64_t)said;
		if (extended ? in_extended(file, at, size, offset, &entry, naming)
			     : in_entry(file, at, size, offset, &entry, naming))
			return true;
		at += TAR_BLOCK + (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
		if (!extended) {
			entry = (struct entry){0};
			said = -1;
		}
	}
	naming_range(naming, at, file.size - at);
	naming_add(naming, "end of the archive");
	return true;
}
