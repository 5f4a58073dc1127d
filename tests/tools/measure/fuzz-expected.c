/* Predictions come from whoever publishes a release. What is accepted says something, and its registers are what its
 * events lead to.
 *
 * corpus: vectors/prediction */
#include "expected.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct expected *expected)
{
	struct err err;
	uint8_t value[REGISTER_SIZE];
	bool whole, some = expected->has[TARGET_MRTD];
	for (unsigned i = 0; i < REGISTERS; i++) {
		some = some || expected->has[TARGET_RTMR0 + i] || expected->has_events[i];
		if (measured_replay(&expected->measured, i, value, &whole, &err) < 0)
			abort();
		if (expected->has[TARGET_RTMR0 + i] && expected->has_events[i] &&
		    memcmp(value, expected->value[TARGET_RTMR0 + i], sizeof value))
			abort();
	}
	if (!some)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_expected struct expected expected = {0};
	cleanup_json struct json *document = json_parse((const char *)data, size, &err);
	if (document && !expected_parse(document, size % 2 ? NULL : "a", &expected, &err))
		check(&expected);
	else if (err.status != STATUS_BAD || !*err.text)
		abort();
	return 0;
}
