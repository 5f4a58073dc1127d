/* What eventlog-diff prints.
 *
 *     equal         true: nothing diverges, of what was compared
 *     compared      names of the registers that were: mrtd, rtmr0 to rtmr3
 *     divergences   register, kind (value, different, missing, unexpected), index (of the event in its register's log,
 *                   null for a value), name, type and type_name (null for a value), expected and observed (digests or
 *                   values; null where there is none), cause
 *     first         the first of them, in the order of a boot; null
 *     notes         what was not compared and what is known of such logs
 *     shape         shape_find.h; only when one was searched for
 */
#ifndef MEASURE_DIFF_REPORT_H
#define MEASURE_DIFF_REPORT_H

#include "divergence.h"
#include "shape_find.h"

struct diff {
	const struct expected *expected;
	const struct observed *observed;
	const struct divergences *divergences;
	const struct shape_finding *finding; /* NULL: none was searched for */
};

/* Was anything compared? */
bool diff_says_something(const struct diff *diff);

/* NULL when memory is out. */
struct json *diff_json(const struct diff *diff);

int diff_text(const struct diff *diff, struct bytes *into, struct err *err);

#endif
