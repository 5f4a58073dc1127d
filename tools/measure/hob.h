/* The TD HOB: the list of memory ranges that QEMU hands to the firmware, and the firmware measures first.
 *
 * It is a function of the memory's size and of the ranges that the firmware has accepted from the start: its sections
 * of type TD_HOB and TEMP_MEM. A witness is those ranges in a dozen bytes.
 *
 * Sources: spec: tdx-boot-spec.md 3.2 (HOB), 3.3 (witness).
 */
#ifndef MEASURE_HOB_H
#define MEASURE_HOB_H

#include "bytes.h"
#include "tdvf.h"

enum {
	HOB_RANGES = TDVF_SECTIONS,
	WITNESS_CAP = 2048, /* bytes: all ranges at their longest */
};
#define HOB_MEMORY_MAX (UINT64_C(1) << 45) /* bytes; below where the 64-bit PCI hole begins */

struct hob_range {
	uint64_t start, end; /* guest physical addresses, of whole pages */
};

/* Sorted by start, at least one, none empty; they may touch and do not overlap. */
struct hob_ranges {
	struct hob_range ranges[HOB_RANGES];
	size_t count;
	uint64_t base; /* of the TD HOB: the start of one of them */
};

void hob_ranges_of(const struct tdvf *tdvf, struct hob_ranges *ranges);

/* Appends the bytes that are measured: the list without its end. memory in bytes. STATUS_BAD, `memory: reason`: not a
 * multiple of 1 MiB, too little for the ranges, more than HOB_MEMORY_MAX, or ranges where it has no memory. */
int hob_build(const struct hob_ranges *ranges, uint64_t memory, struct bytes *into, struct err *err);

/* Appends the witness. Fails only when memory is out. */
int witness_encode(const struct hob_ranges *ranges, struct bytes *into, struct err *err);

/* Takes nothing but what witness_encode() writes. STATUS_BAD: `witness: reason`. */
int witness_decode(const void *data, size_t size, struct hob_ranges *ranges, struct err *err);

#endif
