/* Which VM shape gives the RTMR0 that was observed? Plausible shapes are tried, the more plausible ones first: what is
 * near the shape that was expected, then the usual numbers of CPUs and sizes of memory in each style of QEMU, then
 * every number of CPUs, other numbers of endpoints, GPUs with the usual holes, huge pages and SMM, and odd sizes of
 * memory.
 *
 * What does not vary is not computed again: the TD HOB depends on memory alone, and the ACPI tables not on memory from
 * 2816 MiB up, so that a further size of memory costs a handful of short digests and no tables.
 *
 * Sources: spec: tdx-boot-spec.md 3.1 (order of events), 3.5, 3.8.5 (what varies what).
 */
#ifndef MEASURE_SEARCH_H
#define MEASURE_SEARCH_H

#include "digest.h"
#include "hob.h"
#include "shape.h"

struct search_count {
	uint64_t shapes; /* compared */
	uint64_t tables; /* of them with tables made and hashed for them */
	double seconds;
};

struct search {
	/* What was observed: SHA384_SIZE bytes each, NULL when not known. At least one is. */
	const uint8_t *rtmr0, *hob, *loader, *rsdp, *tables;
	/* The other events of RTMR0, when that is known: those between the TD HOB and the loader, and those after the
	 * tables. */
	const uint8_t (*before)[SHA384_SIZE];
	size_t before_count;
	const uint8_t (*after)[SHA384_SIZE];
	size_t after_count;
	const struct hob_ranges *ranges; /* the firmware's; needed when rtmr0 or hob is known */
	struct shape start;              /* what was expected; also where what is not searched is from */
	/* Now and then; false ends the search. NULL: nobody wants to know. */
	bool (*progress)(void *context, const struct search_count *count);
	void *context;
};

struct search_result {
	struct shape shape;  /* QEMU's version stands for its style (below 9.2, 9.x from there, 10); order is the
			      * start's */
	bool is_memory_seen; /* else any memory of 2816 MiB and more, and 2 GiB, gives what was observed */
	struct search_count count;
};

/* 1: found, and *result is the first. 0: none of those tried, or ended by progress. -1: memory is out, or STATUS_BAD:
 * nothing to search for. */
int search_shape(const struct search *search, struct search_result *result, struct err *err);

#endif
