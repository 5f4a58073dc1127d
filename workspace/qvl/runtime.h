/* Which runtime events a release of dstack extends RTMR3 by while it boots, in order: the table of the specification.
 *
 * The release stands in neither quote nor log, so it has to be said. Sources: spec: rtmr3-spec.md 2 (the table), 2.3
 * (the boundary), 12.6 to 12.8.
 */
#ifndef QVL_RUNTIME_H
#define QVL_RUNTIME_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>

enum runtime_occurs { ONCE, AT_MOST_ONCE, ANY_NUMBER };

struct runtime_step {
	const char *name; /* NULL behind the last */
	enum runtime_occurs occurs;
};

struct runtime {
	const char *version;
	const struct runtime_step *steps;
	/* 0.6: digests of version 2 and manifest version 3 exist, an app-id may be given without a KMS, and the agent
	 * emits no events for applications. */
	bool is_main;
};

/* Ended by one whose version is NULL. "main" is another name of the last. */
extern const struct runtime runtimes[];

/* STATUS_BAD names those there are. */
const struct runtime *runtime_find(const char *version, struct err *err);

/* Are these the names of a boot of that release, in order, each as often as it may come and no other between? */
bool runtime_fits(const struct runtime *runtime, const char *const names[], size_t count);

/* Is it the name of an event of dstack's, in any release? */
bool runtime_is_reserved(const char *name);

/* "once", "at-most-once", "any-number". */
const char *runtime_occurs_name(enum runtime_occurs occurs);

/* May an application have an event of this name? STATUS_BAD: it is empty, not UTF-8, has a colon or a control
 * character, or is one of dstack's own in any release: then it could be taken for another. */
int runtime_check_name(const char *name, struct err *err);

#endif
