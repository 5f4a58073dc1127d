/* Which shape of VM was it? From what was observed of RTMR0: the digests of its TD HOB and ACPI tables when there is a
 * log, else its value and the events that were expected.
 *
 * Sources: spec: tdx-boot-spec.md 3.1, 3.5, 3.8.5.
 */
#ifndef MEASURE_SHAPE_FIND_H
#define MEASURE_SHAPE_FIND_H

#include "observed.h"
#include "search.h"

enum { SHAPE_FIND_QUICK = 20000 }; /* shapes that are tried when nobody asked for it */

struct shape_finding {
	bool found;
	struct search_result result; /* count also when nothing is found */
	struct shape expected;       /* where the search began */
	bool is_from_log;
	uint64_t memory; /* bytes, by the TD HOB alone when no shape was found; 0: not even that */
};

/* limit: so many shapes at most; 0: all. 1: *finding is filled. 0: there is nothing to go by, and *why says what is
 * missing. -1: malformed: `vm: reason`, `firmware: td_hob_witness: reason`. */
int shape_find(const struct expected *expected, const struct observed *observed, uint64_t limit,
	       struct shape_finding *finding, const char **why, struct err *err);

/* Appends lines: the shape, and how it differs from the expected one. */
int shape_finding_text(const struct shape_finding *finding, struct bytes *into, struct err *err);

/* An object: vm (shape.h; qemu stands for its style), differs (words), shapes (tried), found; vm and differs are null
 * when nothing was found, and memory is what the TD HOB alone tells. NULL when memory is out. */
struct json *shape_finding_json(const struct shape_finding *finding);

#endif
