#include "part_zip.h"

#include <string.h>

/* spec: APPNOTE.TXT 4.3.7: local file header */
static const struct field local_header[] = {
	{"signature", {4}},
	{"version needed", {2}},
	{"flags", {2}},
	{"compression method", {2}},
	{"modification time", {4}},
	{"CRC-32", {4}},
	{"compressed size", {4}},
	{"uncompressed size", {4}},
	{"file name length", {2}},
	{"extra field length", {2}},
	{NULL, {0}},
};
/* spec: APPNOTE.TXT 4.3.12: central directory structure */
static const struct field central_header[] = {
	{"signature", {4}},
	{"version made by", {2}},
	{"version needed", {2}},
	{"flags", {2}},
	{"compression method", {2}},
	{"modification time", {4}},
	{"CRC-32", {4}},
	{"compressed size", {4}},
	{"uncompressed size", {4}},
	{"file name length", {2}},
	{"extra field length", {2}},
	{"file comment length", {2}},
	{"disk number start", {2}},
	{"internal attributes", {2}},
	{"external attributes", {4}},
	{"offset of local header", {4}},
	{NULL, {0}},
};
/* spec: APPNOTE.TXT 4.3.16: end of central directory record */
static const struct field end_record[] = {
	{"signature", {4}},
	{"number of this disk", {2}},
	{"disk of the central directory", {2}},
	{"entries on this disk", {2}},
	{"entries", {2}},
	{"size of the central directory", {4}},
	{"offset of the central directory", {4}},
	{"comment length", {2}},
	{NULL, {0}},
};
enum { LOCAL_SIZE = 30, LOCAL_NAME = 26, LOCAL_EXTRA = 28, DESCRIPTOR_FLAG = 8, STORED = 0 };

/* spec: APPNOTE.TXT 4.5.2, 4.6.1 and Info-ZIP's extrafld.txt for those that are not PKWARE's own */
static const struct {
	unsigned id;
	const char *name;
} extras[] = {
	{0x0001, "Zip64"},        {0x000a, "NTFS times"}, {0x5455, "time stamps"}, {0x5855, "Unix times and owner"},
	{0x7075, "Unicode path"}, {0x7855, "Unix owner"}, {0x7875, "Unix owner"},  {0xcafe, "Java's mark"},
};

static void in_extra(struct span file, uint64_t at, uint64_t size, uint64_t offset, struct naming *naming)
{
	struct span all = span_cut(file, 0, at + size);
	for (uint64_t next; span_has(all, at, 4); at = next) {
		unsigned id = (unsigned)span_little(all, at, 2);
		next = at + 4 + span_little(all, at + 2, 2);
		if (!holds(at, next - at, offset))
			continue;
		naming_range(naming, at, next - at);
		for (size_t i = 0; i < sizeof extras / sizeof *extras; i++)
			if (extras[i].id == id) {
				naming_add(naming, "extra field: %s", extras[i].name);
				return;
			}
		naming_add(naming, "extra field %#06x", id);
		return;
	}
	naming_add(naming, "extra field");
}

/* The texts behind a header, one after the other. */
static bool in_texts(struct span file, uint64_t at, uint64_t name, uint64_t extra, uint64_t comment, uint64_t offset,
		     struct naming *naming)
{
	uint64_t extra_at = at + name, comment_at = extra_at + extra;
	if (holds(at, name, offset)) {
		naming_range(naming, at, name);
		naming_add(naming, "file name");
	} else if (holds(extra_at, extra, offset)) {
		naming_range(naming, extra_at, extra);
		in_extra(file, extra_at, extra, offset, naming);
	} else if (holds(comment_at, comment, offset)) {
		naming_range(naming, comment_at, comment);
		naming_add(naming, "file comment");
	} else {
		return false;
	}
	return true;
}

