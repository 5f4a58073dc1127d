/* readers sums|layout|index|manifest|config|bundle FILE: what a reader of release-verify takes from a file, a line
 * each. */
#include "bundle.h"
#include "file.h"
#include "oci.h"
#include "program.h"
#include "sums.h"

#include <string.h>

static int sums(const struct bytes *text, struct err *err)
{
	cleanup_sums struct sums found = {0};
	if (sums_parse(text->data ? text->data : "", text->size, &found, err))
		return -1;
	for (size_t i = 0; i < found.count; i++)
		printf("%s  %s\n", found.items[i].sha256, found.items[i].path);
	return 0;
}

static int layout(const struct bytes *text, struct err *err)
{
	return oci_layout(text->data, text->size, err);
}

static void print_blob(const struct oci_blob *blob)
{
	printf("%s sha256:%s %llu\n", blob->media_type, blob->sha256, (unsigned long long)blob->size);
}

static int oci_index_of(const struct bytes *text, struct err *err)
{
	cleanup_oci_blob struct oci_blob manifest = {0};
	if (oci_index(text->data, text->size, &manifest, err))
		return -1;
	print_blob(&manifest);
	return 0;
}

static int manifest(const struct bytes *text, struct err *err)
{
	cleanup_oci_manifest struct oci_manifest found = {0};
	if (oci_manifest(text->data, text->size, &found, err))
		return -1;
	print_blob(&found.config);
	for (size_t i = 0; i < found.count; i++)
		print_blob(&found.layers[i]);
	return 0;
}

static int config(const struct bytes *text, struct err *err)
{
	cleanup_oci_config struct oci_config found = {0};
	if (oci_config(text->data, text->size, &found, err))
		return -1;
	printf("%s %s\n", found.architecture, found.os);
	for (size_t i = 0; i < found.count; i++)
		printf("sha256:%s %s\n", found.diff_ids[i], found.names[i] ? found.names[i] : "-");
	return 0;
}

static int bundle(const char *path, size_t size, struct err *err)
{
	cleanup_bundle struct bundle found = {0};
	cleanup_fd int fd = file_open(path, err);
	if (fd < 0 || bundle_read(fd, size, &found, err))
		return -1;
	for (size_t i = 0; i < found.count; i++)
		printf("%s/%s %llu %llu\n", digest_name(found.inputs[i].algorithm), found.inputs[i].hex,
		       (unsigned long long)found.inputs[i].offset, (unsigned long long)found.inputs[i].size);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*read)(const struct bytes *text, struct err *err);
	} readers[] = {
		{"sums", sums}, {"layout", layout}, {"index", oci_index_of}, {"manifest", manifest}, {"config", config},
	};
	struct err err;
	cleanup_bytes struct bytes text = {0};
	program_start("readers");
	if (argc != 3)
		die_usage("a kind and a FILE");
	if (file_load(argv[2], SUMS_CAP + 1, &text, &err))
		die_err(argv[2], &err);
	if (!strcmp(argv[1], "bundle") && bundle(argv[2], text.size, &err))
		die_err(argv[2], &err);
	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
		if (!strcmp(argv[1], readers[i].name) && readers[i].read(&text, &err))
			die_err(argv[2], &err);
	return finish(STATUS_OK);
}
