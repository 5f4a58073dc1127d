/* quote-verify's answer as text for people and as JSON by docs/schema/quote-verdict-1.json. */
#ifndef ATTEST_VERDICT_REPORT_H
#define ATTEST_VERDICT_REPORT_H

#include "answer.h"
#include "boot_log.h"
#include "given_quote.h"
#include "trust.h"
#include "verification.h"

enum { TIME_TEXT_SIZE = 32 }; /* "2026-08-28T05:21:24Z" and a NUL, for any time */

struct verdict_report {
	const struct answer *answer;
	const struct given_quote *given;
	const struct verification *verification;     /* NULL: nothing was verified */
	const struct checked_collateral *collateral; /* the same */
	const struct boot_log *log;                  /* NULL: none was given */
	bool log_came_with_quote;
	const struct trust *trust;
	int64_t now; /* seconds since 1970 */
};

/* Appends the lines of WORD_VERIFY: the checks of a verification, in order, each with the bytes it rests on. */
void verdict_verify(const struct verification *verification, const struct collateral *collateral,
		    struct answer *answer);

int verdict_text(const struct verdict_report *report, struct bytes *into, struct err *err);

/* The caller's to free. */
struct json *verdict_json(const struct verdict_report *report, struct err *err);

/* RFC 3339, in UTC. */
void verdict_time(int64_t seconds, char text[TIME_TEXT_SIZE]);

#endif
