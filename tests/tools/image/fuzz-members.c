/* corpus: vectors/tar
 *
 * Any bytes as a layer, beside the same bytes with one changed: what can be read is the same as itself, and whatever a
 * change does, it is found, or that side cannot be read.
 */
#include "compare.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct range memory(const uint8_t *data, size_t size)
{
	int fd = memfd_create("layer", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	return (struct range){fd, 0, (int64_t)size};
}

/* How many differences there are; -1: one side cannot be read. */
static int64_t compare(const struct range *first, const struct range *second)
{
	struct err err;
	struct compared compared;
	struct comparison comparison = {.differences = {.max = 20}, .size = 16 << 20};
	cleanup_bytes struct bytes text = {0};
	size_t part;
	if (differences_begin(&comparison.differences, "layer", 0, NULL, &part, &err) ||
	    compare_blobs(&comparison, part, first, second, &compared, &err))
		abort();
	differences_sort(&comparison.differences);
	if (differences_text(&comparison.differences, &text, &err))
		abort();
	int64_t total =
		comparison.differences.unreadable.status ? -1 : (int64_t)differences_total(&comparison.differences);
	differences_free(&comparison.differences);
	return total;
}

/* The input's first two bytes say which byte is changed. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	setlocale(LC_CTYPE, "C.UTF-8"); /* as program_start() does: the library converts names */
	if (size < 2)
		return 0;
	size_t at = (size_t)(data[0] | data[1] << 8) % size;
	struct range first = memory(data, size), second = memory(data, size);
	uint8_t changed = data[at] ^ 0x10;
	if (compare(&first, &second) != 0)
		abort();
	if (pwrite(second.fd, &changed, 1, (off_t)at) != 1)
		abort();
	if (compare(&first, &second) == 0 || compare(&second, &first) == 0)
		abort();
	close(first.fd);
	close(second.fd);
	return 0;
}
