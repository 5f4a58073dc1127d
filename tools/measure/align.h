/* Two sequences side by side, so that one more or one less does not shift all that follows.
 *
 * Pairs are chosen in order, none crossing, so that the sum of their scores is greatest (the longest common
 * subsequence, with weights). Of equally good ways the one that pairs later items is taken.
 */
#ifndef MEASURE_ALIGN_H
#define MEASURE_ALIGN_H

#include "err.h"

#include <stddef.h>

enum { ALIGN_CELLS = 1 << 22 }; /* the product of both lengths is at most this */

/* 0: the two cannot be paired. Else the more, the better. */
typedef unsigned align_score(const void *context, size_t a, size_t b);

/* pair[i] becomes the index in the second sequence that i is paired with, or -1. pair has room for a_count.
 * STATUS_BAD: too long. */
int align(size_t a_count, size_t b_count, align_score *score, const void *context, long *pair, struct err *err);

#endif
