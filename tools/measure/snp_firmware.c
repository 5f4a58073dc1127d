/* What of firmware the launch digest of SEV-SNP depends on. snp.h */
#include "snp.h"

#include "guid_table.h"
#include "little.h"

/* spec: tdx-boot-spec.md 1.1, 9: wire forms */
static const uint8_t hash_table_guid[GUID_SIZE] = {0x1f, 0x37, 0x55, 0x72, 0x3b, 0x3a, 0x04, 0x4b,
						   0x92, 0x7b, 0x1d, 0xa6, 0xef, 0xa8, 0xd4, 0x54};
static const uint8_t reset_guid[GUID_SIZE] = {0xde, 0x71, 0xf7, 0x00, 0x7e, 0x1a, 0xcb, 0x4f,
					      0x89, 0x0e, 0x68, 0xc7, 0x7e, 0x2f, 0xb4, 0x4e};
static const uint8_t metadata_guid[GUID_SIZE] = {0x66, 0x65, 0x88, 0xdc, 0x4a, 0x98, 0x98, 0x47,
						 0xa7, 0x5e, 0x55, 0x85, 0xa7, 0xbf, 0x67, 0xcc};

enum {
	HEADER = 16, /* bytes of the metadata: signature, size, version, number of sections */
	SECTION = 12,
};

/* The number that the entry begins with; never 0. */
static int read_entry(const struct guid_table *table, const uint8_t guid[GUID_SIZE], const char *name, uint32_t *value,
		      struct err *err)
{
	const struct guid_entry *entry = guid_table_need(table, guid, name, err);
	if (!entry)
		return -1;
	if (entry->size < 4)
		return err_bad(err, "footer table: its %s entry has %zu bytes, fewer than 4", name, entry->size);
	*value = get_u32(entry->data);
	return *value ? 0 : err_bad(err, "footer table: its %s entry is 0", name);
}

static int read_metadata(const uint8_t *firmware, size_t size, uint32_t distance, struct snp_image *image,
			 struct err *err)
{
	if (distance < HEADER || distance > size)
		return err_bad(err, "0x%x bytes from the end of the file, where it cannot be", distance);
	const uint8_t *at = firmware + size - distance;
	/* Its size, at 4, is 0 in firmware that dstack takes, so it can be held to nothing. */
	uint32_t version = get_u32(at + 8), count = get_u32(at + 12);
	if (memcmp(at, "ASEV", 4))
		return err_bad(err, "no signature at 0x%zx", size - distance);
	if (version != 1)
		return err_bad(err, "version %u, not 1", version);
	if (!count || count > SNP_SECTIONS)
		return err_bad(err, "%u sections, not 1 to %d", count, SNP_SECTIONS);
	if (HEADER + SECTION * count > distance)
		return err_bad(err, "its %u sections end outside the file", count);
	for (at += HEADER; image->count < count; at += SECTION)
		image->sections[image->count++] = (struct snp_section){get_u32(at), get_u32(at + 4), get_u32(at + 8)};
	return snp_check(image, err);
}

/* spec: tdx-boot-spec.md 9: each page as it lies below 4 GiB */
static int digest_pages(const uint8_t *firmware, size_t size, uint8_t digest[SHA384_SIZE], struct err *err)
{
	uint8_t contents[SHA384_SIZE];
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err);
	if (!hasher)
		return -1;
	memset(digest, 0, SHA384_SIZE);
	for (size_t at = 0; at < size; at += SNP_PAGE) {
		hasher_update(hasher, firmware + at, SNP_PAGE);
		hasher_final(hasher, contents);
		snp_update(hasher, digest, SNP_PAGE_NORMAL, SNP_FIRMWARE_END - size + at, contents);
	}
	return 0;
}

int snp_firmware(const uint8_t *firmware, size_t size, struct snp_image *image, struct err *err)
{
	struct guid_table table;
	uint32_t gpa, distance;
	image->count = 0;
	if (guid_table_parse(firmware, size, &table, err))
		return -1;
	if (table.left)
		return err_bad(err, "footer table: %zu bytes of it are no entry", table.left);
	if (size % SNP_PAGE)
		return err_bad(err, "firmware of %zu bytes, not of whole pages", size);
	if (read_entry(&table, hash_table_guid, "SEV hash table", &gpa, err) ||
	    read_entry(&table, reset_guid, "SEV-ES reset block", &image->reset_eip, err) ||
	    read_entry(&table, metadata_guid, "SEV metadata", &distance, err))
		return -1;
	image->firmware_size = size;
	image->hashes_table_gpa = gpa;
	if (read_metadata(firmware, size, distance, image, err))
		return err_prefix(err, "SEV metadata");
	return digest_pages(firmware, size, image->ovmf_hash, err);
}
