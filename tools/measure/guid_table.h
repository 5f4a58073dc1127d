/* The table of GUIDed entries near the end of OVMF firmware, which leads to the metadata for TDX and SEV.
 *
 * It is read from its end, 32 bytes before the end of the file, towards its front. GUIDs are in wire form: the first
 * three fields byte-reversed.
 *
 * Sources: spec: tdx-boot-spec.md 1.1, 1.3, 9.
 */
#ifndef MEASURE_GUID_TABLE_H
#define MEASURE_GUID_TABLE_H

#include "err.h"

#include <stddef.h>
#include <stdint.h>

enum {
	GUID_SIZE = 16,
	GUID_ENTRIES = 64,       /* more are refused */
	FIRMWARE_CAP = 64 << 20, /* bytes a firmware file may have */
};

struct guid_entry {
	const uint8_t *guid; /* GUID_SIZE bytes of the firmware */
	const uint8_t *data; /* a view of the firmware */
	size_t size;
};

struct guid_table {
	struct guid_entry entries[GUID_ENTRIES]; /* in the order they are read: from the end */
	size_t count;
	size_t left; /* bytes in front of the first entry, too few for another */
};

/* The table is a view of firmware: nothing is owned. STATUS_BAD: `footer table: reason`. */
int guid_table_parse(const uint8_t *firmware, size_t size, struct guid_table *table, struct err *err);

/* The entry that must be there once; name is for the message. NULL, STATUS_BAD: `footer table: no NAME entry`, or two.
 */
const struct guid_entry *guid_table_need(const struct guid_table *table, const uint8_t guid[GUID_SIZE],
					 const char *name, struct err *err);

#endif
