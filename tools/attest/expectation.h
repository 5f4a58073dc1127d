/* Register values that somebody expects: NAME=HEX, or those of a quote.
 *
 * A quote is looked at for its registers only. Whether it is genuine is not asked here.
 */
#ifndef ATTEST_EXPECTATION_H
#define ATTEST_EXPECTATION_H

#include "event_log.h"

struct expectation {
	bool given[REGISTERS];
	uint8_t value[REGISTERS][REGISTER_SIZE];
};

/* "rtmr0=HEX". STATUS_BAD when it is anything else, or contradicts what is there. */
int expectation_add(struct expectation *expectation, const char *text, struct err *err);

/* Those of a TDX quote in any form (quote_input.h), where there is none yet; those that are there must be the same. */
int expectation_add_quote(struct expectation *expectation, const void *data, size_t size, struct err *err);

#endif
