/* corpus: vectors/release-folder
 * The documents of a layout come from a registry. What is taken has digests and sizes that can be looked for. */
#include "oci.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_blob(const struct oci_blob *blob)
{
	if (!blob->media_type || strspn(blob->sha256, "0123456789abcdef") != 2 * SHA256_SIZE ||
	    (double)blob->size > JSON_WHOLE)
		abort();
}

static void check_err(int failed, const struct err *err)
{
	if (failed && (err->status != STATUS_BAD || !*err->text))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_oci_blob struct oci_blob index = {0};
	cleanup_oci_manifest struct oci_manifest manifest = {0};
	cleanup_oci_config struct oci_config config = {0};
	struct err err = {0};
	const char *text = (const char *)data;
	int failed = oci_index(text, size, &index, &err);
	check_err(failed, &err);
	if (!failed)
		check_blob(&index);
	failed = oci_manifest(text, size, &manifest, &err);
	check_err(failed, &err);
	for (size_t i = 0; !failed && i < manifest.count; i++)
		check_blob(&manifest.layers[i]);
	failed = oci_config(text, size, &config, &err);
	check_err(failed, &err);
	if (!failed && (!config.architecture || !config.os || config.count > OCI_LAYERS))
		abort();
	check_err(oci_layout(text, size, &err), &err);
	return 0;
}
