/* What quote-parse prints of a quote: docs/schema/quote-1.json, or tables for people.
 *
 * Nothing in it is verified. Names and dates of certificates are what they say themselves.
 */
#ifndef ATTEST_QUOTE_REPORT_H
#define ATTEST_QUOTE_REPORT_H

#include "digest.h"
#include "pck_chain.h"
#include "quote_fields.h"
#include "quote_input.h"

struct quote_report {
	enum quote_form form;
	struct quote quote;
	bool has_chain, chain_is_der; /* in DER, the root first: a synthetic quote */
	struct pck_chain chain;
};

void quote_report_free(struct quote_report *report);
#define cleanup_quote_report cleanup(quote_report_free)

/* Takes a quote apart that quote_parse() let through, with its certificates. STATUS_BAD: `certification data: reason`.
 * The caller frees *report in any case; the quote's bytes must live as long. */
int quote_report_fill(const struct quote *quote, enum quote_form form, struct quote_report *report, struct err *err);

/* Append the canonical JSON, or the tables. */
int quote_report_json(const struct quote_report *report, struct bytes *into, struct err *err);
int quote_report_text(const struct quote_report *report, struct bytes *into, struct err *err);

/* What both say of a certificate. */
struct certificate_words {
	char subject[80], issuer[80]; /* common names, UTF-8; "" when there is none, or it is too long or no text */
	char serial[2 * 32 + 1];      /* hex, without a leading zero byte; "" when it is longer than any may be */
	char not_before[CERTIFICATE_TIME_SIZE + 1], not_after[CERTIFICATE_TIME_SIZE + 1];
	char sha256[DIGEST_HEX_MAX]; /* of its DER */
};
int certificate_words(const struct certificate *it, struct certificate_words *words, struct err *err);

/* The name of a bit that is set in td_attributes, or in the flags of an SGX report; "bit N" when it has none. false
 * when it is not set. */
bool quote_flag(struct view attributes, bool is_td, unsigned bit, char name[32]);

#endif
