/* Does what Intel says speak of this platform and of its quoting enclave: what steps 8 and 10 compare, after the
 * signatures and dates of the documents were found to hold (collateral_check.h).
 *
 * Each appends what it looked at. 0: all of it holds. 1: a check failed, and it is the last of the list.
 *
 * Sources: spec: quote-spec.md 2.8, 2.10, 4 (evaluation number), 7.6, 7.9.
 */
#ifndef QVL_COLLATERAL_MATCH_H
#define QVL_COLLATERAL_MATCH_H

#include "checks.h"
#include "pck_chain.h"
#include "qe_identity.h"

/* floor: the least evaluation number. *level: the QE's. */
int match_qe_identity(const struct quote *quote, const struct qe_identity *identity, uint32_t floor,
		      const struct isv_level **level, struct checks *checks);

int match_tcb_info(const struct quote *quote, const struct pck_extension *pck, const struct tcb_info *info,
		   uint32_t floor, struct checks *checks);

#endif