static void in_entry(const struct zip *zip, const struct zip_entry *entry, uint64_t offset, struct naming *naming)
{
	struct span file = zip->file;
	uint64_t name = span_little(file, entry->local + LOCAL_NAME, 2);
	uint64_t extra = span_little(file, entry->local + LOCAL_EXTRA, 2);
	uint64_t data = entry->local + LOCAL_SIZE + name + extra;
	naming_add(naming, "entry ");
	naming_text(naming, entry->name);
	if (offset < data) {
		naming_add(naming, ": local header: ");
		if (!naming_field(naming, local_header, 0, entry->local, offset))
			in_texts(file, entry->local + LOCAL_SIZE, name, extra, 0, offset, naming);
	} else if (!holds(data, entry->stored, offset)) {
		naming_range(naming, offset, 1);
		naming_add(naming, ": behind its data"); /* a data descriptor, or what is aligned */
	} else if (entry->method == STORED) {
		naming_inside(naming, file, data, entry->stored, offset);
	} else {
		naming_range(naming, data, entry->stored);
		naming_add(naming, ": compressed data");
	}
}

/* The entry whose local header is the last one at or in front of the byte. */
static bool in_entries(const struct zip *zip, uint64_t offset, struct naming *naming)
{
	struct zip walk = *zip;
	struct zip_entry entry, found = {0};
	bool any = false;
	while (zip_next(&walk, &entry))
		if (entry.local <= offset && (!any || entry.local > found.local)) {
			found = entry;
			any = true;
		}
	if (any)
		in_entry(zip, &found, offset, naming);
	return any;
}

static bool in_directory(const struct zip *zip, uint64_t offset, struct naming *naming)
{
	struct zip walk = *zip;
	struct zip_entry entry;
	if (!holds(zip->directory, zip->size, offset))
		return false;
	naming_add(naming, "central directory");
	while (zip_next(&walk, &entry)) {
		if (!holds(entry.at, entry.end - entry.at, offset))
			continue;
		naming_add(naming, ": entry ");
		naming_text(naming, entry.name);
		naming_add(naming, ": ");
		uint64_t texts = entry.at + fields_size(central_header, 0);
		if (!naming_field(naming, central_header, 0, entry.at, offset))
			in_texts(zip->file, texts, entry.name.size, span_little(zip->file, entry.at + 30, 2),
				 span_little(zip->file, entry.at + 32, 2), offset, naming);
		return true;
	}
	naming_range(naming, zip->directory, zip->size);
	return true;
}

static bool in_end(const struct zip *zip, uint64_t offset, struct naming *naming)
{
	if (zip->end64 && holds(zip->end64, zip->locator - zip->end64, offset)) {
		naming_range(naming, zip->end64, zip->locator - zip->end64);
		naming_add(naming, "Zip64 end of central directory");
		return true;
	}
	if (zip->end64 && holds(zip->locator, zip->end - zip->locator, offset)) {
		naming_range(naming, zip->locator, zip->end - zip->locator);
		naming_add(naming, "Zip64 end of central directory locator");
		return true;
	}
	if (offset < zip->end)
		return false;
	naming_add(naming, "end of central directory: ");
	if (!naming_field(naming, end_record, 0, zip->end, offset)) {
		naming_range(naming, zip->end + 22, zip->file.size - zip->end - 22);
		naming_add(naming, "comment");
	}
	return true;
}

bool zip_part(struct span file, uint64_t offset, struct naming *naming)
{
	struct zip zip;
	if (!span_begins(file, "PK\3\4", 4) && !span_begins(file, "PK\5\6", 4))
		return false;
	if (!zip_open(file, &zip)) {
		naming_range(naming, 0, file.size);
		naming_add(naming, "no central directory (+%#llx)", (unsigned long long)offset);
		return true;
	}
	if (!in_end(&zip, offset, naming) && !in_directory(&zip, offset, naming) && !in_entries(&zip, offset, naming)) {
		naming_range(naming, offset, 1);
		naming_add(naming, "outside of any entry");
	}
	return true;
}
