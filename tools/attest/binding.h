/* Report data: what a quote was asked to say, and how a key is bound by it.
 *
 *     --report-data HEX          those bytes, and zeros behind them
 *     --bind TAG:KEY[:NONCE]     SHA-512(TAG ‖ ":" ‖ KEY ‖ NONCE), KEY and NONCE in hexadecimal
 *
 * Of the tag teekit-x25519-v1, kettle's, the key has 32 bytes and so has the nonce, which a client who sent one must
 * ask for: without it the quote may be old. The tag ratls-cert with the certificate's SubjectPublicKeyInfo is dstack's
 * binding of an RA-TLS certificate, app-data its binding of an app's own bytes. Of these the bytes vary in length, so
 * there can be no nonce behind them.
 *
 * Sources: spec: tunnel-spec.md 4 (kettle's), rtmr3-spec.md 8 (padding, dstack's).
 */
#ifndef ATTEST_BINDING_H
#define ATTEST_BINDING_H

#include "bytes.h"

#include <stdbool.h>

enum { BINDING_SIZE = 64 };

/* STATUS_BAD: not hexadecimal, or over 64 bytes. */
int binding_report_data(const char *text, uint8_t value[BINDING_SIZE], struct err *err);

/* STATUS_BAD: not of that form. *has_nonce: was one given? */
int binding_of(const char *text, uint8_t value[BINDING_SIZE], bool *has_nonce, struct err *err);

/* Of the key of an RA-TLS certificate. */
int binding_ratls(const void *key_info, size_t size, uint8_t value[BINDING_SIZE], struct err *err);

#endif
