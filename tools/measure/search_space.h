/* The shapes that a search tries, as passes over lists of values; the more plausible pass first. */
#ifndef MEASURE_SEARCH_SPACE_H
#define MEASURE_SEARCH_SPACE_H

#include <stddef.h>
#include <stdint.h>

/* A list without values stands for the one value of the shape that the search starts from. */
struct values {
	const uint32_t *at;
	size_t count;
};

enum style { STYLE_8, STYLE_9_2, STYLE_10 };

enum { FLAG_PIC = 1, FLAG_HOTPLUG_OFF = 2, FLAG_HUGEPAGES = 4, FLAG_SMM = 8 };

struct pass {
	struct values cpus;
	struct values styles;       /* enum style */
	struct values flags;        /* FLAG_… together */
	struct values endpoints;    /* on the root bus */
	struct values accelerators; /* GPUs << 8 | NVSwitches */
	struct values holes;        /* GiB of the 64-bit hole */
	int all_memories;           /* also the odd ones */
};

extern const struct pass search_passes[];
extern const size_t search_pass_count;

/* Sizes of memory in MiB: the usual ones, the likelier first; few below 2816 MiB, since each of those has tables of its
 * own. The odd ones are every multiple of SEARCH_MEMORY_STEP up
 * to SEARCH_MEMORY_MAX, and from there of SEARCH_MEMORY_STEP_HIGH up to SEARCH_MEMORY_MAX_HIGH. */
extern const struct values search_memories;
enum {
	SEARCH_MEMORY_STEP = 512,
	SEARCH_MEMORY_MAX = 128 << 10,
	SEARCH_MEMORY_STEP_HIGH = 4 << 10,
	SEARCH_MEMORY_MAX_HIGH = 2 << 20,
};

#endif
