/* From the levels of Intel's documents to one status: steps 12 to 14.
 *
 * Sources: spec: quote-spec.md 2.12 to 2.14, 7.9 to 7.11.
 */
#ifndef QVL_TCB_VERIFY_H
#define QVL_TCB_VERIFY_H

#include "pck_chain.h"
#include "tcb_merge.h"

struct tcb_result {
	struct tcb_match match;     /* of the platform */
	struct module_match module; /* TDX; its level is NULL in version 0 */
	const struct isv_level *qe;
	enum tcb_status status;
};

/* Step 12. Appends what it looked at, and the levels above. 0: result->match has a level. 1: a check failed. */
int verify_tcb_level(const struct quote *quote, const struct pck_chain *chain, const struct tcb_info *info,
		     struct tcb_result *result, struct tcb_misses *misses, struct checks *checks);

/* Steps 13 and 14: fills the status from the levels, which are there. Nothing in them can fail. */
void merge_tcb(const struct quote *quote, const struct tcb_info *info, struct tcb_result *result,
	       struct checks *checks);

#endif
