/* Certificates and revocation lists in PEM, in the one form that quotes have certificates in.
 *
 * The text around a certificate is signed by nobody. A reader that skips what it does not understand lets thousands of
 * changed quotes pass, so exactly this is read:
 *
 *     -----BEGIN CERTIFICATE-----
 *     lines of 64 characters of base64, the last one of 1 to 64; the only text there is for those bytes
 *     -----END CERTIFICATE-----
 *
 * each line with its line feed, before which one carriage return may stand. A revocation list says X509 CRL instead.
 *
 * Sources: spec: quote-spec.md 7.2.
 */
#ifndef QVL_PEM_H
#define QVL_PEM_H

#include "bytes.h"
#include "view.h"

/* Does it begin like one? */
bool pem_is(struct view text);

/* Takes the certificate at the front off *rest and appends its DER. STATUS_BAD: `line N: reason`, counted from it. */
int pem_take(struct view *rest, struct bytes *der, struct err *err);

/* The same for a revocation list. */
bool pem_is_crl(struct view text);
int pem_take_crl(struct view *rest, struct bytes *der, struct err *err);

#endif
