/* DER (X.690), as strictly as certificates need it: one encoding for a value, and no other is read.
 *
 * Refused: indefinite lengths, lengths with more bytes than they need, tags of more than one byte, what goes beyond
 * its surroundings. The values below refuse besides what DER does not write: padded numbers, truths other than 0xff,
 * BIT STRINGs with unused bits.
 *
 * A structure is read off the front of a view, item by item; der_end() says that nothing is left.
 *
 *	struct view inside, serial;
 *	if (der_take(&rest, DER_SEQUENCE, "certificate", &inside, err) || ...
 *	    der_end(inside, "certificate", err))
 *
 * Errors are STATUS_BAD, `NAME: reason`. Nothing is allocated.
 *
 * Sources: ITU-T X.690, 8 and 10; spec: quote-spec.md 7.7.
 */
#ifndef QVL_DER_H
#define QVL_DER_H

#include "view.h"

enum {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_ENUMERATED = 0x0a,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
};
/* [n], constructed, as in `extensions [3] EXPLICIT` */
#define DER_CONTEXT(n) (0xa0u | (n))

struct der {
	unsigned tag;
	struct view content;
	struct view whole; /* with tag and length: what a signature of it covers */
};

/* Is the next item's tag this one? False at the end. */
bool der_has(struct view rest, unsigned tag);

/* The next item, whatever it is. */
int der_next(struct view *rest, const char *name, struct der *item, struct err *err);

/* The next item, which must have this tag. whole may be wanted too. */
int der_take(struct view *rest, unsigned tag, const char *name, struct view *content, struct err *err);
int der_take_whole(struct view *rest, unsigned tag, const char *name, struct der *item, struct err *err);

int der_end(struct view rest, const char *name, struct err *err);

/* An INTEGER's bytes: a serial number for instance, which is compared by them. */
int der_take_integer(struct view *rest, const char *name, struct view *content, struct err *err);

/* An INTEGER or ENUMERATED from 0 to max. */
int der_take_number(struct view *rest, unsigned tag, uint32_t max, const char *name, uint32_t *value, struct err *err);

/* An OCTET STRING of that size. */
int der_take_octets(struct view *rest, size_t size, const char *name, struct view *content, struct err *err);

int der_take_boolean(struct view *rest, const char *name, bool *value, struct err *err);

/* A BIT STRING of whole bytes. */
int der_take_bits(struct view *rest, const char *name, struct view *content, struct err *err);

/* An object identifier's dotted text, cut where it does not fit. */
void der_oid_text(struct view oid, char *text, size_t size);

#endif
