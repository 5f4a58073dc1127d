/* efi variable VENDOR NAME [TEXT]: a variable as it is measured, its data the bytes of TEXT given in hexadecimal.
 * efi option ATTRIBUTES TEXT VOLUME FILE: a load option. Both on stdout, as they are. */
#include "efi.h"

#include "hex.h"
#include "program.h"

#include <string.h>

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes bytes = {0};
	uint8_t data[64] = {0};
	size_t size = argc == 5 ? strlen(argv[4]) / 2 : 0;
	program_start("efi");
	if (argc < 4 || argc > 6)
		die_usage("variable VENDOR NAME [HEX], or option ATTRIBUTES TEXT VOLUME FILE");
	if (!strcmp(argv[1], "variable")) {
		if (size > sizeof data || (size && hex_read(argv[4], data, size)))
			die_usage("HEX: not hexadecimal, or too long");
		if (efi_variable(argv[2], argv[3], data, size, &bytes, &err))
			die_err(NULL, &err);
	} else if (argc == 6) {
		uint32_t attributes = (uint32_t)strtoul(argv[2], NULL, 0);
		if (efi_load_option(attributes, argv[3], argv[4], argv[5], &bytes, &err))
			die_err(NULL, &err);
	}
	fwrite(bytes.data, 1, bytes.size, stdout);
	return finish(STATUS_OK);
}
