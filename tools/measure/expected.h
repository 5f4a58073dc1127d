/* What is expected of a machine's registers: our own prediction, read back.
 *
 * A prediction is an object with any of these members, as tdx-predict and rtmr3-predict print it:
 *
 *     mrtd, rtmr0 to rtmr3   values, in hexadecimal; null or absent when not known
 *     events                 measured.h
 *     vm                     the VM's shape (shape.h): cpus, memory in bytes, qemu, pic, …
 *     firmware               page_order, td_hob_witness (hexadecimal)
 *
 * In measurements.json it is an item of tdx.vms, chosen by its name, which may also stand in its vm; what is beside vms
 * in tdx, or at the top, is common to all, and a member rtmr3 that is itself such an object is that register's.
 */
#ifndef MEASURE_EXPECTED_H
#define MEASURE_EXPECTED_H

#include "measured.h"

/* What is compared: MRTD and the registers, in the order of a boot. */
enum { TARGET_MRTD, TARGET_RTMR0, TARGETS = TARGET_RTMR0 + REGISTERS };

struct expected {
	bool has[TARGETS];
	uint8_t value[TARGETS][SHA384_SIZE];
	struct measured measured;
	bool has_events[REGISTERS];
	struct json *vm, *firmware; /* objects; NULL: not given */
};

void expected_free(struct expected *expected);
#define cleanup_expected cleanup(expected_free)

/* "mrtd", "rtmr0", … */
const char *target_name(unsigned target);

/* The target of that name, or -1. */
int target_find(const char *name);

/* Fills *expected, which the caller frees in any case. name chooses the VM's shape; NULL when there is but one.
 * STATUS_BAD: `MEMBER: reason`; also when a register is not what its events lead to, or nothing is expected at all. */
int expected_parse(const struct json *document, const char *name, struct expected *expected, struct err *err);

#endif
