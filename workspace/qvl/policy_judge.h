/* Does a policy accept what is genuine: steps 15 and 16. Every failure is listed, not the first alone.
 *
 * Not for a policy to allow: DEBUG and the bits beside it, reserved bits, another signer of the TDX module than Intel,
 * Revoked, a debug enclave.
 *
 * Grace. What is out of date is judged as if it were not, while now is at most grace_seconds after the earliest tcbDate
 * of the parts that are: the platform's level, the TDX module's, the QE's. Then the status of the platform's level
 * counts, OutOfDate as UpToDate, OutOfDateConfigurationNeeded as ConfigurationNeeded, and that must be accepted itself.
 * Advisories are judged as ever.
 *
 * Sources: spec: quote-spec.md 2.15, 2.16, 7.12, 7.13.
 */
#ifndef QVL_POLICY_JUDGE_H
#define QVL_POLICY_JUDGE_H

#include "checks.h"
#include "dcap_quote.h"
#include "policy.h"

/* 0: all of it holds. 1: a check failed. */
int judge_body(const struct quote *quote, const struct policy *policy, struct checks *checks);

struct judged_status {
	enum tcb_status status; /* the result */
	enum tcb_status level;  /* the platform's level alone */
	const char *dates[3];   /* tcbDate of each part that is out of date; NULL behind the last */
	const char *const *advisories;
	size_t advisory_count;
};

int judge_status(const struct judged_status *it, const struct policy *policy, int64_t now, struct checks *checks);

#endif
