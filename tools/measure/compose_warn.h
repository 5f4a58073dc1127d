/* What a careful reviewer would say of an app-compose.json: what in it lets somebody else choose what runs, or keeps a
 * verifier from knowing. None of it makes the file wrong.
 *
 * Sources: spec: rtmr3-spec.md 4.3, 4.4 (environment), 10 (what to check), 11.7; docs/man/compose-digest.1 lists them.
 */
#ifndef MEASURE_COMPOSE_WARN_H
#define MEASURE_COMPOSE_WARN_H

#include "compose.h"

struct warning {
	const char *code; /* "image-not-pinned", …; for programs */
	char *text;       /* `MEMBER: …`, one line */
};

struct warnings {
	struct warning *list;
	size_t count;
};

void warnings_free(struct warnings *warnings);
#define cleanup_warnings cleanup(warnings_free)

/* Appends. 0, or -1 when memory is out. */
int warnings_add(struct warnings *warnings, struct err *err, const char *code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Appends all there are. */
int compose_warn(const struct compose *compose, struct warnings *warnings, struct err *err);

/* Those of the docker-compose text alone. */
int compose_warn_text(const char *text, struct warnings *warnings, struct err *err);

/* Does whoever may set a variable of this name choose what code runs? */
bool compose_chooses_code(const char *variable);

#endif
