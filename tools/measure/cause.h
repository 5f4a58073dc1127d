/* Why an event or a register may differ, in words: what it varies with, what was expected of that, and where it is
 * from.
 *
 * Sources: spec: tdx-boot-spec.md 3.5 (newer firmware), 3.8.5 (what varies what); rtmr3-spec.md 2.3 (the app's events).
 */
#ifndef MEASURE_CAUSE_H
#define MEASURE_CAUSE_H

#include "observed.h"

/* Each appends a line without its end. */
int cause_different(const struct expected *expected, const struct measured_event *event, const struct event *observed,
		    struct bytes *into, struct err *err);
int cause_missing(const struct measured_event *event, struct bytes *into, struct err *err);

/* is_after_boot: of register 3, behind system-ready. */
int cause_unexpected(const struct event *event, bool is_after_boot, struct bytes *into, struct err *err);

/* Of a register of which only values can be compared. */
int cause_value(const struct expected *expected, unsigned target, struct bytes *into, struct err *err);

/* Does firmware of the newer layout alone write such an event? */
bool cause_is_newer_firmware(const struct event *event);

#endif
