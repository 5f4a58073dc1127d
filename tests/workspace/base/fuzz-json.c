/* JSON: what json_check() lets through is read, written, and read again to the same bytes.
 *
 * corpus: vectors/json
 */
#include "json.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct json *parse(const char *text, size_t size)
{
	struct err err;
	struct json *json = json_parse(text, size, &err);
	if (!json && err.status != STATUS_BAD)
		abort();
	return json;
}

static void canonical(const struct json *json, bool indent, struct bytes *into)
{
	struct err err;
	if (json_write(json, indent, into, &err))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_bytes struct bytes first = {0}, second = {0}, pretty = {0};
	cleanup_json struct json *json = parse((const char *)data, size);
	if (!json)
		return 0;
	canonical(json, false, &first);
	canonical(json, true, &pretty);
	cleanup_json struct json *again = parse(first.data, first.size), *indented = parse(pretty.data, pretty.size);
	if (!again || !indented)
		abort();
	canonical(again, false, &second);
	if (first.size != second.size || memcmp(first.data, second.data, first.size))
		abort();
	second.size = 0;
	canonical(indented, false, &second);
	if (first.size != second.size || memcmp(first.data, second.data, first.size))
		abort();
	return 0;
}
