/* corpus: vectors/image-json
 *
 * image.json is taken or refused with a reason, and what is taken makes a config and a manifest.
 */
#include "manifest.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err;
	struct digests digests;
	cleanup_bytes struct bytes text = {0};
	cleanup_definition struct definition definition;
	if (definition_parse((const char *)data, size, &definition, &err)) {
		assert(err.status == STATUS_BAD && err.text[0]);
		return 0;
	}
	char name[] = "layer";
	struct manifest_layer layer = {.name = name};
	cleanup_json struct json *config = manifest_config(&definition, MANIFEST_EPOCH_MAX, &layer, 1);
	assert(!json_write(config, false, &text, &err) && !digests_of(text.data, text.size, &digests, &err));
	cleanup_json struct json *manifest = manifest_json(&definition, &digests, &layer, 1);
	assert(!json_write(manifest, false, &text, &err));
	return 0;
}
