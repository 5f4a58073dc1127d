#include "boot.h"

#include "boot_events.h"
#include "hob.h"
#include "tdx_document.h"

#include <string.h>

void boot_free(struct boot *boot)
{
	measured_free(&boot->measured);
	acpi_free(&boot->acpi);
	bytes_free(&boot->witness);
	bytes_free(&boot->notes);
	*boot = (struct boot){0};
}

static int predict_firmware(const struct os_image *image, const struct shape *shape, struct boot *boot, struct err *err)
{
	struct hob_ranges ranges;
	const struct mapped *firmware = &image->files[OS_FIRMWARE];
	if (tdvf_parse(firmware->data, firmware->size, &boot->tdvf, err))
		return err_prefix(err, "firmware");
	hob_ranges_of(&boot->tdvf, &ranges);
	if (witness_encode(&ranges, &boot->witness, err))
		return -1;
	return mrtd_compute(&boot->tdvf, shape->order, &boot->mrtd, err);
}

static int replay(struct boot *boot, struct err *err)
{
	bool whole;
	for (unsigned i = 0; i < BOOT_REGISTERS; i++)
		if (measured_replay(&boot->measured, i, boot->rtmr[i], &whole, err) < 0)
			return -1;
	return 0;
}

static const uint8_t *find(const struct boot *boot, const char *name)
{
	for (size_t i = 0; i < boot->measured.count; i++)
		if (!strcmp(boot->measured.events[i].name, name))
			return boot->measured.events[i].digest;
	return NULL;
}

/* What dstack's tool takes for the digest of every firmware's: an empty store. spec: tdx-boot-spec.md 3.1 */
static const uint8_t dstack_cfv[SHA384_SIZE] = {0x34, 0x4b, 0xc5, 0x1c, 0x98, 0x0b, 0xa6, 0x21, 0xaa, 0xa0, 0x0d, 0xa3,
						0xed, 0x74, 0x36, 0xf7, 0xd6, 0xe5, 0x49, 0x19, 0x7d, 0xfe, 0x69, 0x95,
						0x15, 0xdf, 0xa2, 0xc6, 0x58, 0x3d, 0x95, 0xe6, 0x41, 0x2a, 0xf2, 0x1c,
						0x09, 0x7d, 0x47, 0x31, 0x55, 0x87, 0x5f, 0xfd, 0x56, 0x1d, 0x67, 0x90};

/* spec: tdx-boot-spec.md 3.8.2 (loader) */
static int add_notes(const struct shape *shape, struct boot *boot, struct err *err)
{
	if (memcmp(find(boot, "cfv"), dstack_cfv, SHA384_SIZE) &&
	    bytes_addf(
		    &boot->notes, err,
		    "firmware: its store of EFI variables (CFV) is not dstack's: dstack's tool gets another RTMR0\n"))
		return -1;
	if (!shape->hugepages)
		return 0;
	return bytes_addf(
		&boot->notes, err,
		"ACPI tables: dstack's tool leaves a checksum and a pointer out with hugepages, QEMU does not\n");
}

/* spec: tdx-boot-spec.md 5, 3.10 (12) and "Doubtful", 10 (open questions) */
static void add_doubts(const struct os_image *image, const struct shape *shape, struct boot *boot)
{
	boot->doubts[0] = acpi_doubt(shape);
	if (shape_version_from(shape->qemu, 10, 0))
		boot->doubts[1] =
			"QEMU from 10.0.0 on also offers the kernel as it is; were firmware to take that, the "
			"kernel's digest would be that of the file";
	if (strncmp(image->metadata.version, "0.3.", 4))
		return;
	boot->doubts[0] =
		"images of dstack 0.3 had the root file system on a CD-ROM, which is one device on the PCI bus fewer "
		"than is predicted";
	boot->doubts[2] = "kernels of dstack 0.3 did not log these events, and may not have measured them";
}

int boot_predict(const struct os_image *image, const struct shape *shape, struct boot *boot, struct err *err)
{
	*boot = (struct boot){0};
	/* What is quick comes first, so that a bad shape is refused at once. */
	if (acpi_build(shape, &boot->acpi, err) || predict_firmware(image, shape, boot, err) ||
	    boot_add_rtmr0(image, shape, boot, err) || boot_add_rtmr1(image, shape, boot, err) ||
	    boot_add_rtmr2(image, boot, err))
		return -1;
	add_doubts(image, shape, boot);
	return replay(boot, err) || add_notes(shape, boot, err) ? -1 : 0;
}

/* The document's kernel is that of 2 GiB, or of 2816 MiB and more. spec: tdx-boot-spec.md 3.9 */
static int compare_kernel(const struct tdx_document *document, const struct shape *shape, struct boot *boot,
			  struct err *err)
{
	if (boot_kernel_varies(shape))
		return bytes_addf(
			&boot->notes, err,
			"OS image: measurement.tdx.cbor has the kernel of 2 GiB, or of 2816 MiB and more; it is "
			"not compared\n");
	if (memcmp(document->kernel, find(boot, "kernel"), SHA384_SIZE))
		return err_bad(err, "its kernel is not the image's");
	return 0;
}

static int compare(const struct tdx_document *document, const struct shape *shape, struct boot *boot, struct err *err)
{
	cleanup_bytes struct bytes witness = {0};
	if (witness_encode(&document->hob, &witness, err))
		return -1;
	if (memcmp(document->mrtd[shape->order], boot->mrtd.value, SHA384_SIZE))
		return err_bad(err, "its MRTD is not that of the image's firmware");
	if (witness.size != boot->witness.size || memcmp(witness.data, boot->witness.data, witness.size))
		return err_bad(err, "its TD HOB is not that of the image's firmware");
	if (memcmp(document->cmdline, find(boot, "cmdline"), SHA384_SIZE))
		return err_bad(err, "its command line is not the image's");
	if (memcmp(document->initrd, find(boot, "initrd"), SHA384_SIZE))
		return err_bad(err, "its initrd is not the image's");
	return compare_kernel(document, shape, boot, err);
}

int boot_compare(const struct os_image *image, const struct shape *shape, struct boot *boot, struct err *err)
{
	static const char name[] = "measurement.tdx.cbor";
	cleanup_mapped struct mapped file = {0};
	struct tdx_document document;
	int listed = os_image_listed(image, name, 1 << 20, &file, err);
	if (listed <= 0)
		return listed;
	if (tdx_document_parse(file.data, file.size, &document, err) || compare(&document, shape, boot, err))
		return err_prefix(err, "%s", name);
	return 0;
}
