/* A certificate revocation list (X.509, version 2) taken apart. No signature, issuer or date is checked.
 *
 * Refused: version 1, no nextUpdate, an unknown critical extension (so delta and partitioned lists), no CRL number, no
 * authority key id, other signature algorithms inside than outside, an extension twice, trailing bytes.
 *
 * Sources: RFC 5280 5.1, 5.2; spec: quote-spec.md 2.4, 7.8.
 */
#ifndef QVL_CRL_H
#define QVL_CRL_H

#include "der.h"

enum { CRL_CAP = 16 << 20 }; /* bytes */

struct crl {
	struct view bytes, signed_bytes;
	struct view algorithm, issuer;        /* DER, with tag and length */
	struct view this_update, next_update; /* as certificate_time() wants them */
	struct view authority_key_id;         /* of the key that signed it */
	struct view revoked;                  /* what is within revokedCertificates; empty when nothing is revoked */
	size_t revoked_count;
	struct view signature; /* the BIT STRING's bytes */
};

/* Fills *it, whose views are of der. Every entry is looked at. STATUS_BAD: `PART: reason`. */
int crl_parse(struct view der, struct crl *it, struct err *err);

/* Is this serial (the bytes of the INTEGER) in it? */
bool crl_revokes(const struct crl *it, struct view serial);

#endif
