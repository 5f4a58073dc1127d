/* hob build WITNESS MEMORY: the TD HOB as measured, on standard output; WITNESS is hexadecimal, MEMORY in bytes.
 * hob decode FILE: `base ADDRESS`, then `START END` of each range, hexadecimal, for the witness in the file; it is
 * encoded again, to the same bytes. hob witness FILE: the witness of a firmware, in hexadecimal. */
#include "hob.h"
#include "file.h"
#include "hex.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

static void decode(const void *data, size_t size, const char *name, struct hob_ranges *ranges)
{
	struct err err;
	cleanup_bytes struct bytes again = {0};
	if (witness_decode(data, size, ranges, &err))
		die_err(name, &err);
	if (witness_encode(ranges, &again, &err))
		die_err(name, &err);
	if (again.size != size || memcmp(again.data, data, size))
		die(EX_SOFTWARE, "%s: is encoded differently", name);
}

static void build(const char *witness, const char *memory)
{
	struct err err;
	struct hob_ranges ranges;
	cleanup_bytes struct bytes list = {0};
	uint8_t raw[WITNESS_CAP];
	size_t size = strlen(witness) / 2;
	if (size > sizeof raw || hex_read(witness, raw, size))
		die_usage("WITNESS: '%s' is not hexadecimal", witness);
	decode(raw, size, NULL, &ranges);
	if (hob_build(&ranges, strtoull(memory, NULL, 0), &list, &err))
		die_err(NULL, &err);
	fwrite(list.data, 1, list.size, stdout);
}

static void print(const struct bytes *file, const char *name)
{
	struct hob_ranges ranges;
	decode(file->data, file->size, name, &ranges);
	printf("base %jx\n", (uintmax_t)ranges.base);
	for (size_t i = 0; i < ranges.count; i++)
		printf("%jx %jx\n", (uintmax_t)ranges.ranges[i].start, (uintmax_t)ranges.ranges[i].end);
}

static void encode(const struct bytes *file, const char *name)
{
	struct err err;
	struct tdvf tdvf;
	struct hob_ranges ranges;
	cleanup_bytes struct bytes witness = {0};
	char digits[2 * WITNESS_CAP + 1];
	if (tdvf_parse((const uint8_t *)file->data, file->size, &tdvf, &err))
		die_err(name, &err);
	hob_ranges_of(&tdvf, &ranges);
	if (witness_encode(&ranges, &witness, &err))
		die_err(name, &err);
	hex_write(witness.data, witness.size, digits);
	puts(digits);
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes file = {0};
	program_start("hob");
	if (argc == 4 && !strcmp(argv[1], "build")) {
		build(argv[2], argv[3]);
		return finish(STATUS_OK);
	}
	if (argc != 3)
		die_usage("a verb and what it needs");
	if (file_load(argv[2], FIRMWARE_CAP, &file, &err))
		die_err(argv[2], &err);
	if (!strcmp(argv[1], "decode"))
		print(&file, argv[2]);
	else
		encode(&file, argv[2]);
	return finish(STATUS_OK);
}
