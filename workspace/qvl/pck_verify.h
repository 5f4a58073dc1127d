/* From the trusted root to the bytes a quote's attestation key signed: steps 2 to 7 and 9.
 *
 * Each function appends what it looked at to checks. 0: all of it holds. 1: a check failed, and it is the last of the
 * list. -1: the system failed, err is filled, and there is no verdict.
 *
 * Sources: spec: quote-spec.md 2.2 to 2.7, 2.9, 7.2 to 7.8.
 */
#ifndef QVL_PCK_VERIFY_H
#define QVL_PCK_VERIFY_H

#include "collateral_check.h"
#include "pck_chain.h"

/* Steps 2 and 3, and 5's parsing: the chain, from the quote or from the collateral (types 1 to 4), up to the root.
 * *chain is the caller's to free in any case. */
int verify_pck_chain(const struct quote *quote, const struct collateral *collateral, const struct trust *trust,
		     int64_t now, struct pck_chain *chain, struct checks *checks, struct err *err);

/* Step 4: both CRLs. */
int verify_crls(const struct pck_chain *chain, const struct checked_collateral *collateral, const struct trust *trust,
		int64_t now, struct checks *checks, struct err *err);

/* Step 5: says what the extension says. */
int verify_pck_extension(const struct pck_chain *chain, struct checks *checks, struct err *err);

/* Steps 6, 7 and 9. */
int verify_qe_report(const struct quote *quote, const struct pck_chain *chain, struct checks *checks, struct err *err);
int verify_key_binding(const struct quote *quote, struct checks *checks, struct err *err);
int verify_quote_signature(const struct quote *quote, struct checks *checks, struct err *err);

#endif
