/* A quote is what a stranger sends. What is accepted is made of fields that follow each other from its first byte to
 * its last, and what was signed is what stands before the signature.
 *
 * corpus: vectors/quote */
#include "dcap_quote.h"

#include "pck_chain.h"
#include "quote_fields.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct quote *quote)
{
	struct quote_field fields[QUOTE_FIELDS];
	size_t count = quote_fields(quote, fields);
	const uint8_t *at = quote->bytes.data;
	for (size_t i = 0; i < count; at += fields[i].value.size, i++)
		if (fields[i].value.data != at)
			abort();
	if (at != quote->bytes.data + quote->bytes.size || count > QUOTE_FIELDS)
		abort();
	if (quote->signed_bytes.data != quote->bytes.data ||
	    quote->signed_bytes.data + quote->signed_bytes.size != quote->signature_length.data)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct quote quote;
	cleanup_pck_chain struct pck_chain chain = {0};
	bool is_padded = !quote_parse_padded(data, size, &quote, &err);
	if (is_padded)
		check(&quote);
	bool is_quote = !quote_parse(data, size, &quote, &err);
	if (is_quote != (quote.reason == QUOTE_FINE) || is_quote != (is_padded && view_is_zero(quote.padding)))
		abort();
	if (!is_quote)
		return err.status == STATUS_BAD && *err.text ? 0 : (abort(), 0);
	if (!pck_chain_parse(&quote.certification, &chain, &err) && chain.count > PCK_CHAIN_MAX)
		abort();
	return 0;
}
