#include "snp.h"

#include "little.h"

#define VMSA_GPA UINT64_C(0xfffffffff000)
#define RESET_EIP 0xfffffff0u /* of the first processor */

void snp_image_free(struct snp_image *image)
{
	free(image->cmdline);
	*image = (struct snp_image){0};
}

/* spec: tdx-boot-spec.md 9 */
static const struct kind {
	uint32_t type;
	const char *name;
	enum snp_page_type page;
	bool is_single; /* measured once; more than one page of it is refused */
} kinds[] = {
	{SNP_SEC_MEMORY, "SEC_MEMORY", SNP_PAGE_ZERO, false},
	{SNP_SECRETS, "secrets", SNP_PAGE_SECRETS, true},
	{SNP_CPUID, "CPUID", SNP_PAGE_CPUID, true},
	{SNP_SVSM_CAA, "SVSM_CAA", SNP_PAGE_ZERO, false},
	{SNP_KERNEL_HASHES, "kernel hashes", SNP_PAGE_NORMAL, true},
};

static const struct kind *kind_of(uint32_t type)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

static int check_section(const struct snp_section *section, struct err *err)
{
	const struct kind *kind = kind_of(section->type);
	if (!kind)
		return err_bad(err, "its type %u is not known", section->type);
	if (!section->size)
		return err_bad(err, "is empty");
	if (section->gpa % SNP_PAGE || section->size % SNP_PAGE)
		return err_bad(err, "is not of whole pages");
	if (section->size > UINT64_MAX - section->gpa)
		return err_bad(err, "ends beyond all addresses");
	if (kind->is_single && section->size != SNP_PAGE)
		return err_bad(err, "%s of more than one page", kind->name);
	return 0;
}

int snp_check(const struct snp_image *image, struct err *err)
{
	uint64_t pages = 0;
	size_t tables = 0;
	for (size_t i = 0; i < image->count; i++) {
		const struct snp_section *section = &image->sections[i];
		if (check_section(section, err))
			return err_prefix(err, "section %zu", i);
		tables += section->type == SNP_KERNEL_HASHES;
		pages += section->size / SNP_PAGE;
		if (pages > SNP_PAGES)
			return err_bad(err, "section %zu: more than %d pages up to here", i, SNP_PAGES);
	}
	if (tables != 1)
		return err_bad(err, "%zu sections for kernel hashes, not 1", tables);
	if (!image->hashes_table_gpa || !image->reset_eip)
		return err_bad(err, "%s is 0", image->reset_eip ? "address of the hash table" : "reset_eip");
	if (image->hashes_table_gpa % SNP_PAGE > SNP_PAGE - SNP_HASH_TABLE)
		return err_bad(err, "the hash table at 0x%jx does not fit its page",
			       (uintmax_t)image->hashes_table_gpa);
	return 0;
}

/* spec: tdx-boot-spec.md 9: 112 bytes: digest, contents, u16 length, page type, is_imi, permissions, address */
void snp_update(struct hasher *hasher, uint8_t digest[SHA384_SIZE], enum snp_page_type type, uint64_t gpa,
		const uint8_t contents[SHA384_SIZE])
{
	uint8_t info[112] = {0};
	memcpy(info, digest, SHA384_SIZE);
	memcpy(info + 48, contents, SHA384_SIZE);
	put_u16(info + 96, sizeof info);
	info[98] = (uint8_t)type;
	put_u64(info + 104, gpa);
	hasher_update(hasher, info, sizeof info);
	hasher_final(hasher, digest);
}

struct prediction {
	struct hasher *hasher;
	struct snp_launch *launch;
};

/* Pages with the same contents, or none (NULL), one after the other; those of processors all have one address. */
static void step(struct prediction *prediction, const char *name, enum snp_page_type type, uint64_t gpa, uint64_t pages,
		 const uint8_t *contents)
{
	static const uint8_t none[SHA384_SIZE];
	struct snp_launch *launch = prediction->launch;
	for (uint64_t i = 0; i < pages; i++)
		snp_update(prediction->hasher, launch->digest, type, type == SNP_PAGE_VMSA ? gpa : gpa + i * SNP_PAGE,
			   contents ? contents : none);
	struct snp_step *done = &launch->steps[launch->count++];
	*done = (struct snp_step){.name = name, .gpa = gpa, .pages = pages};
	memcpy(done->after, launch->digest, SHA384_SIZE);
}

static void section_step(struct prediction *prediction, const struct snp_section *section, const uint8_t *hashes)
{
	const struct kind *kind = kind_of(section->type);
	step(prediction, kind->name, kind->page, section->gpa, section->size / SNP_PAGE,
	     kind->page == SNP_PAGE_NORMAL ? hashes : NULL);
}

static void page_digest(struct prediction *prediction, const uint8_t page[SNP_PAGE], uint8_t digest[SHA384_SIZE])
{
	hasher_update(prediction->hasher, page, SNP_PAGE);
	hasher_final(prediction->hasher, digest);
}

static void processors(struct prediction *prediction, const struct snp_image *image, const struct snp_vm *vm)
{
	uint8_t page[SNP_PAGE], contents[SHA384_SIZE];
	snp_vmsa(vm, RESET_EIP, page);
	page_digest(prediction, page, contents);
	step(prediction, "VMSA of the first processor", SNP_PAGE_VMSA, VMSA_GPA, 1, contents);
	if (vm->vcpus == 1)
		return;
	snp_vmsa(vm, image->reset_eip, page);
	page_digest(prediction, page, contents);
	step(prediction, "VMSA of each other processor", SNP_PAGE_VMSA, VMSA_GPA, vm->vcpus - 1, contents);
}

static void firmware_step(struct snp_launch *launch, const struct snp_image *image)
{
	struct snp_step *done = &launch->steps[launch->count++];
	memcpy(launch->digest, image->ovmf_hash, SHA384_SIZE);
	*done = (struct snp_step){.name = "firmware", .pages = image->firmware_size / SNP_PAGE};
	done->gpa = done->pages ? SNP_FIRMWARE_END - image->firmware_size : 0;
	memcpy(done->after, launch->digest, SHA384_SIZE);
}

int snp_predict(const struct snp_image *image, const struct snp_vm *vm, struct snp_launch *launch, struct err *err)
{
	uint8_t page[SNP_PAGE], hashes[SHA384_SIZE];
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err);
	struct prediction prediction = {hasher, launch};
	if (!hasher || snp_check(image, err) || snp_hashes_page(image, page, err))
		return -1;
	if (!vm->vcpus || vm->vcpus > SNP_VCPUS)
		return err_bad(err, "%u processors, not 1 to %d", vm->vcpus, SNP_VCPUS);
	if (!vm->guest_features)
		return err_bad(err, "guest features are 0");
	*launch = (struct snp_launch){0};
	page_digest(&prediction, page, hashes);
	firmware_step(launch, image);
	for (size_t i = 0; i < image->count; i++)
		section_step(&prediction, &image->sections[i], hashes);
	processors(&prediction, image, vm);
	return 0;
}
