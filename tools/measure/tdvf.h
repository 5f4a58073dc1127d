/* TDVF metadata: which parts of the firmware become which pages of a TD's memory, and which of them are measured.
 *
 * Sources: spec: tdx-boot-spec.md 1.2 (form), 1.3 and 3.10 note 12 (what is refused), 1.4 (layouts in use).
 */
#ifndef MEASURE_TDVF_H
#define MEASURE_TDVF_H

#include "guid_table.h"

#include <stdbool.h>

enum tdvf_type { TDVF_BFV, TDVF_CFV, TDVF_TD_HOB, TDVF_TEMP_MEM };

enum {
	TDVF_SECTIONS = 64,
	TDVF_PAGE = 4096,
	TDVF_PAGES = 1 << 20, /* of all sections together */
	TDVF_MR_EXTEND = 1,   /* attributes */
	TDVF_PAGE_AUG = 2,
};

struct tdvf_section {
	uint32_t data_offset; /* in the firmware file */
	uint32_t raw_size;    /* bytes there */
	uint64_t address;     /* guest physical, of whole pages */
	uint64_t size;        /* bytes, of whole pages, never 0 and never less than raw_size */
	uint32_t type;        /* enum tdvf_type */
	uint32_t attributes;
};

/* What holds of it once it is parsed: one TD_HOB and one CFV; sections do not overlap; BFV and CFV have data and the
 * others have none; a section that is measured has data for all its pages. */
struct tdvf {
	const uint8_t *firmware; /* the caller's */
	size_t size;
	size_t offset; /* of the descriptor in the file */
	struct tdvf_section sections[TDVF_SECTIONS];
	size_t count;
};

/* A view of firmware: nothing is owned. STATUS_BAD: `footer table: reason`, `TDVF: reason`, `TDVF: section N: reason`.
 */
int tdvf_parse(const uint8_t *firmware, size_t size, struct tdvf *tdvf, struct err *err);

/* "BFV", "CFV", "TD_HOB", "TEMP_MEM"; NULL for another type. */
const char *tdvf_section_name(uint32_t type);

/* The first section of the type, or NULL. Of TDVF_TD_HOB and TDVF_CFV there always is one. */
const struct tdvf_section *tdvf_find(const struct tdvf *tdvf, enum tdvf_type type);

/* The section's data in the firmware: raw_size bytes. */
const uint8_t *tdvf_data(const struct tdvf *tdvf, const struct tdvf_section *section);

#endif
