/* What quote-verify does, from what was given to the answer: verify, then check, then judge, each only on what held
 * before it.
 *
 * Sources: spec: quote-spec.md 2 (order), rtmr3-spec.md 10, 12.
 */
#ifndef ATTEST_QUOTE_JUDGE_H
#define ATTEST_QUOTE_JUDGE_H

#include "judging.h"
#include "verdict_report.h"

struct quote_question {
	const struct given_quote *given;
	const struct collateral *collateral; /* NULL: not given */
	const struct trust *trust;
	const struct policy *policy;
	int64_t now;
	const struct bytes *log; /* NULL: not given */
	const struct json *release;
	const struct demands *demands;
	bool has_report_data, has_nonce;
	uint8_t report_data[BINDING_SIZE];
};

struct quote_finding {
	struct checked_collateral collateral;
	struct verification verification;
	struct boot_log log;
};

void quote_finding_free(struct quote_finding *finding);
#define cleanup_quote_finding cleanup(quote_finding_free)

/* Appends to *answer, in which `required` is set already. *finding, zeroed by the caller, is freed in any case. -1 only
 * when the system fails, or the release is malformed. */
int quote_judge(const struct quote_question *question, struct quote_finding *finding, struct answer *answer,
		struct err *err);

#endif
