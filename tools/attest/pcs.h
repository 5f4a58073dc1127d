/* What is asked of a PCS (Intel's provisioning certification service) or of a PCCS, its cache of the same paths.
 *
 * Four requests: TCB info, QE identity, the CRL of the PCKs' CA and that of the root. Answers are kept as they are
 * served; nothing is verified here but that each is what was asked for in form.
 *
 * Sources: spec: quote-spec.md 3.1, 4 (answers).
 */
#ifndef ATTEST_PCS_H
#define ATTEST_PCS_H

#include "collateral.h"
#include "platform.h"

enum {
	PCS_DOCUMENT_CAP = 1 << 20, /* bytes of TCB info or of a QE identity */
	PCS_CRL_CAP = 2 << 20, /* bytes of a CRL, as served: two of them, in hexadecimal, fit into COLLATERAL_CAP */
	PCS_SECONDS = 30,      /* for each answer */
	PCS_SECONDS_MAX = 3600,
};

struct pcs {
	const char *base;     /* URL: what stands in front of /sgx/certification/v4 */
	const char *root_crl; /* URL of the root's CRL; NULL: as a PCCS has it, below base */
	const char *update;   /* "standard" or "early"; NULL: not said */
	unsigned seconds;     /* for each answer */
	struct platform platform;
	/* Told what is asked for next; NULL: nobody is. */
	void (*progress)(const char *what);
};

/* Fills *collateral, which the caller frees in any case. Errors begin with the URL: EX_TEMPFAIL where it may go better
 * later; STATUS_BAD for other answers than those asked for, and for what http.h says. */
int pcs_fetch(const struct pcs *pcs, struct collateral *collateral, struct err *err);

#endif
