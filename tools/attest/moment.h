/* A moment as people write it: seconds since 1970, or RFC 3339 (2026-08-28T05:21:24Z, 2026-08-28T07:21:24+02:00). */
#ifndef ATTEST_MOMENT_H
#define ATTEST_MOMENT_H

#include "err.h"

#include <stdint.h>

/* STATUS_BAD when it is neither. Years from 1970 to 9999; fractions of a second are left off, a leap second is none. */
int moment_parse(const char *text, int64_t *seconds, struct err *err);

#endif
