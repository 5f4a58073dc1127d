/* corpus: vectors/sev
 * Firmware comes with an image from anyone. What is accepted as firmware for SEV has what a launch digest needs. */
#include "snp.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct snp_launch launch;
	const struct snp_vm vm = {.vcpus = 2, .signature = 0x800f12, .guest_features = 1};
	cleanup_snp_image struct snp_image image = {0};
	uint64_t pages = 0;
	if (snp_firmware(data, size, &image, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	if (!image.count || image.count > SNP_SECTIONS || !image.hashes_table_gpa || !image.reset_eip)
		abort();
	for (size_t i = 0; i < image.count; i++)
		pages += image.sections[i].size / SNP_PAGE;
	image.cmdline = strdup("console=ttyS0");
	if (pages > SNP_PAGES || !image.cmdline || (pages < 4096 && snp_predict(&image, &vm, &launch, &err)))
		abort();
	return 0;
}
