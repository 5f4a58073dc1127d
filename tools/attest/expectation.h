/* Register values that somebody expects: NAME=HEX, or those of a quote.
 *
 * A quote is looked at for its registers only. Whether it is genuine is not asked here.
 *
 * Sources: spec: quote-spec.md 1.2 (quotes of version 4 and 5).
 */
#ifndef ATTEST_EXPECTATION_H
#define ATTEST_EXPECTATION_H

#include "event_log.h"

enum { QUOTE_CAP = 1 << 20 }; /* bytes */

struct expectation {
	bool given[REGISTERS];
	uint8_t value[REGISTERS][REGISTER_SIZE];
};

/* "rtmr0=HEX". STATUS_BAD when it is anything else, or contradicts what is there. */
int expectation_add(struct expectation *expectation, const char *text, struct err *err);

/* Those of a TDX quote, as bytes, where there is none yet; those that are there must be the same. */
int expectation_add_quote(struct expectation *expectation, const void *quote, size_t size, struct err *err);

#endif
