/* What was found out about a release: a list of findings, and the verdict they add up to.
 *
 * A finding belongs to a check, by its name; one that does not hold, or could not be made, has a code. Names and codes
 * are stable (docs/verify.md lists them); reasons are for people. Findings stand in the order in which they were made,
 * causes before consequences, and the first that does not hold is the reason of the whole.
 *
 * Nothing here fails: when memory is out, `failed` is set, and the list is good for nothing.
 */
#ifndef RELEASE_VERDICT_H
#define RELEASE_VERDICT_H

#include "json.h"

enum verdict {
	VERDICT_HOLDS,
	VERDICT_UNCHECKED, /* what it needs was not supplied */
	VERDICT_UNSURE,    /* cannot say: unsupported, or could not be had */
	VERDICT_FALSE,
};

struct finding {
	enum verdict verdict;
	const char *check, *code; /* constants; code is NULL when it holds */
	char *object;             /* a path of the release or a part of the image; NULL: the whole */
	char *reason;
	char *expected, *observed; /* NULL: none; expected is what was claimed */
};

enum { FINDINGS_EACH = 20 }; /* that do not hold, of one check; the others are counted */

struct findings {
	struct finding *items;
	size_t count, capacity;
	size_t left_out; /* beyond FINDINGS_EACH */
	bool failed;
};

void findings_free(struct findings *findings);
#define cleanup_findings cleanup(findings_free)

/* It holds; the text says what was looked at. */
void say_holds(struct findings *findings, const char *check, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* It does not hold. object may be NULL. */
void say_false(struct findings *findings, const char *check, const char *code, const char *object, const char *format,
	       ...) __attribute__((format(printf, 5, 6)));

/* The same with what was claimed and what was found; either may be NULL. */
void say_differs(struct findings *findings, const char *check, const char *code, const char *object,
		 const char *expected, const char *observed, const char *format, ...)
	__attribute__((format(printf, 7, 8)));

/* VERDICT_UNCHECKED or VERDICT_UNSURE, and why. */
void say_open(struct findings *findings, enum verdict verdict, const char *check, const char *code, const char *format,
	      ...) __attribute__((format(printf, 5, 6)));

/* How many findings of the check do not hold? check NULL: of all. */
size_t findings_false(const struct findings *findings, const char *check);

/* All taken together: does not hold, else cannot say, else holds. What was not checked takes nothing away. */
enum verdict findings_verdict(const struct findings *findings);

/* "holds", "not checked", "cannot say", "does not hold". */
const char *verdict_name(enum verdict verdict);

/* 0, 1 or 2 (docs/design.md, "Exit status"). */
int verdict_status(enum verdict verdict);

#endif
