/* Whom a verification trusts: Intel's SGX root, compiled in, or another that the caller names. And what it may do
 * without.
 *
 * Sources: spec: quote-spec.md 2.2, 3.2, 7.1, 7.3, 7.8.
 */
#ifndef QVL_TRUST_H
#define QVL_TRUST_H

#include "view.h"

#include <stdbool.h>

struct trust {
	struct view root;   /* DER of the one root; trust_intel() has Intel's */
	bool is_intel;      /* is it the pinned one? */
	bool allow_no_crls; /* an explicit option: the answer then says that nothing was looked at for revocation */
	bool allow_padding; /* an explicit option: bytes behind the quote may be anything */
};

struct trust trust_intel(void);

/* Another root, for tests: chains in concatenated DER are read then too. The view is the caller's. Intel's own, given as
 * another, is Intel's. */
struct trust trust_other(struct view root_der);

#endif
