/* Where expected and observed registers part, and why, as far as it can be said.
 *
 * Registers are compared first; only where they differ, or a value cannot be known beforehand, events are, and these
 * are aligned, not counted off: by digest, and else by type and name. A firmware event's name is what its payload says
 * of itself, or the agent's name for it, and serves to find its pair alone.
 *
 * Sources: spec: tdx-boot-spec.md 3.1, 3.5, 3.8.5; rtmr3-spec.md 2.3, 12.1, 12.2.
 */
#ifndef MEASURE_DIVERGENCE_H
#define MEASURE_DIVERGENCE_H

#include "observed.h"

enum divergence_kind {
	DIVERGENCE_VALUE,     /* of a register whose events are not known on one side */
	DIVERGENCE_DIFFERENT, /* an event's digest */
	DIVERGENCE_MISSING,   /* expected and not observed */
	DIVERGENCE_UNEXPECTED,
};

struct divergence {
	enum divergence_kind kind;
	unsigned target;
	const struct measured_event *expected; /* NULL: there is none */
	const struct event *observed;          /* likewise */
	size_t index;                          /* of the event in its register's log, observed if there is one */
	char *cause;                           /* in words, a line */
};

struct divergences {
	struct divergence *items; /* MRTD first, then the registers event by event */
	size_t count;
	bool compared[TARGETS];
	struct bytes notes; /* lines: what was not compared, and what is known of such logs */
};

void divergences_free(struct divergences *divergences);
#define cleanup_divergences cleanup(divergences_free)

/* "value", "different", "missing", "unexpected". */
const char *divergence_kind_name(enum divergence_kind kind);

/* Fills *divergences, which the caller frees in any case; it points into both others. */
int divergences_find(const struct expected *expected, const struct observed *observed, struct divergences *divergences,
		     struct err *err);

#endif
