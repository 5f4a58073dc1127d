/* corpus: vectors/tdvf
 * Firmware comes with an image from anyone. What is accepted has its data in the file and its pages in bounds, can be
 * measured, and its accepted ranges survive a witness. */
#include "hob.h"
#include "mrtd.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct tdvf *tdvf, uint64_t *pages)
{
	for (size_t i = 0; i < tdvf->count; i++) {
		const struct tdvf_section *section = &tdvf->sections[i];
		if ((uint64_t)section->data_offset + section->raw_size > tdvf->size || !section->size ||
		    section->address + section->size < section->address || !tdvf_section_name(section->type))
			abort();
		*pages += section->size / TDVF_PAGE;
	}
	if (*pages > TDVF_PAGES || !tdvf_find(tdvf, TDVF_CFV) || !tdvf_find(tdvf, TDVF_TD_HOB))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct tdvf tdvf;
	struct mrtd mrtd;
	struct hob_ranges ranges, again;
	uint64_t pages = 0;
	cleanup_bytes struct bytes witness = {0};
	if (tdvf_parse(data, size, &tdvf, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	check(&tdvf, &pages);
	if (pages < 4096 &&
	    (mrtd_compute(&tdvf, SINGLE_PASS, &mrtd, &err) || mrtd_compute(&tdvf, TWO_PASS, &mrtd, &err)))
		abort();
	hob_ranges_of(&tdvf, &ranges);
	if (witness_encode(&ranges, &witness, &err) || witness_decode(witness.data, witness.size, &again, &err) ||
	    memcmp(&ranges, &again, sizeof ranges))
		abort();
	return 0;
}
