/* Every field of a quote in the order they stand in: its name, what it is, and its bytes, which say where it is.
 *
 * Names are of two parts, `body.mr_td`, and do not change. No byte of a quote is in two fields, and none is in no
 * field.
 *
 * Sources: spec: quote-spec.md 1.
 */
#ifndef QVL_QUOTE_FIELDS_H
#define QVL_QUOTE_FIELDS_H

#include "dcap_quote.h"

enum { QUOTE_FIELDS = 80 }; /* more than any quote has */

enum quote_field_kind {
	FIELD_BYTES,
	FIELD_NUMBER, /* little-endian */
	FIELD_OTHER,  /* text or filling: looked at elsewhere */
};

struct quote_field {
	const char *group, *name; /* "body", "mr_td" */
	const char *what;
	enum quote_field_kind kind;
	struct view value;
};

/* Returns how many there are. */
size_t quote_fields(const struct quote *quote, struct quote_field fields[QUOTE_FIELDS]);

#endif
