/* The two pages of the launch digest of SEV-SNP that have contents: the hash table and a processor's state. snp.h */
#include "snp.h"

#include "little.h"

#include <assert.h>
#include <strings.h>

/* spec: tdx-boot-spec.md 9: wire forms */
static const uint8_t table_guid[] = {0x06, 0xd6, 0x38, 0x94, 0x22, 0x4f, 0xc9, 0x4c,
				     0xb4, 0x79, 0xa7, 0x93, 0xd4, 0x11, 0xfd, 0x21};
static const uint8_t cmdline_guid[] = {0xd8, 0x2d, 0xd0, 0x97, 0x20, 0xbd, 0x94, 0x4c,
				       0xaa, 0x78, 0xe7, 0x71, 0x4d, 0x36, 0xab, 0x2a};
static const uint8_t initrd_guid[] = {0x31, 0xf7, 0xba, 0x44, 0x2f, 0x3a, 0xd7, 0x4b,
				      0x9a, 0xf1, 0x41, 0xe2, 0x91, 0x69, 0x78, 0x1d};
static const uint8_t kernel_guid[] = {0x37, 0x94, 0xe7, 0x4d, 0xd2, 0xab, 0x7f, 0x42,
				      0xb8, 0x35, 0xd5, 0xb1, 0x72, 0xd2, 0x04, 0x5b};

enum {
	GUID = 16,
	ENTRY = GUID + 2 + SHA256_SIZE,
	TABLE = GUID + 2 + 3 * ENTRY,
};
static_assert((int)TABLE <= (int)SNP_HASH_TABLE, "the table is padded to whole blocks");

static uint8_t *put_guid(uint8_t *at, const uint8_t guid[GUID], uint16_t size)
{
	memcpy(at, guid, GUID);
	put_u16(at + GUID, size);
	return at + GUID + 2;
}

static uint8_t *put_entry(uint8_t *at, const uint8_t guid[GUID], const uint8_t digest[SHA256_SIZE])
{
	memcpy(put_guid(at, guid, ENTRY), digest, SHA256_SIZE);
	return at + ENTRY;
}

/* spec: tdx-boot-spec.md 9: the command line with its NUL */
int snp_hashes_page(const struct snp_image *image, uint8_t page[SNP_PAGE], struct err *err)
{
	uint8_t cmdline[SHA256_SIZE];
	if (digest_raw(SHA256, image->cmdline, strlen(image->cmdline) + 1, cmdline, err))
		return -1;
	memset(page, 0, SNP_PAGE);
	uint8_t *at = put_guid(page + image->hashes_table_gpa % SNP_PAGE, table_guid, TABLE);
	at = put_entry(at, cmdline_guid, cmdline);
	at = put_entry(at, initrd_guid, image->initrd_hash);
	put_entry(at, kernel_guid, image->kernel_hash);
	return 0;
}

static void put_segment(uint8_t *at, uint16_t selector, uint16_t attributes, uint64_t base)
{
	put_u16(at, selector);
	put_u16(at + 2, attributes);
	put_u32(at + 4, 0xffff);
	put_u64(at + 8, base);
}

/* spec: tdx-boot-spec.md 9 */
void snp_vmsa(const struct snp_vm *vm, uint32_t eip, uint8_t page[SNP_PAGE])
{
	static const struct {
		uint16_t at, attributes;
	} segments[] = {
		{0x00, 0x93}, /* ES */
		{0x20, 0x93}, /* SS */
		{0x30, 0x93}, /* DS */
		{0x40, 0x93}, /* FS */
		{0x50, 0x93}, /* GS */
		{0x60, 0},    /* GDTR */
		{0x70, 0x82}, /* LDTR */
		{0x80, 0},    /* IDTR */
		{0x90, 0x8b}, /* TR */
	};
	memset(page, 0, SNP_PAGE);
	put_segment(page + 0x10, 0xf000, 0x9b, eip & 0xffff0000); /* CS */
	for (size_t i = 0; i < sizeof segments / sizeof *segments; i++)
		put_segment(page + segments[i].at, 0, segments[i].attributes, 0);
	put_u64(page + 0xd0, 0x1000);      /* EFER */
	put_u64(page + 0x148, 0x40);       /* CR4 */
	put_u64(page + 0x158, 0x10);       /* CR0 */
	put_u64(page + 0x160, 0x400);      /* DR7 */
	put_u64(page + 0x168, 0xffff0ff0); /* DR6 */
	put_u64(page + 0x170, 2);          /* RFLAGS */
	put_u64(page + 0x178, eip & 0xffff);
	put_u64(page + 0x268, 0x0007040600070406); /* PAT */
	put_u64(page + 0x310, vm->signature);      /* RDX */
	put_u64(page + 0x3b0, vm->guest_features);
	put_u64(page + 0x3e8, 1);      /* XCR0 */
	put_u32(page + 0x408, 0x1f80); /* MXCSR */
	put_u16(page + 0x410, 0x37f);  /* FCW */
}

/* spec: tdx-boot-spec.md 9 */
static uint32_t signature_of(uint32_t family, uint32_t model, uint32_t stepping)
{
	uint32_t extended = family > 15 ? family - 15 : 0;
	return extended << 20 | model >> 4 << 16 | (family - extended) << 8 | (model & 15) << 4 | stepping;
}

int snp_signature(const char *model, uint32_t *signature, struct err *err)
{
	static const struct {
		const char *name;
		uint32_t family, model, stepping;
	} known[] = {
		{"EPYC", 23, 1, 2},          {"EPYC-v1", 23, 1, 2},       {"EPYC-v2", 23, 1, 2},
		{"EPYC-v3", 23, 1, 2},       {"EPYC-v4", 23, 1, 2},       {"EPYC-IBPB", 23, 1, 2},
		{"EPYC-Rome", 23, 49, 0},    {"EPYC-Rome-v1", 23, 49, 0}, {"EPYC-Rome-v2", 23, 49, 0},
		{"EPYC-Rome-v3", 23, 49, 0}, {"EPYC-Milan", 25, 1, 1},    {"EPYC-Milan-v1", 25, 1, 1},
		{"EPYC-Milan-v2", 25, 1, 1}, {"EPYC-Genoa", 25, 17, 0},   {"EPYC-Genoa-v1", 25, 17, 0},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (!strcasecmp(known[i].name, model)) {
			*signature = signature_of(known[i].family, known[i].model, known[i].stepping);
			return 0;
		}
	return err_bad(err, "processor '%s' is not known", model);
}
