/* The CBOR that a tunnel speaks: a part of RFC 8949 that has one reading.
 *
 * Definite maps with text keys, arrays, text in UTF-8, byte strings (with tag 64 or none), integers, doubles, false,
 * true, null and undefined. Refused: indefinite lengths, half and single floats, other tags and simple values, keys
 * that are no text or are there twice, more than PROFILE_DEPTH levels or PROFILE_ITEMS items, counts larger than the
 * bytes left, and bytes after the item.
 *
 * profile_check() reads everything once; the cursor over what has passed cannot fail. Nothing is allocated or copied.
 *
 * Source: spec: tunnel-spec.md 1.5, 4 "CBOR".
 */
#ifndef TUNNEL_CBOR_PROFILE_H
#define TUNNEL_CBOR_PROFILE_H

#include "err.h"
#include "view.h"

enum {
	PROFILE_DEPTH = 8,    /* maps and arrays in each other */
	PROFILE_ITEMS = 2048, /* keys are items too */
};

enum item_kind {
	ITEM_NUMBER,
	ITEM_BYTES,
	ITEM_TEXT,
	ITEM_ARRAY,
	ITEM_MAP,
	ITEM_BOOL,
	ITEM_NULL,
	ITEM_UNDEFINED,
};

struct item {
	enum item_kind kind;
	struct view bytes; /* of bytes and text; never NULL */
	size_t count;      /* items of an array, pairs of a map, which follow */
	double number;     /* integers beyond 53 bits are rounded */
	bool is_true;
};

/* One item of the profile and nothing else? STATUS_BAD. */
int profile_check(struct view all, struct err *err);

/* Takes the head of the next item (of a map or an array: alone), or a whole item, off what was checked. */
struct item item_take(struct view *left);
void item_skip(struct view *left);

#endif
