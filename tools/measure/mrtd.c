#include "mrtd.h"

#include "little.h"

/* spec: tdx-boot-spec.md 2: records of 128 bytes; a page is measured in chunks of 256. */
enum {
	RECORD = 128,
	CHUNK = 256,
};

struct records {
	struct hasher *hasher;
	uint8_t add[RECORD], extend[RECORD]; /* all but the address stays the same */
};

static void add_page(struct records *records, uint64_t address)
{
	put_u64(records->add + 16, address);
	hasher_update(records->hasher, records->add, RECORD);
}

static void extend_page(struct records *records, uint64_t address, const uint8_t *data)
{
	for (size_t at = 0; at < TDVF_PAGE; at += CHUNK) {
		put_u64(records->extend + 16, address + at);
		hasher_update(records->hasher, records->extend, RECORD);
		hasher_update(records->hasher, data + at, CHUNK);
	}
}

/* One way through a section's pages. */
static void pass(struct records *records, const struct tdvf_section *section, const uint8_t *data, bool add,
		 bool extend)
{
	for (uint64_t at = 0; at < section->size; at += TDVF_PAGE) {
		if (add)
			add_page(records, section->address + at);
		if (extend)
			extend_page(records, section->address + at, data + at);
	}
}

static void measure(struct records *records, const struct tdvf_section *section, const uint8_t *data,
		    enum page_order order)
{
	bool add = !(section->attributes & TDVF_PAGE_AUG), extend = section->attributes & TDVF_MR_EXTEND;
	if (order == SINGLE_PASS) {
		pass(records, section, data, add, extend);
		return;
	}
	if (add)
		pass(records, section, data, true, false);
	if (extend)
		pass(records, section, data, false, true);
}

int mrtd_compute(const struct tdvf *tdvf, enum page_order order, struct mrtd *mrtd, struct err *err)
{
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err), *data_hasher = hasher_new(SHA384, err);
	struct records records = {.hasher = hasher, .add = "MEM.PAGE.ADD", .extend = "MR.EXTEND"};
	if (!hasher || !data_hasher)
		return -1;
	mrtd->count = tdvf->count;
	for (size_t i = 0; i < tdvf->count; i++) {
		const struct tdvf_section *section = &tdvf->sections[i];
		const uint8_t *data = tdvf_data(tdvf, section);
		hasher_update(data_hasher, data, section->raw_size);
		hasher_final(data_hasher, mrtd->sections[i].data);
		measure(&records, section, data, order);
		if (hasher_peek(hasher, mrtd->sections[i].after, err))
			return -1;
	}
	hasher_final(hasher, mrtd->value);
	return 0;
}
