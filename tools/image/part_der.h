/* DER as part_der.c walks it, and the shapes of X.509 that give its values names.
 *
 * Sources: ITU-T X.690 8.1 (tag, length, contents), RFC 5280 (certificates, CRLs), RFC 2986 (requests), RFC 5958 and
 * RFC 5915 (private keys).
 */
#ifndef IMAGE_PART_DER_H
#define IMAGE_PART_DER_H

#include "bytes.h"
#include "partform.h"

enum {
	DER_ANY = 0, /* a tag for shapes */
	DER_BOOLEAN = 1,
	DER_INTEGER = 2,
	DER_BITS = 3,
	DER_OCTETS = 4,
	DER_OID = 6,
	DER_UTC = 23,
	DER_GENERALIZED = 24,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT = 0xa0, /* [0], constructed */
};

struct der {
	uint64_t at, body, end; /* of the tag, of the contents */
	uint8_t tag;            /* the first byte of it */
};

/* The value at `at`, which must end at or in front of `end`. */
bool der_read(struct span file, uint64_t at, uint64_t end, struct der *der);

/* Values follow each other from `at` to `end`, and nothing else is there? */
bool der_values(struct span file, uint64_t at, uint64_t end);

/* How the values in a constructed one are called. The last has no name. */
struct shape {
	const char *name; /* "": none of its own, the name of what is inside is enough */
	uint8_t tag;
	enum { SHAPE_ONE, SHAPE_OPTIONAL, SHAPE_MANY, SHAPE_MANY_BY_OID, SHAPE_TIME, SHAPE_TIME_OPTIONAL } kind;
	const struct shape *inside;
};

/* The shape of a whole file, or NULL when it is none that is known. */
const struct shape *der_root(struct span file, const struct der *root);

/* The shape that the value fits in, of those from *shape on; *shape moves to where the next value looks. */
const struct shape *der_fit(const struct shape **shape, uint8_t tag);

/* The name RFC 5280 has for an object identifier, or NULL. */
const char *der_oid_name(struct span oid);

/* The bytes of the PEM block that the character at offset is of, and which of them it tells; false when it is not in
 * one. */
bool pem_decode(struct span file, uint64_t offset, struct bytes *der, uint64_t *place);

/* Adds the common name, or else the organization, of a certificate's subject; false when it is none or has none. */
bool der_subject(struct span file, struct naming *naming);

#endif
