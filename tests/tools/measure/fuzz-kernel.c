/* corpus: vectors/kernel
 * A kernel is whatever the image has for one. Of what is accepted nothing is changed but the fields that QEMU fills in,
 * and the initrd has its place in the memory there is. */
#include "kernel.h"

#include "little.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *data, const uint8_t *head, const struct kernel_boot *boot)
{
	for (size_t i = 0; i < KERNEL_HEAD; i++) {
		int patched = i == 0x1fa || i == 0x1fb || i == 0x210 || i == 0x211 || (i >= 0x218 && i < 0x220) ||
			      i == 0x224 || i == 0x225 || (i >= 0x228 && i < 0x22c);
		if (!patched && head[i] != data[i])
			abort();
	}
	uint64_t end = (uint64_t)get_u32(head + 0x218) + get_u32(head + 0x21c);
	if (get_u32(head + 0x21c) != boot->initrd || end >= boot->memory)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct kernel_boot boots[] = {
		{UINT64_C(1) << 20, 5000, "x"},
		{UINT64_C(300) << 20, 20000000, "x"},
		{UINT64_C(2500) << 20, UINT64_C(2000) << 20, "vga=3"},
		{UINT64_C(64) << 30, 20000000, "vga=ask"},
	};
	uint8_t head[KERNEL_HEAD];
	for (size_t i = 0; i < sizeof boots / sizeof *boots; i++) {
		struct err err = {0};
		cleanup_bytes struct bytes notes = {0};
		if (!kernel_patch(data, size, &boots[i], head, &notes, &err))
			check(data, head, &boots[i]);
		else if (err.status != STATUS_BAD || !*err.text)
			abort();
	}
	return 0;
}
