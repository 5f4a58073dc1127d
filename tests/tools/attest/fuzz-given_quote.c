/* corpus: vectors/quote-input
 * What is given as a quote comes from whoever wants to be believed. What is taken of it lies within it, and a key only
 * comes with a certificate. */
#include "given_quote.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_given_quote struct given_quote given = {0};
	struct err err = {0};
	if (given_quote_read(data, size, false, &given, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	if (given.bytes.size > size || given.log.size > size || given.key_info.size > size)
		abort();
	if ((given.form == QUOTE_CERTIFICATE) != (given.key_info.size > 0))
		abort();
	if (given.log.size && given.form != QUOTE_CERTIFICATE && given.form != QUOTE_JSON)
		abort();
	if (quote_report_data(&given.quote).size != 64)
		abort();
	return 0;
}
