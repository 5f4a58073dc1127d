/* corpus: vectors/measured
 * Predictions pass between programs as JSON. What is read is written, read again and the same. */
#include "measured.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_text(const struct measured *measured, struct bytes *text)
{
	struct err err;
	cleanup_json struct json *json = measured_json(measured);
	if (json_write(json, false, text, &err))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_measured struct measured measured = {0}, again = {0};
	cleanup_bytes struct bytes text = {0}, second = {0};
	cleanup_json struct json *json = json_parse((const char *)data, size, &err);
	if (!json || measured_parse(json, &measured, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	write_text(&measured, &text);
	cleanup_json struct json *written = json_parse(text.data, text.size, &err);
	if (!written || measured_parse(written, &again, &err))
		abort();
	write_text(&again, &second);
	if (text.size != second.size || memcmp(text.data, second.data, text.size))
		abort();
	return 0;
}
