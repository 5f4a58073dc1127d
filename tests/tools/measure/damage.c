/* damage FORM FILE: each byte of the file is inverted in turn, and the file cut before it: `inverted AT` when what is
 * read from it stays the same, `cut AT` when it is not refused. FORM is tdvf, witness, tdx, snp or sev. */
#include "file.h"
#include "hob.h"
#include "mrtd.h"
#include "program.h"
#include "snp.h"
#include "tdx_document.h"

#include <stdbool.h>
#include <string.h>

/* All that is read from a file, as bytes; -1 when it is refused. */
typedef int form(const uint8_t *data, size_t size, struct bytes *into, struct err *err);

static int read_tdvf(const uint8_t *data, size_t size, struct bytes *into, struct err *err)
{
	struct tdvf tdvf;
	struct mrtd mrtd = {0};
	if (tdvf_parse(data, size, &tdvf, err) || mrtd_compute(&tdvf, TWO_PASS, &mrtd, err))
		return -1;
	return bytes_add(into, tdvf.sections, tdvf.count * sizeof *tdvf.sections, err) ||
	       bytes_add(into, &mrtd, sizeof mrtd, err);
}

static int read_witness(const uint8_t *data, size_t size, struct bytes *into, struct err *err)
{
	struct hob_ranges ranges;
	return witness_decode(data, size, &ranges, err) ? -1 : bytes_add(into, &ranges, sizeof ranges, err);
}

static int read_tdx(const uint8_t *data, size_t size, struct bytes *into, struct err *err)
{
	struct tdx_document document;
	return tdx_document_parse(data, size, &document, err) ? -1 : bytes_add(into, &document, sizeof document, err);
}

static int add_snp(const struct snp_image *image, struct bytes *into, struct err *err)
{
	struct snp_launch launch;
	const struct snp_vm vm = {.vcpus = 2, .signature = 0x800f12, .guest_features = 1};
	if (snp_predict(image, &vm, &launch, err))
		return -1;
	return bytes_addf(into, err, "%jx %x ", (uintmax_t)image->hashes_table_gpa, image->reset_eip) ||
	       bytes_add(into, launch.digest, sizeof launch.digest, err);
}

static int read_snp(const uint8_t *data, size_t size, struct bytes *into, struct err *err)
{
	cleanup_snp_image struct snp_image image = {0};
	return snp_document_parse(data, size, &image, err) ? -1 : add_snp(&image, into, err);
}

static int read_sev(const uint8_t *data, size_t size, struct bytes *into, struct err *err)
{
	cleanup_snp_image struct snp_image image = {.cmdline = strdup("")};
	return snp_firmware(data, size, &image, err) ? -1 : add_snp(&image, into, err);
}

/* An exact allocation, so that a sanitizer sees one byte too far. */
static bool is_read(form *read_form, const void *data, size_t size, struct bytes *into)
{
	struct err err;
	cleanup_free uint8_t *exact = malloc(size + !size);
	if (!exact)
		die(EX_OSERR, "memory");
	memcpy(exact, data, size);
	into->size = 0;
	return !read_form(exact, size, into, &err);
}

static void damage(form *read_form, struct bytes *file)
{
	cleanup_bytes struct bytes whole = {0}, other = {0};
	if (!is_read(read_form, file->data, file->size, &whole))
		die(STATUS_BAD, "the whole file is refused");
	for (size_t at = 0; at < file->size; at++) {
		file->data[at] ^= (char)0xff;
		if (is_read(read_form, file->data, file->size, &other) && other.size == whole.size &&
		    !memcmp(other.data, whole.data, whole.size))
			printf("inverted %zu\n", at);
		file->data[at] ^= (char)0xff;
		if (is_read(read_form, file->data, at, &other))
			printf("cut %zu\n", at);
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		form *read_form;
	} forms[] = {{"tdvf", read_tdvf},
		     {"witness", read_witness},
		     {"tdx", read_tdx},
		     {"snp", read_snp},
		     {"sev", read_sev}};
	struct err err;
	cleanup_bytes struct bytes file = {0};
	program_start("damage");
	if (argc != 3)
		die_usage("a FORM and a FILE");
	if (file_load(argv[2], FIRMWARE_CAP, &file, &err))
		die_err(argv[2], &err);
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (!strcmp(argv[1], forms[i].name)) {
			damage(forms[i].read_form, &file);
			return finish(STATUS_OK);
		}
	die_usage("FORM: '%s' is none", argv[1]);
}
