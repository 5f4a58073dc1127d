/* corpus: vectors/quote-request
 * What an app asks the quote service. Report data of what is accepted depend on every byte of it. */
#include "quote.h"

#include "key_binding.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void report_data(const struct quote_request *request, uint8_t *into)
{
	struct err err;
	if (key_binding(request->key, request->has_nonce ? request->nonce : NULL, into, &err))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct quote_request request, other;
	uint8_t first[REPORT_DATA_SIZE], second[REPORT_DATA_SIZE];
	if (quote_request_parse((const char *)data, size, &request, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	report_data(&request, first);
	for (size_t i = 0; i < X25519_KEY_SIZE; i++) {
		other = request;
		other.key[i] ^= 1;
		report_data(&other, second);
		if (!memcmp(first, second, sizeof first))
			abort();
	}
	other = request;
	other.has_nonce = !request.has_nonce;
	report_data(&other, second);
	if (!memcmp(first, second, sizeof first))
		abort();
	return 0;
}
