/* corpus: vectors/demand
 * A file of expectations. What is taken has a name, and there is one for each member. */
#include "demand.h"

#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_demands struct demands demands = {0};
	struct err err = {0};
	if (demands_parse(&demands, (const char *)data, size, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	cleanup_json struct json *json = json_parse((const char *)data, size, &err);
	if (!json || json_length(json) != demands.count)
		abort();
	for (size_t i = 0; i < demands.count; i++)
		if (!*demands.list[i].name || !*demands.list[i].shown)
			abort();
	return 0;
}
