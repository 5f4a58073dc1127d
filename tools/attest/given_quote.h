/* A quote as it was given, and what came with it: the event log in a GetQuote answer or an RA-TLS certificate, and the
 * key of that certificate.
 *
 * Sources: spec: rtmr3-spec.md 8 (RA-TLS extensions), 9 (GetQuote).
 */
#ifndef ATTEST_GIVEN_QUOTE_H
#define ATTEST_GIVEN_QUOTE_H

#include "bytes.h"
#include "dcap_quote.h"
#include "quote_input.h"

struct given_quote {
	enum quote_form form;
	struct bytes bytes;
	struct quote quote;    /* views of bytes */
	struct bytes log;      /* as log_format.h reads it; empty: none came with the quote */
	struct bytes key_info; /* SubjectPublicKeyInfo of the certificate, DER; empty: it was none */
};

void given_quote_free(struct given_quote *given);
#define cleanup_given_quote cleanup(given_quote_free)

/* Fills *given, which the caller frees in any case. STATUS_BAD: it cannot be read, or is no quote (given->quote.reason
 * may have the code of why). Padding that is not zero is refused unless allow_padding is set. */
int given_quote_read(const void *data, size_t size, bool allow_padding, struct given_quote *given, struct err *err);

/* An enclave's or a TD's. */
struct view quote_report_data(const struct quote *quote);

#endif
