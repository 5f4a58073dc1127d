/* corpus: vectors/tar
 *
 * Any bytes as an archive: what is accepted must come out as a tar that is accepted again.
 */
#include "input.h"
#include "tarwrite.h"

#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const struct mapping as_is = {.keep_owner = true};

/* The normalised form of the archive in a descriptor, or -1. */
static int normalized(int fd, struct err *err)
{
	char name[32];
	cleanup_tree struct tree tree = {.limits = {.size = 16 << 20, .entries = 10000, .devices = true}};
	cleanup_spool struct spool spool = {.fd = -1, .cap = 16 << 20};
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	if (input_add(&tree, &spool, &as_is, name, err) || tree_finish(&tree, err))
		return -1;
	int out = memfd_create("normalized", MFD_CLOEXEC);
	if (out < 0 || tar_write(&tree, out, "memory", err))
		abort();
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err;
	setlocale(LC_CTYPE, "C.UTF-8"); /* as program_start() does: the library converts names */
	cleanup_fd int in = memfd_create("input", MFD_CLOEXEC);
	if (in < 0 || write(in, data, size) != (ssize_t)size)
		abort();
	cleanup_fd int once = normalized(in, &err);
	cleanup_fd int twice = once < 0 ? -1 : normalized(once, &err);
	if (once >= 0 && (twice < 0 || lseek(once, 0, SEEK_END) != lseek(twice, 0, SEEK_END)))
		abort();
	return 0;
}

/* A fuzzer alone would hardly ever get a checksum right. Weak, since the replay driver has no mutations. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most) __attribute__((weak));
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
	(void)seed;
	size = LLVMFuzzerMutate(data, size, most);
	for (size_t at = 0; size - at >= 512; at += 512) {
		unsigned sum = 0;
		if (memcmp(data + at + 257, "ustar", 5))
			continue;
		memset(data + at + 148, ' ', 8);
		for (size_t i = 0; i < 512; i++)
			sum += data[at + i];
		snprintf((char *)data + at + 148, 8, "%06o", sum);
	}
	return size;
}
