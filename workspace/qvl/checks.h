/* What was looked at while a quote was verified: each check done, failed or left out, in order, with the bytes it rests
 * on.
 *
 * A check has a name that does not change ("qe-report.signature"), the step of the specification it belongs to, and,
 * when it fails, a reason code that does not change either ("signature-invalid"): programs decide by the two, people
 * read the text. A list with no failed check is no verdict: whoever asks knows which checks must be in it.
 *
 * Sources: spec: quote-spec.md 2 (steps).
 */
#ifndef QVL_CHECKS_H
#define QVL_CHECKS_H

#include "view.h"

enum {
	CHECKS_MAX = 128,
	CHECK_TEXT_SIZE = 320,
};

enum verify_step {
	STEP_PARSE = 1,
	STEP_ROOT,
	STEP_PCK_CHAIN,
	STEP_CRLS,
	STEP_PCK_EXTENSION,
	STEP_QE_REPORT,
	STEP_KEY_BINDING,
	STEP_QE_IDENTITY,
	STEP_QUOTE_SIGNATURE,
	STEP_TCB_INFO,
	STEP_TDX_MODULE,
	STEP_TCB_LEVEL,
	STEP_MERGE,
	STEP_RELAUNCH,
	STEP_TD_POLICY,
	STEP_STATUS_POLICY,
};

enum check_state { CHECK_HOLDS, CHECK_FAILS, CHECK_SKIPPED };

/* What the bytes are of. */
enum check_source {
	SOURCE_NONE,
	SOURCE_QUOTE,
	SOURCE_CERTIFICATES, /* in the quote, or given beside it: DER */
	SOURCE_ROOT_CRL,
	SOURCE_PCK_CRL,
	SOURCE_TCB_INFO,
	SOURCE_QE_IDENTITY,
	SOURCE_EVENT_LOG,
	SOURCE_RELEASE,
	SOURCE_POLICY,
	SOURCES,
};

struct check {
	enum verify_step step;
	const char *name;
	enum check_state state;
	const char *reason; /* a code, of what failed or was left out; else NULL */
	char text[CHECK_TEXT_SIZE];
	enum check_source source;
	struct view bytes; /* of the source; empty where no bytes can be named */
};

struct checks {
	struct check list[CHECKS_MAX];
	size_t count;
};

/* The bytes a check rests on. */
struct evidence {
	enum check_source source;
	struct view bytes;
};
#define no_evidence ((struct evidence){SOURCE_NONE, {NULL, 0}})

void checks_hold(struct checks *checks, enum verify_step step, const char *name, struct evidence evidence,
		 const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Returns -1, so that whoever found it can end with it. */
int checks_fail(struct checks *checks, enum verify_step step, const char *name, const char *reason,
		struct evidence evidence, const char *format, ...) __attribute__((format(printf, 6, 7)));

void checks_skip(struct checks *checks, enum verify_step step, const char *name, const char *reason, const char *format,
		 ...) __attribute__((format(printf, 5, 6)));

/* The first that failed; NULL. */
const struct check *checks_failed(const struct checks *checks);

/* Appends the checks of another list. */
void checks_join(struct checks *checks, const struct checks *more);

/* "parse", "root", …: of the steps. "quote", "certificates", …: of the sources. */
const char *verify_step_name(enum verify_step step);
const char *check_source_name(enum check_source source);

#endif
