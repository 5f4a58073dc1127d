/* Who issued a CRL, whether it was signed by that one, and when it is valid.
 *
 * Sources: RFC 5280 6.3.3; spec: quote-spec.md 2.4.
 */
#ifndef QVL_CRL_CHECK_H
#define QVL_CRL_CHECK_H

#include "certificate_check.h"
#include "crl.h"

enum crl_kind { CRL_OF_ROOT, CRL_OF_PCK_CA, CRL_KINDS };

/* The form. An empty der is a CRL that is not there: a failure, or, when it may be missing, a check left out. Returns 0
 * when it holds or was left out, which it->bytes tells apart; else 1. */
int crl_check_form(struct view der, enum crl_kind kind, bool may_be_missing, struct crl *it, struct checks *checks);

/* Issuer, signature and window. Returns as certificate_check() does. now: seconds since 1970. */
int crl_check(const struct crl *it, enum crl_kind kind, const struct certificate *issuer, int64_t now,
	      struct checks *checks, struct err *err);

/* A certificate that must not be in the CRL. what is for people; name is the check's. 0 or 1. */
int crl_check_revocation(const struct crl *it, enum crl_kind kind, const struct certificate *certificate,
			 enum verify_step step, const char *name, const char *what, struct checks *checks);

#endif
