/* A Linux kernel as QEMU hands it to the firmware when it boots one directly (-kernel, -initrd, -append): with fields
 * of its header filled in as a boot loader does, although the firmware then starts it as an EFI program. The firmware
 * measures what it is given, so the digest is that of the patched kernel.
 *
 * Below 2816 MiB of memory the header says where the initrd is, which depends on the memory; 2 GiB gives the same as
 * all sizes from there on.
 *
 * Sources: spec: tdx-boot-spec.md 4.1.
 */
#ifndef MEASURE_KERNEL_H
#define MEASURE_KERNEL_H

#include "bytes.h"

enum {
	KERNEL_HEAD = 4096,   /* bytes of the kernel's beginning, in which all that is patched lies */
	KERNEL_CAP = 1 << 30, /* bytes a kernel or an initrd may have */
};

struct kernel_boot {
	uint64_t memory;     /* bytes */
	uint64_t initrd;     /* bytes of the initrd; 0: there is none */
	const char *cmdline; /* QEMU obeys a vga= in it */
};

/* Fills head, which takes the place of the kernel's first bytes. Appends to *notes a line for each thing that dstack's
 * own tool does in another way. STATUS_BAD: `kernel: reason`, `initrd: reason`, `command line: reason`. */
int kernel_patch(const uint8_t *kernel, size_t size, const struct kernel_boot *boot, uint8_t head[KERNEL_HEAD],
		 struct bytes *notes, struct err *err);

#endif
