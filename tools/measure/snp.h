/* The launch digest of an SEV-SNP guest: firmware, the digests of kernel, initrd and command line, the processors'
 * first state.
 *
 * What of it belongs to the image is a struct snp_image: read from firmware and files, or from an image's
 * measurement.snp.cbor. What belongs to the machine is a struct snp_vm.
 *
 * Source: spec: tdx-boot-spec.md 9.
 */
#ifndef MEASURE_SNP_H
#define MEASURE_SNP_H

#include "bytes.h"
#include "digest.h"

#include <stdbool.h>

enum {
	SNP_PAGE = 4096, /* bytes */
	SNP_SECTIONS = 64,
	SNP_PAGES = 1 << 24, /* of all sections together */
	SNP_VCPUS = 512,
	SNP_CMDLINE_MAX = 65536, /* bytes */
	SNP_HASH_TABLE = 176,    /* bytes */
	SNP_DOCUMENT_VERSION = 3,
	SNP_SEC_MEMORY = 1, /* types of sections */
	SNP_SECRETS = 2,
	SNP_CPUID = 3,
	SNP_SVSM_CAA = 4,
	SNP_KERNEL_HASHES = 0x10,
};
#define SNP_FIRMWARE_END UINT64_C(0x100000000) /* where it ends in memory */

struct snp_section {
	uint64_t gpa, size; /* bytes */
	uint32_t type;
};

struct snp_image {
	char *cmdline;                    /* without white space around it; NULL: none yet */
	uint8_t ovmf_hash[SHA384_SIZE];   /* the launch digest when the firmware's pages are in it */
	uint8_t kernel_hash[SHA256_SIZE]; /* of the files */
	uint8_t initrd_hash[SHA256_SIZE];
	size_t firmware_size; /* bytes; 0: only its digest is known */
	uint64_t hashes_table_gpa;
	uint32_t reset_eip;
	struct snp_section sections[SNP_SECTIONS];
	size_t count;
};

void snp_image_free(struct snp_image *image);
#define cleanup_snp_image cleanup(snp_image_free)

/* ovmf_hash, hashes_table_gpa, reset_eip and sections, from the firmware file. STATUS_BAD: `footer table: reason`,
 * `SEV metadata: reason`. */
int snp_firmware(const uint8_t *firmware, size_t size, struct snp_image *image, struct err *err);

/* Copies the command line, which must have one word dstack.rootfs_hash=, with 64 digits. */
int snp_set_cmdline(struct snp_image *image, const char *cmdline, size_t size, struct err *err);

/* measurement.snp.cbor, members in the specification's order. Fills *image, which the caller frees in any case.
 * STATUS_BAD: `byte AT: MEMBER: reason`, `section N: reason`, `command line: reason`. */
int snp_document_parse(const void *data, size_t size, struct snp_image *image, struct err *err);
int snp_document_write(const struct snp_image *image, struct bytes *into, struct err *err);

struct snp_vm {
	unsigned vcpus;          /* 1 to SNP_VCPUS */
	uint32_t signature;      /* of the processor: snp_signature() */
	uint64_t guest_features; /* SEV_FEATURES, never 0 */
};

/* The CPUID signature of a QEMU processor model, whatever the case of its letters. STATUS_BAD when it is not known. */
int snp_signature(const char *model, uint32_t *signature, struct err *err);

/* One step: pages of one kind, one after the other. */
struct snp_step {
	const char *name; /* "firmware", "SEC_MEMORY", "secrets", "CPUID", "SVSM_CAA", "kernel hashes", or whose VMSA */
	uint64_t gpa, pages;        /* both 0 for firmware of which only the digest is known */
	uint8_t after[SHA384_SIZE]; /* the running digest */
};

struct snp_launch {
	uint8_t digest[SHA384_SIZE];
	struct snp_step steps[SNP_SECTIONS + 3]; /* firmware, sections, processors */
	size_t count;
};

/* The image has its command line. STATUS_BAD when image or machine cannot be. */
int snp_predict(const struct snp_image *image, const struct snp_vm *vm, struct snp_launch *launch, struct err *err);

/* The parts of it, for its own modules and for tests. */

enum snp_page_type {
	SNP_PAGE_NORMAL = 1,
	SNP_PAGE_VMSA = 2,
	SNP_PAGE_ZERO = 3,
	SNP_PAGE_SECRETS = 5,
	SNP_PAGE_CPUID = 6,
};

/* One update of the running digest; contents is the digest of the page, or zeros. hasher is for SHA-384, and fresh. */
void snp_update(struct hasher *hasher, uint8_t digest[SHA384_SIZE], enum snp_page_type type, uint64_t gpa,
		const uint8_t contents[SHA384_SIZE]);

/* The page with the hash table, as QEMU hands it to the firmware. snp_check() has found room for it. */
int snp_hashes_page(const struct snp_image *image, uint8_t page[SNP_PAGE], struct err *err);

/* The first state of a processor that begins at eip. */
void snp_vmsa(const struct snp_vm *vm, uint32_t eip, uint8_t page[SNP_PAGE]);

/* What must hold of the sections and addresses, wherever they come from. STATUS_BAD: `section N: reason`. */
int snp_check(const struct snp_image *image, struct err *err);

#endif
