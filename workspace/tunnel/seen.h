/* What was there before: a set that holds 64 bits of each thing, under a key of its own, so that nobody can make two
 * things look the same. What was added is always found; what was not is taken for it once in 2^64 / size.
 */
#ifndef TUNNEL_SEEN_H
#define TUNNEL_SEEN_H

#include "err.h"
#include "view.h"

struct seen;

/* cap: of things. */
struct seen *seen_new(size_t cap, struct err *err);
void seen_free(struct seen *seen);
size_t seen_count(const struct seen *seen);

enum seen_result { SEEN_NEW, SEEN_BEFORE, SEEN_FULL };

/* Adds it, unless it is there or there is no room; -1 when memory is out. */
int seen_add(struct seen *seen, struct view thing, struct err *err);

#endif
