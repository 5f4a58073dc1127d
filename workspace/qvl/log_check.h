/* What makes a log misleading although it replays: refused before anyone looks at its names.
 *
 *   - An event type that is in no specification.
 *   - Before system-ready (in a log without one: anywhere), where the measured OS speaks and not yet the app:
 *       a name with ':' or a control character in an event of version 1, which can be another event in disguise;
 *       a second event of a name that the boot gives once.
 *   - A second system-ready: whoever takes the last one believes the app.
 *   - A boot that did not get to system-ready.
 *
 * Whether the events are those of one dstack release, in its order, is a matter of policy and not looked at.
 *
 * Sources: spec: rtmr3-spec.md 1.2, 2.3, 11, 12.6, 12.7.
 */
#ifndef QVL_LOG_CHECK_H
#define QVL_LOG_CHECK_H

#include "event_log.h"

/* STATUS_BAD: `event INDEX: reason`, and for the last rule `reason`. */
int log_check(const struct event_log *log, struct err *err);

/* All but the last rule: for a boot that failed and is to be understood. */
int log_check_unfinished(const struct event_log *log, struct err *err);

/* The index of the first system-ready, or log->count: the events of register 3 behind it are the app's. */
size_t log_boot_end(const struct event_log *log);

#endif
