/* The certificates a quote carries: that of the PCK, and those of its issuers. Taken apart, not verified.
 *
 * Type 5: two or three certificates in PEM (pem.h): PCK, intermediate and perhaps root, then line feeds and NULs.
 * Type 4: the PCK's alone. The first has the SGX extension and no other has one: another order is refused.
 *
 * Sources: spec: quote-spec.md 1.3 (types 4 and 5), 7.2, 7.3.
 */
#ifndef QVL_PCK_CHAIN_H
#define QVL_PCK_CHAIN_H

#include "bytes.h"
#include "certificate.h"
#include "dcap_quote.h"
#include "pck_extension.h"

enum { PCK_CHAIN_MAX = 3 };

struct pck_chain {
	struct bytes der; /* what the views below are of */
	size_t count;
	struct certificate certificates[PCK_CHAIN_MAX]; /* PCK, intermediate, root */
	struct pck_extension extension;                 /* the PCK's */
};

void pck_chain_free(struct pck_chain *chain);
#define cleanup_pck_chain cleanup(pck_chain_free)

/* Fills *chain, which the caller frees in any case, from certification data of type 4 or 5. STATUS_BAD:
 * `certificate N: reason`, N from 1 in the order they stand. */
int pck_chain_parse(const struct quote_certification *certification, struct pck_chain *chain, struct err *err);

/* Certificates in DER, one behind the other, the root first: in Intel's synthetic sample, and never in a real quote.
 * Only for quotes of a test root, and for those who look at quotes. */
int pck_chain_parse_der(struct view data, struct pck_chain *chain, struct err *err);
bool pck_chain_is_der(struct view data);

#endif
