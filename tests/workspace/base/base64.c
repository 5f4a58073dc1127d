/* base64 [CLAIMED]: standard input in base64. CLAIMED is said to be its size instead, which must be refused before it
 * is believed. base64 read: the other way. */
#include "base64.h"

#include "file.h"
#include "program.h"

#include <string.h>

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes in = {0}, out = {0};
	program_start("base64");
	if (file_read(STDIN_FILENO, 1 << 20, &in, &err))
		die_err("-", &err);
	if (argc == 2 && !strcmp(argv[1], "read")) {
		if (base64_read(in.data ? in.data : "", in.size, &out, &err))
			die_err("-", &err);
		fwrite(out.data, 1, out.size, stdout);
		return finish(STATUS_OK);
	}
	size_t size = argc == 2 ? option_number("CLAIMED", argv[1], 1ULL << 40) : in.size;
	if (base64_write(in.data ? in.data : "", size, &out, &err))
		die_err("-", &err);
	fputs(out.data, stdout);
	return finish(0);
}
