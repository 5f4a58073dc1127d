/* Where two JSON documents differ first: the path, as jq writes it, and both values.
 *
 * Members are compared in the order of their names' bytes, so which difference is first does not depend on how the
 * documents are written. Paths that are to be left out are given in the same form, each with all that is below it.
 */
#ifndef RELEASE_DIFFERENCE_H
#define RELEASE_DIFFERENCE_H

#include "json.h"

enum { DIFFERENCE_SHOWN = 300 }; /* bytes of a value; the rest is left out, and `...` says so */

struct difference {
	struct bytes path;    /* `.` is the whole */
	char *first, *second; /* canonical text; NULL: there is no such value */
};

void difference_free(struct difference *difference);
#define cleanup_difference cleanup(difference_free)

/* 1 and the first difference, 0 when there is none, -1 when memory is out. without: ends in NULL; NULL is none.
 * *difference starts zeroed and is the caller's to free in any case. */
int difference_find(const struct json *first, const struct json *second, const char *const without[],
		    struct difference *difference, struct err *err);

/* Do two texts that json_check() let through say the same in the same order, white space between values aside? */
bool difference_none(const char *first, size_t first_size, const char *second, size_t second_size);

#endif
