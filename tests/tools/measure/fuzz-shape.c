/* corpus: vectors/vm-config
 * A VmConfig comes with a quote. What is accepted is a shape that is written as JSON again. */
#include "shape.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct shape_settings settings = {0};
	struct shape shape;
	cleanup_json struct json *config = json_parse((const char *)data, size, &err);
	if (!config || shape_set_config(&settings, config, &err) || shape_resolve(&settings, &shape, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	cleanup_json struct json *json = shape_json(&shape);
	if (!json_whole(json) || !shape.hole64)
		abort();
	return 0;
}
