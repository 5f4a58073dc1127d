/* An X.509 certificate taken apart. No signature, name, date or purpose is checked.
 *
 * Refused: versions but 3, a signature algorithm that is not the same inside and outside, an extension twice, unique
 * ids, trailing bytes, and what der.h refuses. What is in names, keys and extensions is left to those who need it.
 *
 * Sources: RFC 5280 4.1; spec: quote-spec.md 2.3, 7.7.
 */
#ifndef QVL_CERTIFICATE_H
#define QVL_CERTIFICATE_H

#include "der.h"

enum {
	CERTIFICATE_CAP = 1 << 16, /* bytes; those of PCKs have some 1270 */
	CERTIFICATE_EXTENSIONS = 32,
	CERTIFICATE_TIME_SIZE = 20, /* "2018-05-21T10:45:10Z" */
};

struct certificate {
	struct view bytes;
	struct view signed_bytes;    /* what the issuer signed */
	struct view serial;          /* the INTEGER's bytes */
	struct view algorithm;       /* of the signature: DER, with tag and length, as all that follow */
	struct view issuer, subject; /* names: equal when their bytes are */
	struct view not_before, not_after;
	struct view public_key; /* SubjectPublicKeyInfo */
	struct view extensions; /* what is within the SEQUENCE: read with certificate_extension() */
	struct view signature;  /* the BIT STRING's bytes */
};

struct certificate_extension {
	struct view oid; /* its bytes, without tag and length */
	bool is_critical;
	struct view value;
};

/* Fills *it from exactly one certificate in DER. STATUS_BAD: `PART: reason`. */
int certificate_parse(struct view der, struct certificate *it, struct err *err);

/* The next extension, taken off *rest, which begins as certificate.extensions; false at the end. */
bool certificate_extension(struct view *rest, struct certificate_extension *extension);

/* The value of the extension with this OID; false when there is none. */
bool certificate_find(const struct certificate *it, struct view oid, struct view *value);

/* Of a certificate or of a list of revoked ones: every extension is well formed, and none is there twice. STATUS_BAD. */
int certificate_check_extensions(struct view extensions, struct err *err);

/* The key's id in the value of an extension authorityKeyIdentifier that has nothing else. STATUS_BAD. */
int certificate_authority_key_id(struct view value, struct view *id, struct err *err);

/* A time of validity as text and as seconds since 1970; for years from 1970 to 9999. STATUS_BAD for other times than
 * RFC 5280 4.1.2.5 has: UTC, with seconds, GeneralizedTime from 2050 on only. */
int certificate_time(struct view time, char text[CERTIFICATE_TIME_SIZE + 1], int64_t *seconds, struct err *err);

/* A name's first commonName; an empty view when it has none. Its bytes are the issuer's, and may be anything. */
struct view certificate_common_name(struct view name);

#endif
