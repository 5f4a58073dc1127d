/* A quote in any of the forms it is met in, told apart by content.
 *
 *     binary       the quote itself
 *     hex          its digits, of either case, 0x in front or not
 *     base64
 *     json         an object with `quote` in hex or base64 (GetQuote's answer, kettle's quote service), or with
 *                  `attestation` in hex (Attest's answer)
 *     attestation  dstack's versioned attestation in SCALE (attestation.h)
 *     certificate  an RA-TLS certificate, in PEM or DER: extension 1.3.6.1.4.1.62397.1.1 holds the quote, or .8 an
 *                  attestation. Of several in PEM the first is meant
 *
 * White space may stand between digits of hex and base64 in a file, as `xxd -p` and `base64` write it.
 *
 * That a certificate belongs to the quote in it (its key is what the report data bind) is not looked at here.
 *
 * Sources: spec: rtmr3-spec.md 3.4, 8 (extensions), 9 (answers).
 */
#ifndef QVL_QUOTE_INPUT_H
#define QVL_QUOTE_INPUT_H

#include "bytes.h"

enum quote_form {
	QUOTE_BINARY,
	QUOTE_HEX,
	QUOTE_BASE64,
	QUOTE_JSON,
	QUOTE_ATTESTATION,
	QUOTE_CERTIFICATE,
};
enum { QUOTE_INPUT_CAP = 16 << 20 }; /* bytes of a file: an answer has an event log beside the quote */

/* "binary", "hex", … */
const char *quote_form_name(enum quote_form form);

/* Appends the quote's bytes. What is none of the forms is taken for a quote, so that it is quote_parse() that says what
 * is wrong with it. STATUS_BAD: `PART: reason`. */
int quote_input_read(const void *data, size_t size, enum quote_form *form, struct bytes *quote, struct err *err);

#endif
