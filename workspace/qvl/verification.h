/* The verification of a quote: all steps of the specification, in order, failing closed.
 *
 * The library keeps no state and may be used by any number of threads: collateral that was checked is only read.
 *
 *	struct collateral raw = {0};
 *	struct checked_collateral collateral = {0};
 *	struct verification it = {0};
 *	if (collateral_load(path, &raw, &err) || collateral_check(&raw, &trust, now, &collateral, &err) ||
 *	    quote_verify(data, size, &collateral, &trust, &policy, now, &it, &err))
 *		... cannot say ...
 *	if (it.holds)
 *		... the quote is genuine and its platform accepted; of the application nothing is said
 *
 * The first failure of steps 1 to 12 ends it: what comes behind is skipped, "not-reached". Steps 15 and 16 say all that
 * the policy refuses. Without collateral (NULL) what needs none is looked at, what needs it fails, "not-supplied", and
 * the quote does not hold.
 *
 * Sources: spec: quote-spec.md 2, 7.
 */
#ifndef QVL_VERIFICATION_H
#define QVL_VERIFICATION_H

#include "pck_verify.h"
#include "policy.h"
#include "tcb_level.h"

enum { ADVISORIES_MAX = 256 };

struct verification {
	bool holds;
	struct quote quote; /* to be used only when parsed */
	bool parsed;
	struct pck_chain chain; /* the PCK's; empty when it did not get so far */
	bool has_status; /* steps 1 to 14 held: status and advisories mean something (also when policy refuses) */
	enum tcb_status status;
	const char *advisories[ADVISORIES_MAX]; /* of the collateral */
	size_t advisory_count;
	char tcb_date[TCB_DATE_SIZE + 1]; /* of the platform's level */
	struct tcb_misses missed; /* levels that are not reached: of QE, module and platform, and what is missing */
	struct checks checks;
};

void verification_free(struct verification *it);
#define cleanup_verification cleanup(verification_free)

/* Fills *it, which the caller frees in any case; data, collateral and trust must live as long. 0: there is a verdict,
 * whatever it is. -1: the system failed. */
int quote_verify(const void *data, size_t size, const struct checked_collateral *collateral, const struct trust *trust,
		 const struct policy *policy, int64_t now, struct verification *it, struct err *err);

#endif
