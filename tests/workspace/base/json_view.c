/* json_view FILE: the canonical form, by way of views alone. */
#include "json_view.h"

#include "file.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

static struct json *tree(struct json_view view);

static char *text_of(struct json_view string)
{
	struct err err;
	struct bytes text = {0};
	if (json_view_string(string, &text, &err))
		die_err(NULL, &err);
	if (!json_view_is(string, text.data))
		die(EX_SOFTWARE, "'%s' is not itself", text.data);
	return text.data;
}

static struct json *object(struct json_view view)
{
	struct json *json = json_object();
	struct json_view name, value;
	for (struct json_view rest = json_view_inside(view); json_view_next(&rest, &name, &value);) {
		cleanup_free char *text = text_of(name);
		if (json_view_member(view, text).text != value.text)
			die(EX_SOFTWARE, "member '%s' is found elsewhere", text);
		json_set(json, text, tree(value));
	}
	return json;
}

static struct json *array(struct json_view view)
{
	struct json *json = json_array();
	struct json_view value;
	for (struct json_view rest = json_view_inside(view); json_view_next(&rest, NULL, &value);)
		json_add(json, tree(value));
	return json;
}

/* json.h builds whole numbers only, so the parser does it, and both must agree. */
static struct json *number(struct json_view view)
{
	struct err err;
	struct json *json = json_parse(view.text, view.size, &err);
	if (!json || json_double(json) != json_view_number(view))
		die(EX_SOFTWARE, "a number is read as another");
	return json;
}

static struct json *tree(struct json_view view)
{
	cleanup_free char *text = NULL;
	switch (json_view_kind(view)) {
	case JSON_OBJECT:
		return object(view);
	case JSON_ARRAY:
		return array(view);
	case JSON_STRING:
		text = text_of(view);
		return json_string(text);
	case JSON_NUMBER:
		return number(view);
	case JSON_BOOLEAN:
		return json_boolean(*view.text == 't');
	default:
		return json_null();
	}
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes in = {0}, out = {0};
	struct json_view view;
	program_start("json_view");
	if (argc != 2)
		die_usage("one FILE");
	if (file_load(argv[1], JSON_CAP, &in, &err) || json_view(in.data, in.size, &view, &err))
		die_err(argv[1], &err);
	cleanup_json struct json *json = tree(view);
	if (json_write(json, false, &out, &err))
		die_err(argv[1], &err);
	puts(out.data);
	return finish(STATUS_OK);
}
