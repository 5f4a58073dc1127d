/* os_metadata metadata FILE: what metadata.json says, `firmware kernel initrd version is_dev` and the command line.
 * os_metadata sums FILE: what sha256sum.txt says, `DIGEST NAME` a line each. */
#include "os_metadata.h"

#include "file.h"
#include "program.h"

#include <string.h>

static void metadata(const char *path, const struct bytes *text)
{
	struct err err;
	cleanup_os_metadata struct os_metadata found;
	if (os_metadata_parse(text->data, text->size, &found, &err))
		die_err(path, &err);
	printf("%s %s %s '%s' %s\n%s\n", found.names[OS_FIRMWARE], found.names[OS_KERNEL], found.names[OS_INITRD],
	       found.version, found.is_dev ? "dev" : "not dev", found.cmdline);
}

static void sums(const char *path, const struct bytes *text)
{
	struct err err;
	cleanup_os_sums struct os_sums found = {0};
	if (os_sums_parse(text->data, text->size, &found, &err))
		die_err(path, &err);
	for (size_t i = 0; i < found.count; i++)
		printf("%s %s\n", found.sums[i].sha256, found.sums[i].name);
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	program_start("os_metadata");
	if (argc != 3 || (strcmp(argv[1], "metadata") && strcmp(argv[1], "sums")))
		die_usage("metadata FILE or sums FILE");
	if (file_load(argv[2], 1 << 20, &text, &err))
		die_err(argv[2], &err);
	(*argv[1] == 'm' ? metadata : sums)(argv[2], &text);
	return finish(STATUS_OK);
}
