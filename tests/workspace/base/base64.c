/* base64 [CLAIMED]: standard input in base64. CLAIMED is said to be its size instead, which must be refused before it
 * is believed. */
#include "base64.h"

#include "file.h"
#include "program.h"

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes in = {0}, out = {0};
	program_start("base64");
	if (file_read(STDIN_FILENO, 1 << 20, &in, &err))
		die_err("-", &err);
	size_t size = argc == 2 ? option_number("CLAIMED", argv[1], 1ULL << 40) : in.size;
	if (base64_write(in.data ? in.data : "", size, &out, &err))
		die_err("-", &err);
	fputs(out.data, stdout);
	return finish(0);
}
