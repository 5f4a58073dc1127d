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
	if (manifest_parse((const char *)data, size, &manifest, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	if (!*manifest.app || strspn(manifest.sha256, "0123456789abcdef") != 64 || manifest.sha256[64])
		abort();
	struct source folder = {.base = (char[]){"/folder/manifest.json"}};
	struct source url = {.is_remote = true, .base = (char[]){"https://example.org/a/manifest.json"}};
	cleanup_source struct source beside = {0}, below = {0};
	if (!source_name(manifest.app, &folder, &beside, &err) && !beside.is_remote && *beside.place != '/')
		abort();
	/* Only a file URL leads from the network to this machine's files. */
	if (!source_name(manifest.app, &url, &below, &err) && !below.is_remote && strncasecmp(manifest.app, "file:", 5))
		abort();
	return 0;
}
