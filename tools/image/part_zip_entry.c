#include "part_zip.h"

#include <string.h>

enum {
	END_SIZE = 22,
	COMMENT_MOST = 0xffff,
	LOCATOR_SIZE = 20,
	END64_LEAST = 56,
	CENTRAL_SIZE = 46,
	ZIP64_EXTRA = 1,
	NONE32 = 0xffffffff,
};

/* spec: APPNOTE.TXT 4.3.16: the last record, with a comment behind it that goes up to the end of the file */
static bool find_end(struct zip *zip)
{
	size_t size = zip->file.size;
	for (size_t back = END_SIZE; back <= size && back <= END_SIZE + COMMENT_MOST; back++) {
		uint64_t at = size - back;
		if (memcmp(zip->file.data + at, "PK\5\6", 4) || span_little(zip->file, at + 20, 2) != back - END_SIZE)
			continue;
		zip->end = at;
		zip->size = span_little(zip->file, at + 12, 4);
		zip->directory = span_little(zip->file, at + 16, 4);
		return true;
	}
	return false;
}

static bool is_record(const struct zip *zip, uint64_t at, uint64_t size, const char *signature)
{
	return span_has(zip->file, at, size) && !memcmp(zip->file.data + at, signature, 4);
}

/* spec: APPNOTE.TXT 4.3.14, 4.3.15: the record that has 64 bits, and the one that says where it is */
static void find_end64(struct zip *zip)
{
	if (zip->end < LOCATOR_SIZE || !is_record(zip, zip->end - LOCATOR_SIZE, LOCATOR_SIZE, "PK\6\7"))
		return;
	uint64_t locator = zip->end - LOCATOR_SIZE, at = span_little(zip->file, locator + 8, 8);
	if (at > locator || locator - at < END64_LEAST || !is_record(zip, at, END64_LEAST, "PK\6\6"))
		return;
	zip->end64 = at;
	zip->locator = locator;
	zip->size = span_little(zip->file, at + 40, 8);
	zip->directory = span_little(zip->file, at + 48, 8);
}

bool zip_open(struct span file, struct zip *zip)
{
	*zip = (struct zip){.file = file};
	if (!find_end(zip))
		return false;
	find_end64(zip);
	uint64_t end = zip->end64 ? zip->end64 : zip->end;
	if (zip->size > end || zip->directory > end - zip->size)
		return false;
	zip->base = end - zip->size - zip->directory;
	zip->directory += zip->base;
	zip->at = zip->directory;
	return true;
}

/* spec: APPNOTE.TXT 4.5.3: in the order of the header's own fields, those that are full there */
static void take_zip64(struct span extra, uint64_t size_full, uint64_t stored_full, struct zip_entry *entry)
{
	for (uint64_t at = 0; span_has(extra, at, 4); at += 4 + span_little(extra, at + 2, 2)) {
		if (span_little(extra, at, 2) != ZIP64_EXTRA)
			continue;
		uint64_t value = at + 4 + (size_full ? 8 : 0);
		if (stored_full)
			entry->stored = span_little(extra, value, 8);
		if (entry->local == NONE32)
			entry->local = span_little(extra, value + (stored_full ? 8 : 0), 8);
		return;
	}
}

bool zip_next(struct zip *zip, struct zip_entry *entry)
{
	uint64_t at = zip->at;
	if (!is_record(zip, at, CENTRAL_SIZE, "PK\1\2") || at >= zip->directory + zip->size)
		return false;
	uint64_t name = span_little(zip->file, at + 28, 2), extra = span_little(zip->file, at + 30, 2);
	*entry = (struct zip_entry){
		.name = span_cut(zip->file, at + CENTRAL_SIZE, name),
		.at = at,
		.end = at + CENTRAL_SIZE + name + extra + span_little(zip->file, at + 32, 2),
		.local = span_little(zip->file, at + 42, 4),
		.stored = span_little(zip->file, at + 20, 4),
		.method = (unsigned)span_little(zip->file, at + 10, 2),
	};
	take_zip64(span_cut(zip->file, at + CENTRAL_SIZE + name, extra), span_little(zip->file, at + 24, 4) == NONE32,
		   entry->stored == NONE32, entry);
	entry->local += zip->base;
	zip->at = entry->end;
	return true;
}
