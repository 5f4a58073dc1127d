/* corpus: vectors/os-image
 * Both texts come with an image that anyone may have made. No name that is accepted leads out of the folder. */
#include "os_metadata.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char *name)
{
	if (!*name || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		abort();
}

static void check_err(const struct err *err)
{
	if (err->status != STATUS_BAD || !*err->text)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_os_metadata struct os_metadata metadata = {0};
	cleanup_os_sums struct os_sums sums = {0};
	if (os_metadata_parse(data, size, &metadata, &err))
		check_err(&err);
	else
		for (size_t i = 0; i < OS_FILES; i++)
			check_name(metadata.names[i]);
	if (os_sums_parse(data, size, &sums, &err))
		check_err(&err);
	for (size_t i = 0; i < sums.count; i++)
		check_name(sums.sums[i].name);
	return 0;
}
