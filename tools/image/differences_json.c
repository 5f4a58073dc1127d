/* Differences for a program: docs/schema/diff-1.json. */
#include "differences.h"

#include "hex.h"

#include <string.h>

/* JSON holds UTF-8 alone: other bytes of a name become \xHH, and a backslash is doubled where there are some. */
static struct json *text_json(const char *text)
{
	struct err err;
	cleanup_bytes struct bytes escaped = {0};
	if (bytes_are_utf8(text, strlen(text)))
		return json_string(text);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c >= 0x80 || c == '\\' ? bytes_addf(&escaped, &err, "\\x%02x", c)
					   : bytes_add(&escaped, text, 1, &err))
			return NULL;
	}
	return json_string(escaped.data);
}

static struct json *part_json(const struct part *part)
{
	struct json *json = json_object();
	json_set(json, "format", json_string(part->format));
	json_set(json, "name", text_json(part->name));
	return json;
}

static struct json *side_json(const struct difference *difference, int side)
{
	const struct spot *spot = difference->spot;
	struct json *json = json_object();
	json_set(json, "size", json_number(spot->size[side]));
	json_set(json, "context", json_hex(spot->context[side], spot->have[side]));
	if (difference->parts[side].name[0])
		json_set(json, "in", part_json(&difference->parts[side]));
	return json;
}

static struct json *spot_json(const struct difference *difference)
{
	struct json *json = json_object();
	json_set(json, "offset", json_number(difference->spot->offset));
	json_set(json, "count", json_number(difference->spot->count));
	json_set(json, "context_offset", json_number(difference->spot->from));
	json_set(json, "first", side_json(difference, 0));
	json_set(json, "second", side_json(difference, 1));
	if (difference->list)
		json_set(json, "parts", text_json(difference->list));
	return json;
}

static void add_part(const struct differences_part *part, struct json *json)
{
	json_set(json, "part", json_string(part->name));
	if (part->number)
		json_set(json, "layer", json_number(part->number));
	if (part->title)
		json_set(json, "layer_name", text_json(part->title));
}

static struct json *difference_json(const struct differences *differences, const struct difference *difference)
{
	struct json *json = json_object();
	add_part(&differences->parts[difference->part], json);
	if (difference->path)
		json_set(json, "path", text_json(difference->path));
	json_set(json, "field", text_json(difference->field));
	if (difference->first)
		json_set(json, "first", json_copy(difference->first));
	if (difference->second)
		json_set(json, "second", json_copy(difference->second));
	if (difference->spot)
		json_set(json, "bytes", spot_json(difference));
	if (difference->cause) {
		struct json *cause = json_object();
		json_set(cause, "guess", json_string(difference->cause));
		json_set(cause, "evidence", text_json(difference->evidence));
		json_set(json, "cause", cause);
	}
	json_set(json, "follows", json_boolean(difference->follows));
	return json;
}

void differences_json(const struct differences *differences, struct json *object)
{
	struct json *list = json_array(), *more = json_array();
	for (size_t i = 0; i < differences->count; i++)
		json_add(list, difference_json(differences, &differences->list[i]));
	for (size_t i = 0; i < differences->part_count; i++) {
		if (!differences->parts[i].more)
			continue;
		struct json *rest = json_object();
		add_part(&differences->parts[i], rest);
		json_set(rest, "count", json_number(differences->parts[i].more));
		json_add(more, rest);
	}
	json_set(object, "differences", list);
	json_set(object, "more", more);
}
