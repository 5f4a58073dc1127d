/* What a machine says its registers are: an event log, or bare values.
 *
 * Values are JSON, an object with any of mrtd and rtmr0 to rtmr3, or text, a line each: name, blanks, '=' or ':', and
 * hexadecimal digits. An object may have both values and the log (tcb_info): then they must agree.
 *
 * Sources: spec: rtmr3-spec.md 3, 9.
 */
#ifndef MEASURE_OBSERVED_H
#define MEASURE_OBSERVED_H

#include "expected.h"
#include "log_format.h"

struct observed {
	bool has[TARGETS];
	uint8_t value[TARGETS][SHA384_SIZE]; /* those of a log are replayed */
	bool has_log;
	struct any_log any;
};

void observed_free(struct observed *observed);
#define cleanup_observed cleanup(observed_free)

/* A file's content. Fills *observed, which the caller frees in any case. STATUS_BAD: it is none of these, or a log that
 * is refused; one of a boot that did not finish is not. */
int observed_parse(const void *data, size_t size, struct observed *observed, struct err *err);

/* One value, in hexadecimal. STATUS_BAD: it is none, or contradicts what is there. */
int observed_add(struct observed *observed, unsigned target, const char *digits, struct err *err);

/* Can the events of this register be compared? */
bool observed_has_events(const struct observed *observed, unsigned rtmr);

#endif
