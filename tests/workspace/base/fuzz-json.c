/* JSON: what json_check() lets through is read, written, and read again to the same bytes, and views of it say the
 * same.
 *
 * corpus: vectors/json
 */
#include "json_view.h"

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

/* Every view is of a piece of the text, its kind and length those of the tree. */
static void compare(struct json_view view, const struct json *json)
{
	struct err err;
	struct json_view name, value;
	size_t count = 0;
	cleanup_bytes struct bytes text = {0};
	if (json_view_kind(view) != json_kind(json))
		abort();
	if (json_kind(json) == JSON_STRING && (json_view_string(view, &text, &err) ||
					       strcmp(text.data, json_text(json)) || !json_view_is(view, text.data)))
		abort();
	if (json_kind(json) == JSON_NUMBER && json_view_number(view) != json_double(json))
		abort();
	for (struct json_view rest = json_view_inside(view); json_view_next(&rest, &name, &value); count++) {
		cleanup_bytes struct bytes key = {0};
		if (name.text && json_view_string(name, &key, &err))
			abort();
		cleanup_json struct json *at = name.text ? json_get(json, key.data) : json_at(json, count);
		if (!at)
			abort();
		compare(value, at);
	}
	if (count != json_length(json))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_view view;
	struct err err;
	cleanup_bytes struct bytes first = {0}, second = {0}, pretty = {0};
	cleanup_json struct json *json = parse((const char *)data, size);
	if (json_view((const char *)data, size, &view, &err) != (json ? 0 : -1))
		abort();
	if (!json)
		return 0;
	compare(view, json);
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
