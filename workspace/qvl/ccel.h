/* The firmware's event log as Linux shows it in /sys/firmware/acpi/tables/data/CCEL: TCG's crypto-agile format with
 * SHA-384 alone.
 *
 * The first record says so, in the older format; it is checked. Events of index 0 (MRTD's, which cannot be extended)
 * and of type EV_NO_ACTION extend nothing and are left out. An index of 0xffffffff begins the filling, which is 0xff to
 * the end; the end of the file will do as well, but only between two records.
 *
 * Payloads say what was measured but are not, in general, what was hashed: see event_payload.h.
 *
 * Sources: spec: tdx-boot-spec.md 8, rtmr3-spec.md 3.3, 12.4; TCG PC Client Platform Firmware Profile, "Event Logging".
 */
#ifndef QVL_CCEL_H
#define QVL_CCEL_H

#include "event_log.h"

enum {
	CCEL_CAP = 16 << 20, /* bytes; those seen have 64 and 256 KiB */
	CCEL_EVENTS = 1 << 16,
};

/* Does it begin like one? */
bool ccel_is(const void *data, size_t size);

/* Fills *log, which the caller frees in any case. Names are "". STATUS_BAD: `event INDEX: reason`, where the first
 * record has none, or `offset N: reason`. */
int ccel_parse(const void *data, size_t size, struct event_log *log, struct err *err);

#endif
