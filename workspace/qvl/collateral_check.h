/* Collateral that has been verified once, for many quotes: signatures, issuers, dates and the CRL of the root.
 *
 * What can be said without a quote is found here, each part in a list of its own, so that a quote's verification puts
 * it where the specification has it. The PCK CRL is only parsed here: its issuer is known from the quote.
 *
 * Nothing here is a verdict: a part that failed makes every quote fail at its step.
 *
 * Sources: spec: quote-spec.md 2.2, 2.4, 2.8, 2.10, 4, 7.7, 7.8.
 */
#ifndef QVL_COLLATERAL_CHECK_H
#define QVL_COLLATERAL_CHECK_H

#include "checks.h"
#include "collateral.h"
#include "crl.h"
#include "qe_identity.h"
#include "trust.h"

struct checked_collateral {
	const struct collateral *raw; /* the caller's, and must live as long */
	bool has_root_crl, has_pck_crl;
	struct crl root_crl, pck_crl;
	int64_t at;       /* the time it was checked for */
	struct view root; /* the root it was checked with, trust's */
	/* DER of the issuer chains: what the evidence of their checks lies in. */
	struct bytes tcb_info_signers, qe_identity_signers;
	struct tcb_info tcb_info; /* parsed only after its signature held */
	struct qe_identity qe_identity;
	struct checks root_crl_checks;    /* STEP_CRLS */
	struct checks pck_crl_checks;     /* STEP_CRLS: its form only */
	struct checks qe_identity_checks; /* STEP_QE_IDENTITY */
	struct checks tcb_info_checks;    /* STEP_TCB_INFO */
	/* Seconds since 1970 in which all of it is valid: the latest beginning, the earliest end. For people. */
	int64_t valid_from, valid_until;
};

void checked_collateral_free(struct checked_collateral *it);
#define cleanup_checked_collateral cleanup(checked_collateral_free)

/* Fills *it, which the caller frees in any case. now: seconds since 1970. -1 only when the system fails, or when the
 * trusted root is no certificate (STATUS_BAD): what is wrong with the collateral is in the lists. A quote may be
 * verified with it at another time too: then valid_from and valid_until are looked at again. */
int collateral_check(const struct collateral *raw, const struct trust *trust, int64_t now,
		     struct checked_collateral *it, struct err *err);

#endif
