#include "guid_table.h"

#include <string.h>

/* spec: tdx-boot-spec.md 1.1 */
enum {
	TAIL = 32,    /* the reset vector, behind the table */
	TRAILER = 18, /* what an entry ends with: u16 length, GUID */
};

static const uint8_t footer[GUID_SIZE] = {0xde, 0x82, 0xb5, 0x96, 0xb2, 0x1f, 0xf7, 0x45,
					  0xba, 0xea, 0xa3, 0x66, 0xc5, 0x5a, 0x08, 0x2d};

static size_t length_at(const uint8_t *trailer)
{
	return trailer[0] | (size_t)trailer[1] << 8;
}

static int walk(const uint8_t *table, size_t size, struct guid_table *into, struct err *err)
{
	size_t end = size - TRAILER;
	while (end >= TRAILER) {
		const uint8_t *trailer = table + end - TRAILER;
		size_t length = length_at(trailer);
		if (length < TRAILER)
			return err_bad(err, "entry %zu has %zu bytes, fewer than its own trailer", into->count, length);
		if (length > end)
			return err_bad(err, "entry %zu begins before the table", into->count);
		if (into->count == GUID_ENTRIES)
			return err_bad(err, "more than %d entries", GUID_ENTRIES);
		into->entries[into->count++] = (struct guid_entry){
			.guid = trailer + 2,
			.data = table + end - length,
			.size = length - TRAILER,
		};
		end -= length;
	}
	into->left = end;
	return 0;
}

static int parse(const uint8_t *firmware, size_t size, struct guid_table *table, struct err *err)
{
	if (size < TAIL + TRAILER || size > FIRMWARE_CAP)
		return err_bad(err, "firmware of %zu bytes, not %d to %d", size, TAIL + TRAILER, FIRMWARE_CAP);
	size_t end = size - TAIL;
	if (memcmp(firmware + end - GUID_SIZE, footer, GUID_SIZE))
		return err_bad(err, "there is none");
	size_t total = length_at(firmware + end - TRAILER);
	if (total < TRAILER)
		return err_bad(err, "its length is %zu, less than its own trailer's", total);
	if (total > end)
		return err_bad(err, "its length is %zu, more than the file has", total);
	return walk(firmware + end - total, total, table, err);
}

int guid_table_parse(const uint8_t *firmware, size_t size, struct guid_table *table, struct err *err)
{
	*table = (struct guid_table){0};
	return parse(firmware, size, table, err) ? err_prefix(err, "footer table") : 0;
}

const struct guid_entry *guid_table_need(const struct guid_table *table, const uint8_t guid[GUID_SIZE],
					 const char *name, struct err *err)
{
	const struct guid_entry *found = NULL;
	for (size_t i = 0; i < table->count; i++) {
		const struct guid_entry *entry = &table->entries[i];
		if (memcmp(entry->guid, guid, GUID_SIZE))
			continue;
		if (found) {
			err_bad(err, "footer table: two %s entries", name);
			return NULL;
		}
		found = entry;
	}
	if (!found)
		err_bad(err, "footer table: no %s entry", name);
	return found;
}
