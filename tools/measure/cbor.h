/* CBOR as measurement documents use it: whole numbers, byte strings, texts, arrays and maps.
 *
 * Reading is strict: definite lengths, integers in their shortest form, no tags, floats or simple values, nothing
 * behind the end. A reader has a cursor and remembers its first failure, so that a parser reads like the table of its
 * format and asks once, with cbor_end(). After a failure every call does nothing: numbers are 0, strings empty.
 *
 * Sources: RFC 8949 (sections 3, 4.2.1); spec: tdx-boot-spec.md 3.9, 9.
 */
#ifndef MEASURE_CBOR_H
#define MEASURE_CBOR_H

#include "bytes.h"

#include <stdbool.h>

enum { CBOR_CAP = 1 << 20 }; /* bytes a document may have */

struct cbor {
	const uint8_t *data;
	size_t size, at;
	size_t item; /* where the last item began */
	bool has_failed;
	struct err *err; /* filled by the first failure: `byte AT: NAME: reason` */
};

struct cbor cbor_reader(const void *data, size_t size, struct err *err);

/* Each reads one item; name is what it is called in messages. */
uint64_t cbor_uint(struct cbor *cbor, const char *name, uint64_t max);
const uint8_t *cbor_bytes(struct cbor *cbor, const char *name, size_t max, size_t *size); /* a view */
void cbor_exactly(struct cbor *cbor, const char *name, uint8_t *into, size_t size);   /* a byte string of that size */
const char *cbor_text(struct cbor *cbor, const char *name, size_t max, size_t *size); /* a view, UTF-8 without NUL */
size_t cbor_array(struct cbor *cbor, const char *name, size_t max);                   /* items that follow */
void cbor_map(struct cbor *cbor, const char *name, size_t pairs);                     /* of exactly that many */

/* A map's key, which must be the text name. */
void cbor_key(struct cbor *cbor, const char *name);

/* Puts a reason of the caller's at the place of the item before, unless there is one already. */
void cbor_fail(struct cbor *cbor, const char *name, const char *reason);

/* 0 when all was read without failure and nothing is left, else -1. */
int cbor_end(struct cbor *cbor);

/* Writing: each appends one item, or what it begins with. */
int cbor_put_uint(struct bytes *into, uint64_t value, struct err *err);
int cbor_put_bytes(struct bytes *into, const void *data, size_t size, struct err *err);
int cbor_put_text(struct bytes *into, const char *text, struct err *err);
int cbor_put_array(struct bytes *into, size_t items, struct err *err);
int cbor_put_map(struct bytes *into, size_t pairs, struct err *err);

#endif
