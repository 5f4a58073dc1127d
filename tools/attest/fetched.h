/* Whether collateral that was fetched is what was asked for: signed, valid now, and of this platform.
 *
 * All that collateral_check.h looks at, and what a quote is not needed for besides: that the PCK CRL is its CA's, and
 * that the documents are for this FMSPC and TEE.
 *
 * Sources: spec: quote-spec.md 2.4, 2.8, 2.10, 3.1.
 */
#ifndef ATTEST_FETCHED_H
#define ATTEST_FETCHED_H

#include "collateral_check.h"
#include "platform.h"

struct fetched {
	struct checked_collateral checked;
	struct checks checks; /* of the PCK CRL's issuer, and of the platform */
};

void fetched_free(struct fetched *it);

/* Fills *it, which the caller frees in any case. -1 when the system fails, or the trusted root is no certificate. */
int fetched_check(const struct collateral *raw, const struct platform *platform, const struct trust *trust, int64_t now,
		  struct fetched *it, struct err *err);

/* Failed checks one after the other: the index-th, or NULL behind the last. */
const struct check *fetched_failure(const struct fetched *it, size_t index);

/* What is said of it when all holds. Each appends; from is the URL. JSON:
 * docs/schema/collateral-fetch-1.json. */
int fetched_text(const struct fetched *it, const struct platform *platform, const char *from, struct bytes *into,
		 struct err *err);
int fetched_json(const struct fetched *it, const struct platform *platform, const char *from, struct bytes *into,
		 struct err *err);

#endif
