#include "tdvf.h"

#include "little.h"

enum {
	DESCRIPTOR = 16, /* bytes: signature, length, version, number of sections */
	SECTION = 32,    /* bytes */
	ATTRIBUTES = TDVF_MR_EXTEND | TDVF_PAGE_AUG,
};

/* spec: tdx-boot-spec.md 1.1: e47a6535-984a-4798-865e-4685a7bf8ec2 */
static const uint8_t metadata_guid[GUID_SIZE] = {0x35, 0x65, 0x7a, 0xe4, 0x4a, 0x98, 0x98, 0x47,
						 0x86, 0x5e, 0x46, 0x85, 0xa7, 0xbf, 0x8e, 0xc2};

const char *tdvf_section_name(uint32_t type)
{
	static const char *const names[] = {
		[TDVF_BFV] = "BFV",
		[TDVF_CFV] = "CFV",
		[TDVF_TD_HOB] = "TD_HOB",
		[TDVF_TEMP_MEM] = "TEMP_MEM",
	};
	return type < sizeof names / sizeof *names ? names[type] : NULL;
}

const struct tdvf_section *tdvf_find(const struct tdvf *tdvf, enum tdvf_type type)
{
	for (size_t i = 0; i < tdvf->count; i++)
		if (tdvf->sections[i].type == type)
			return &tdvf->sections[i];
	return NULL;
}

const uint8_t *tdvf_data(const struct tdvf *tdvf, const struct tdvf_section *section)
{
	return tdvf->firmware + section->data_offset;
}

/* spec: tdx-boot-spec.md 1.2 */
static struct tdvf_section read_section(const uint8_t *at)
{
	return (struct tdvf_section){
		.data_offset = get_u32(at),
		.raw_size = get_u32(at + 4),
		.address = get_u64(at + 8),
		.size = get_u64(at + 16),
		.type = get_u32(at + 24),
		.attributes = get_u32(at + 28),
	};
}

/* spec: tdx-boot-spec.md 1.3 */
static int check_data(const struct tdvf_section *section, size_t firmware, struct err *err)
{
	bool has_data = section->type == TDVF_BFV || section->type == TDVF_CFV;
	if (has_data && !section->raw_size)
		return err_bad(err, "has no data");
	if (!has_data && section->raw_size)
		return err_bad(err, "has data, which its type cannot have");
	if ((uint64_t)section->data_offset + section->raw_size > firmware)
		return err_bad(err, "its data at 0x%x, 0x%x bytes, end outside the file of 0x%zx", section->data_offset,
			       section->raw_size, firmware);
	if (section->size < section->raw_size)
		return err_bad(err, "has more data than memory");
	if ((section->attributes & TDVF_MR_EXTEND) && section->raw_size < section->size)
		return err_bad(err, "is measured, and has less data than memory");
	return 0;
}

static int check_section(const struct tdvf_section *section, size_t firmware, struct err *err)
{
	const char *name = tdvf_section_name(section->type);
	if (!name)
		return err_bad(err, "its type %u is not supported", section->type);
	if (section->attributes & ~(uint32_t)ATTRIBUTES)
		return err_bad(err, "%s: its attributes 0x%x are not known", name, section->attributes);
	if (section->address % TDVF_PAGE || section->size % TDVF_PAGE)
		return err_bad(err, "%s: is not of whole pages", name);
	if (!section->size)
		return err_bad(err, "%s: is empty", name);
	if (section->size > UINT64_MAX - section->address)
		return err_bad(err, "%s: ends beyond all addresses", name);
	return check_data(section, firmware, err) ? err_prefix(err, "%s", name) : 0;
}

/* QEMU would add a page twice. */
static int check_overlaps(const struct tdvf *tdvf, size_t index, struct err *err)
{
	const struct tdvf_section *section = &tdvf->sections[index];
	for (size_t i = 0; i < index; i++) {
		const struct tdvf_section *other = &tdvf->sections[i];
		if (section->address < other->address + other->size &&
		    other->address < section->address + section->size)
			return err_bad(err, "%s: overlaps section %zu", tdvf_section_name(section->type), i);
	}
	return 0;
}

static int check_single(const struct tdvf *tdvf, enum tdvf_type type, struct err *err)
{
	size_t count = 0;
	for (size_t i = 0; i < tdvf->count; i++)
		count += tdvf->sections[i].type == type;
	return count == 1 ? 0 : err_bad(err, "%zu sections of type %s, not 1", count, tdvf_section_name(type));
}

static int read_sections(struct tdvf *tdvf, const uint8_t *at, size_t count, struct err *err)
{
	uint64_t pages = 0;
	for (size_t i = 0; i < count; i++) {
		struct tdvf_section *section = &tdvf->sections[i];
		*section = read_section(at + i * SECTION);
		if (check_section(section, tdvf->size, err) || check_overlaps(tdvf, i, err))
			return err_prefix(err, "section %zu", i);
		pages += section->size / TDVF_PAGE;
		if (pages > TDVF_PAGES)
			return err_bad(err, "section %zu: %s: more than %d pages up to here", i,
				       tdvf_section_name(section->type), TDVF_PAGES);
		tdvf->count++;
	}
	return check_single(tdvf, TDVF_TD_HOB, err) || check_single(tdvf, TDVF_CFV, err) ? -1 : 0;
}

/* spec: tdx-boot-spec.md 1.2, 1.3; the caller has seen to it that there are as many bytes as a descriptor has. */
static int read_descriptor(struct tdvf *tdvf, struct err *err)
{
	const uint8_t *at = tdvf->firmware + tdvf->offset;
	uint32_t length = get_u32(at + 4), version = get_u32(at + 8), count = get_u32(at + 12);
	if (memcmp(at, "TDVF", 4))
		return err_bad(err, "no signature at 0x%zx", tdvf->offset);
	if (version != 1)
		return err_bad(err, "version %u, not 1", version);
	if (count < 2 || count > TDVF_SECTIONS)
		return err_bad(err, "%u sections, not 2 to %d", count, TDVF_SECTIONS);
	if (length != DESCRIPTOR + SECTION * count)
		return err_bad(err, "length %u, not that of %u sections", length, count);
	if (length > tdvf->size - tdvf->offset)
		return err_bad(err, "its %u sections end outside the file", count);
	return read_sections(tdvf, at + DESCRIPTOR, count, err);
}

/* spec: tdx-boot-spec.md 1.1: the entry holds the descriptor's distance from the end of the file */
static int find_descriptor(struct tdvf *tdvf, const struct guid_table *table, struct err *err)
{
	const struct guid_entry *entry = guid_table_need(table, metadata_guid, "TDX metadata", err);
	if (!entry)
		return -1;
	if (entry->size != 4)
		return err_bad(err, "footer table: its TDX metadata entry has %zu bytes, not 4", entry->size);
	uint32_t distance = get_u32(entry->data);
	if (distance < DESCRIPTOR || distance > tdvf->size)
		return err_bad(err, "TDVF: 0x%x bytes from the end of the file, where it cannot be", distance);
	tdvf->offset = tdvf->size - distance;
	return 0;
}

int tdvf_parse(const uint8_t *firmware, size_t size, struct tdvf *tdvf, struct err *err)
{
	struct guid_table table;
	*tdvf = (struct tdvf){.firmware = firmware, .size = size};
	if (guid_table_parse(firmware, size, &table, err) || find_descriptor(tdvf, &table, err))
		return -1;
	return read_descriptor(tdvf, err) ? err_prefix(err, "TDVF") : 0;
}
