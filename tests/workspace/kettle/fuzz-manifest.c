/* corpus: vectors/manifest
 * A manifest is read from outside, and so is the URL in it. What is accepted must be what the format allows. */
#include "manifest.h"
#include "source.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_manifest struct manifest manifest = {0};
	struct err err = {0};
	cleanup_free char *path = NULL;
	if (manifest_parse((const char *)data, size, &manifest, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	if (!*manifest.app || strspn(manifest.sha256, "0123456789abcdef") != 64 || manifest.sha256[64])
		abort();
	path = source_path(manifest.app, "/folder", &err);
	if (path && *path != '/')
		abort();
	return 0;
}
