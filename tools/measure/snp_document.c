/* The command line, and measurement.snp.cbor. snp.h */
#include "snp.h"

#include "cbor.h"
#include "hex.h"

#include <ctype.h>
#include <string.h>

#define ROOTFS_HASH "dstack.rootfs_hash="

static int check_word(const char *word, size_t size, size_t *found, struct err *err)
{
	static const size_t prefix = sizeof ROOTFS_HASH - 1;
	if (size < prefix || memcmp(word, ROOTFS_HASH, prefix))
		return 0;
	size_t digits = prefix;
	while (digits < size && hex_digit(word[digits]) >= 0)
		digits++;
	if (size != prefix + 2 * SHA256_SIZE || digits != size)
		return err_bad(err, "command line: %s without %d digits", ROOTFS_HASH, 2 * SHA256_SIZE);
	++*found;
	return 0;
}

/* spec: tdx-boot-spec.md 9 */
static int check_cmdline(const char *cmdline, struct err *err)
{
	size_t found = 0, size;
	for (const char *word = cmdline; *word; word += size) {
		word += strspn(word, " \t\r\n\f\v");
		size = strcspn(word, " \t\r\n\f\v");
		if (check_word(word, size, &found, err))
			return -1;
	}
	return found == 1 ? 0 : err_bad(err, "command line: %zu words %s, not 1", found, ROOTFS_HASH);
}

int snp_set_cmdline(struct snp_image *image, const char *cmdline, size_t size, struct err *err)
{
	if (size > SNP_CMDLINE_MAX || memchr(cmdline, '\0', size) || !bytes_are_utf8(cmdline, size))
		return err_bad(err, "command line: more than %d bytes, a NUL, or not UTF-8", SNP_CMDLINE_MAX);
	for (; size && isspace((unsigned char)*cmdline); cmdline++)
		size--;
	while (size && isspace((unsigned char)cmdline[size - 1]))
		size--;
	cleanup_free char *copy = strndup(cmdline, size);
	if (!copy)
		return err_system(err, EX_OSERR, "command line");
	if (check_cmdline(copy, err))
		return -1;
	free(image->cmdline);
	image->cmdline = steal(&copy);
	return 0;
}

static uint64_t member(struct cbor *cbor, const char *key, uint64_t max)
{
	cbor_key(cbor, key);
	return cbor_uint(cbor, key, max);
}

static void digest(struct cbor *cbor, const char *key, uint8_t *into, size_t size)
{
	cbor_key(cbor, key);
	cbor_exactly(cbor, key, into, size);
}

static void sections(struct cbor *cbor, struct snp_image *image)
{
	cbor_key(cbor, "ovmf_sections");
	image->count = cbor_array(cbor, "ovmf_sections", SNP_SECTIONS);
	for (size_t i = 0; i < image->count; i++) {
		struct snp_section *section = &image->sections[i];
		cbor_map(cbor, "section", 3);
		section->gpa = member(cbor, "gpa", UINT64_MAX);
		section->size = member(cbor, "size", UINT64_MAX);
		section->type = (uint32_t)member(cbor, "type", UINT32_MAX);
	}
}

/* spec: tdx-boot-spec.md 9 */
int snp_document_parse(const void *data, size_t size, struct snp_image *image, struct err *err)
{
	struct cbor cbor = cbor_reader(data, size, err);
	size_t cmdline_size;
	cbor_map(&cbor, "document", 8);
	if (member(&cbor, "version", UINT64_MAX) != SNP_DOCUMENT_VERSION)
		cbor_fail(&cbor, "version", "is not 3");
	cbor_key(&cbor, "cmdline");
	const char *cmdline = cbor_text(&cbor, "cmdline", SNP_CMDLINE_MAX, &cmdline_size);
	digest(&cbor, "ovmf_hash", image->ovmf_hash, SHA384_SIZE);
	digest(&cbor, "kernel_hash", image->kernel_hash, SHA256_SIZE);
	digest(&cbor, "initrd_hash", image->initrd_hash, SHA256_SIZE);
	image->hashes_table_gpa = member(&cbor, "hashes_table_gpa", UINT64_MAX);
	image->reset_eip = (uint32_t)member(&cbor, "reset_eip", UINT32_MAX);
	sections(&cbor, image);
	if (cbor_end(&cbor) || snp_check(image, err))
		return -1;
	return snp_set_cmdline(image, cmdline, cmdline_size, err);
}

static int put_member(struct bytes *into, const char *key, uint64_t value, struct err *err)
{
	return cbor_put_text(into, key, err) ? -1 : cbor_put_uint(into, value, err);
}

static int put_digest(struct bytes *into, const char *key, const uint8_t *value, size_t size, struct err *err)
{
	return cbor_put_text(into, key, err) ? -1 : cbor_put_bytes(into, value, size, err);
}

static int put_sections(struct bytes *into, const struct snp_image *image, struct err *err)
{
	if (cbor_put_text(into, "ovmf_sections", err) || cbor_put_array(into, image->count, err))
		return -1;
	for (size_t i = 0; i < image->count; i++) {
		const struct snp_section *section = &image->sections[i];
		if (cbor_put_map(into, 3, err) || put_member(into, "gpa", section->gpa, err) ||
		    put_member(into, "size", section->size, err) || put_member(into, "type", section->type, err))
			return -1;
	}
	return 0;
}

int snp_document_write(const struct snp_image *image, struct bytes *into, struct err *err)
{
	if (cbor_put_map(into, 8, err) || put_member(into, "version", SNP_DOCUMENT_VERSION, err) ||
	    cbor_put_text(into, "cmdline", err) || cbor_put_text(into, image->cmdline, err) ||
	    put_digest(into, "ovmf_hash", image->ovmf_hash, SHA384_SIZE, err) ||
	    put_digest(into, "kernel_hash", image->kernel_hash, SHA256_SIZE, err) ||
	    put_digest(into, "initrd_hash", image->initrd_hash, SHA256_SIZE, err) ||
	    put_member(into, "hashes_table_gpa", image->hashes_table_gpa, err) ||
	    put_member(into, "reset_eip", image->reset_eip, err))
		return -1;
	return put_sections(into, image, err);
}
