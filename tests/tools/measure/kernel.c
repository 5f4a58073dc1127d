/* kernel FILE MIB INITRD CMDLINE: the first bytes of a kernel as QEMU patches them for that much memory and so many
 * bytes of initrd; notes go to stderr. */
#include "kernel.h"

#include "file.h"
#include "program.h"

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes file = {0}, notes = {0};
	uint8_t head[KERNEL_HEAD];
	program_start("kernel");
	if (argc != 5)
		die_usage("FILE MIB INITRD CMDLINE");
	struct kernel_boot boot = {
		.memory = option_number("MIB", argv[2], 1 << 30) << 20,
		.initrd = option_number("INITRD", argv[3], 1ull << 40),
		.cmdline = argv[4],
	};
	if (file_load(argv[1], 64 << 20, &file, &err) ||
	    kernel_patch((uint8_t *)file.data, file.size, &boot, head, &notes, &err))
		die_err(argv[1], &err);
	fwrite(head, 1, sizeof head, stdout);
	if (notes.size)
		fputs(notes.data, stderr);
	return finish(STATUS_OK);
}
