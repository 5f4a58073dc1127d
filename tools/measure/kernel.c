#include "kernel.h"

#include "acpi.h"
#include "little.h"

/* Fields of the setup header. spec: tdx-boot-spec.md 4.1; Linux, Documentation/arch/x86/boot.rst */
enum {
	SETUP_SECTORS = 0x1f1,
	VIDEO_MODE = 0x1fa,
	SIGNATURE = 0x202,
	PROTOCOL = 0x206,
	LOADER = 0x210,
	LOAD_FLAGS = 0x211,
	INITRD_ADDRESS = 0x218,
	INITRD_SIZE = 0x21c,
	HEAP_END = 0x224,
	LOADER_EXTENSION = 0x226,
	CMDLINE_ADDRESS = 0x228,
	INITRD_MAX = 0x22c,
	LOAD_FLAGS_2 = 0x236,
};

enum {
	REAL_MODE = 0x10000, /* where QEMU places the setup code, and the command line */
	CMDLINE = 0x20000,
	LOADED_HIGH = 1, /* in LOAD_FLAGS: a bzImage */
	CAN_USE_HEAP = 0x80,
	ABOVE_4G = 2,           /* in LOAD_FLAGS_2: the initrd may be anywhere below 4 GiB too */
	DSTACK_ABOVE_4G = 0x40, /* what dstack takes for it */
	QEMU_LOADER = 0xb0,
	ACPI_DATA = 0x28000, /* bytes that QEMU keeps below the end of low memory for tables */
	OLD_INITRD_MAX = 0x37ffffff,
};

static int check(const uint8_t *kernel, size_t size, struct err *err)
{
	if (size < KERNEL_HEAD)
		return err_bad(err, "kernel: shorter than %d bytes", KERNEL_HEAD);
	if (memcmp(kernel + SIGNATURE, "HdrS", 4))
		return err_bad(err, "kernel: not a bzImage: no HdrS at 0x202");
	if (get_u16(kernel + PROTOCOL) < 0x202)
		return err_bad(err, "kernel: boot protocol 0x%x is older than 2.02", get_u16(kernel + PROTOCOL));
	if (!(kernel[LOAD_FLAGS] & LOADED_HIGH))
		return err_bad(err, "kernel: a zImage, not a bzImage");
	unsigned sectors = kernel[SETUP_SECTORS] ? kernel[SETUP_SECTORS] : 4;
	if ((sectors + 1) * 512 > size)
		return err_bad(err, "kernel: its setup code is longer than the file");
	return 0;
}

/* The highest address of the initrd that QEMU takes the kernel to bear. The specification has dstack's bit in the place
 * of QEMU's; between 2 GiB and 2816 MiB they can lead to different addresses, and QEMU's is the one that is measured.
 */
static uint32_t initrd_max(const uint8_t *kernel)
{
	unsigned protocol = get_u16(kernel + PROTOCOL);
	if (protocol >= 0x20c && get_u16(kernel + LOAD_FLAGS_2) & ABOVE_4G)
		return UINT32_MAX;
	return protocol >= 0x203 ? get_u32(kernel + INITRD_MAX) : OLD_INITRD_MAX;
}

static uint32_t initrd_max_of_dstack(const uint8_t *kernel)
{
	unsigned protocol = get_u16(kernel + PROTOCOL);
	if (protocol >= 0x20c)
		return get_u16(kernel + LOAD_FLAGS_2) & DSTACK_ABOVE_4G ? UINT32_MAX : OLD_INITRD_MAX;
	uint32_t max = initrd_max(kernel);
	return max ? max : OLD_INITRD_MAX;
}

/* -1: it does not fit. */
static int64_t initrd_address(uint64_t max, const struct kernel_boot *boot)
{
	uint64_t low = acpi_low_memory(boot->memory);
	if (low <= ACPI_DATA)
		return -1;
	if (max >= low - ACPI_DATA)
		max = low - ACPI_DATA - 1;
	return boot->initrd < max ? (int64_t)((max - boot->initrd) & ~UINT64_C(0xfff)) : -1;
}

static int place_initrd(const uint8_t *kernel, const struct kernel_boot *boot, uint8_t *head, struct bytes *notes,
			struct err *err)
{
	if (!boot->initrd)
		return 0;
	int64_t address = initrd_address(initrd_max(kernel), boot);
	if (address < 0)
		return err_bad(err, "initrd: %llu bytes are too many for %llu MiB of memory and this kernel",
			       (unsigned long long)boot->initrd, (unsigned long long)(boot->memory >> 20));
	put_u32(head + INITRD_ADDRESS, (uint32_t)address);
	put_u32(head + INITRD_SIZE, (uint32_t)boot->initrd);
	if (address != initrd_address(initrd_max_of_dstack(kernel), boot))
		return bytes_addf(notes, err, "kernel: dstack's tool places the initrd elsewhere for this header\n");
	return 0;
}

/* A number as C writes it, to the end or a space. */
static int parse_mode(const char *text, uint32_t *mode)
{
	char *end;
	if (*text < '0' || *text > '9')
		return -1;
	errno = 0;
	unsigned long long value = strtoull(text, &end, 0);
	*mode = (uint32_t)value;
	return errno || value > UINT32_MAX || (*end && *end != ' ') ? -1 : 0;
}

/* QEMU looks for it anywhere in the text, not only where a word begins. */
static int set_video_mode(const char *cmdline, uint8_t *head, struct bytes *notes, struct err *err)
{
	const char *vga = strstr(cmdline, "vga=");
	uint32_t mode;
	if (!vga)
		return 0;
	vga += strlen("vga=");
	if (!strncmp(vga, "normal", 6))
		mode = 0xffff;
	else if (!strncmp(vga, "ext", 3))
		mode = 0xfffe;
	else if (!strncmp(vga, "ask", 3))
		mode = 0xfffd;
	else if (parse_mode(vga, &mode))
		return err_bad(err, "command line: QEMU does not start with this vga=");
	put_u16(head + VIDEO_MODE, (uint16_t)mode);
	return bytes_addf(notes, err, "kernel: dstack's tool ignores vga= in the command line\n");
}

/* spec: tdx-boot-spec.md 4.1 */
int kernel_patch(const uint8_t *kernel, size_t size, const struct kernel_boot *boot, uint8_t head[KERNEL_HEAD],
		 struct bytes *notes, struct err *err)
{
	if (check(kernel, size, err))
		return -1;
	memcpy(head, kernel, KERNEL_HEAD);
	put_u32(head + CMDLINE_ADDRESS, CMDLINE);
	head[LOADER] = QEMU_LOADER;
	head[LOAD_FLAGS] |= CAN_USE_HEAP;
	put_u16(head + HEAP_END, CMDLINE - REAL_MODE - 0x200);
	if (get_u16(kernel + LOADER_EXTENSION) &&
	    bytes_addf(notes, err, "kernel: dstack's tool clears the two bytes at 0x226, QEMU keeps them\n"))
		return -1;
	if (set_video_mode(boot->cmdline, head, notes, err))
		return -1;
	return place_initrd(kernel, boot, head, notes, err);
}
