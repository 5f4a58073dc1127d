/* tdvf sections FILE: `NAME OFFSET RAW ADDRESS SIZE ATTRIBUTES DATA-DIGEST`, a line each, numbers in hexadecimal.
 * tdvf single|two FILE: MRTD, and behind it the running value after each section, a line each.
 * tdvf entries FILE: the footer table, `GUID DATA`, a line each, and `left N`. */
#include "file.h"
#include "hex.h"
#include "mrtd.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

static void print_hex(const void *data, size_t size, char end)
{
	cleanup_free char *digits = malloc(2 * size + 1);
	if (!digits)
		die(EX_OSERR, "memory");
	hex_write(data, size, digits);
	printf("%s%c", digits, end);
}

static void entries(const struct bytes *firmware)
{
	struct err err;
	struct guid_table table;
	if (guid_table_parse((const uint8_t *)firmware->data, firmware->size, &table, &err))
		die_err(NULL, &err);
	for (size_t i = 0; i < table.count; i++) {
		print_hex(table.entries[i].guid, GUID_SIZE, ' ');
		print_hex(table.entries[i].data, table.entries[i].size, '\n');
	}
	printf("left %zu\n", table.left);
}

static void sections(const struct tdvf *tdvf)
{
	struct err err;
	uint8_t digest[SHA384_SIZE];
	for (size_t i = 0; i < tdvf->count; i++) {
		const struct tdvf_section *section = &tdvf->sections[i];
		printf("%s %x %x %jx %jx %x ", tdvf_section_name(section->type), section->data_offset,
		       section->raw_size, (uintmax_t)section->address, (uintmax_t)section->size, section->attributes);
		if (digest_raw(SHA384, tdvf_data(tdvf, section), section->raw_size, digest, &err))
			die_err(NULL, &err);
		print_hex(digest, sizeof digest, '\n');
	}
}

static void compute(const struct tdvf *tdvf, enum page_order order)
{
	struct err err;
	struct mrtd mrtd;
	uint8_t digest[SHA384_SIZE];
	if (mrtd_compute(tdvf, order, &mrtd, &err))
		die_err(NULL, &err);
	print_hex(mrtd.value, sizeof mrtd.value, '\n');
	for (size_t i = 0; i < mrtd.count; i++) {
		const struct tdvf_section *section = &tdvf->sections[i];
		print_hex(mrtd.sections[i].after, SHA384_SIZE, '\n');
		if (digest_raw(SHA384, tdvf_data(tdvf, section), section->raw_size, digest, &err) ||
		    memcmp(digest, mrtd.sections[i].data, sizeof digest))
			die(EX_SOFTWARE, "section %zu: its data has another digest", i);
	}
}

int main(int argc, char **argv)
{
	struct err err;
	struct tdvf tdvf;
	cleanup_bytes struct bytes firmware = {0};
	program_start("tdvf");
	if (argc != 3)
		die_usage("a verb and a FILE");
	if (file_load(argv[2], FIRMWARE_CAP, &firmware, &err))
		die_err(argv[2], &err);
	if (!strcmp(argv[1], "entries")) {
		entries(&firmware);
		return finish(STATUS_OK);
	}
	if (tdvf_parse((const uint8_t *)firmware.data, firmware.size, &tdvf, &err))
		die_err(argv[2], &err);
	if (!strcmp(argv[1], "sections"))
		sections(&tdvf);
	else
		compute(&tdvf, strcmp(argv[1], "two") ? SINGLE_PASS : TWO_PASS);
	return finish(STATUS_OK);
}
