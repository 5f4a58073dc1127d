/* Bytes of somebody else's, looked at where they stand.
 *
 * A view is good as long as the bytes are. A reader takes views off the front of one; the first field that does not
 * fit is remembered with its offset, everything after it is empty, and the caller asks once for a whole structure:
 *
 *	struct reader r = {.all = view};
 *	header->version = reader_take(&r, 2, "version");
 *	header->user_data = reader_take(&r, 20, "user_data");
 *	if (reader_check(&r, err))
 *		return -1;
 */
#ifndef QVL_VIEW_H
#define QVL_VIEW_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct view {
	const uint8_t *data;
	size_t size;
};

static inline struct view view_of(const void *data, size_t size)
{
	return (struct view){data, size};
}

/* Of what is no literal the size is counted by the caller. */
#define view_of_literal(text) view_of((text), sizeof(text) - 1)

bool view_is(struct view a, struct view b);
bool view_is_zero(struct view view);

/* The number in at most 8 little-endian bytes; 0 for none. */
uint64_t view_little(struct view view);

struct reader {
	struct view all;
	size_t at;
	const char *short_of; /* the first field that did not fit; NULL while all did */
	uint64_t wanted;      /* its bytes */
};

/* size may come from the bytes themselves, unchecked. */
struct view reader_take(struct reader *r, uint64_t size, const char *name);

/* Bytes that have not been taken. */
size_t reader_left(const struct reader *r);

/* STATUS_BAD: `NAME: N bytes wanted at offset O, and M are left`. */
int reader_check(const struct reader *r, struct err *err);

#endif
