/* corpus: vectors/release-folder/sums
 * SHA256SUMS comes with a release from anywhere. What is taken can be written again as it was, and its paths lead
 * nowhere outside. */
#include "sums.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct sums *sums, const uint8_t *data, size_t size)
{
	struct err err;
	cleanup_bytes struct bytes again = {0};
	for (size_t i = 0; i < sums->count; i++) {
		const struct sum *sum = &sums->items[i];
		if (*sum->path == '/' || !strncmp(sum->path, "../", 3) || strstr(sum->path, "/../") ||
		    sums_find(sums, sum->path) != sum)
			abort();
		if (bytes_addf(&again, &err, "%s  %s\n", sum->sha256, sum->path))
			abort();
	}
	if (again.size != size || memcmp(again.data, data, size))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_sums struct sums sums = {0};
	struct err err = {0};
	if (!sums_parse((const char *)data, size, &sums, &err))
		check(&sums, data, size);
	else if (err.status != STATUS_BAD || !*err.text)
		abort();
	return 0;
}
