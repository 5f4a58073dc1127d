/* A file that may hold a quote in any form. No form makes more of it than there is, and what is read reads the same
 * when it is given as it is.
 *
 * corpus: vectors/quote-input */
#include "quote_input.h"

#include "dcap_quote.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	enum quote_form form, again;
	cleanup_bytes struct bytes quote = {0}, same = {0};
	struct quote parsed;
	if (quote_input_read(data, size, &form, &quote, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	if (quote.size > size)
		abort();
	if (quote_parse(quote.data, quote.size, &parsed, &err))
		return 0;
	if (quote_input_read(quote.data, quote.size, &again, &same, &err) || again != QUOTE_BINARY ||
	    same.size != quote.size || memcmp(same.data, quote.data, same.size))
		abort();
	return 0;
}
