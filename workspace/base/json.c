#include "json.h"

#include "file.h"
#include "hex.h"

#include <jv.h>
#include <string.h>

struct json {
	jv value;
};

static struct json *wrap(jv value)
{
	struct json *json = jv_is_valid(value) ? malloc(sizeof *json) : NULL;
	if (json)
		json->value = value;
	else
		jv_free(value);
	return json;
}

void json_free(struct json *json)
{
	if (json)
		jv_free(json->value);
	free(json);
}

struct json *json_copy(const struct json *json)
{
	return json ? wrap(jv_copy(json->value)) : NULL;
}

struct json *json_parse(const char *text, size_t size, struct err *err)
{
	if (json_check(text, size, err))
		return NULL;
	struct json *json = wrap(jv_parse_sized(text, (int)size));
	if (!json)
		err_bad(err, "not JSON");
	return json;
}

struct json *json_load(const char *path, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (file_load(path, JSON_CAP, &text, err))
		return NULL;
	return json_parse(text.data ? text.data : "", text.size, err);
}

enum json_kind json_kind(const struct json *json)
{
	switch (jv_get_kind(json->value)) {
	case JV_KIND_TRUE:
	case JV_KIND_FALSE:
		return JSON_BOOLEAN;
	case JV_KIND_NUMBER:
		return JSON_NUMBER;
	case JV_KIND_STRING:
		return JSON_STRING;
	case JV_KIND_ARRAY:
		return JSON_ARRAY;
	case JV_KIND_OBJECT:
		return JSON_OBJECT;
	default:
		return JSON_NULL;
	}
}

const char *json_kind_name(enum json_kind kind)
{
	static const char *const names[] = {"null", "a boolean", "a number", "a string", "an array", "an object"};
	return names[kind];
}

const char *json_text(const struct json *json)
{
	return jv_string_value(json->value);
}

double json_double(const struct json *json)
{
	return jv_number_value(json->value);
}

bool json_true(const struct json *json)
{
	return jv_get_kind(json->value) == JV_KIND_TRUE;
}

size_t json_length(const struct json *json)
{
	enum json_kind kind = json_kind(json);
	if (kind == JSON_OBJECT)
		return (size_t)jv_object_length(jv_copy(json->value));
	return kind == JSON_ARRAY ? (size_t)jv_array_length(jv_copy(json->value)) : 0;
}

struct json *json_get(const struct json *object, const char *name)
{
	return json_kind(object) != JSON_OBJECT ? NULL : wrap(jv_object_get(jv_copy(object->value), jv_string(name)));
}

struct json *json_at(const struct json *array, size_t index)
{
	/* libjq would count a negative index from the end */
	return index >= json_length(array) || json_kind(array) != JSON_ARRAY
		       ? NULL
		       : wrap(jv_array_get(jv_copy(array->value), (int)index));
}

struct json *json_need(const struct json *object, const char *name, enum json_kind kind, struct err *err)
{
	cleanup_json struct json *member = json_get(object, name);
	if (!member)
		err_bad(err, "%s: missing", name);
	else if (json_kind(member) != kind)
		err_bad(err, "%s: not %s", name, json_kind_name(kind));
	else
		return steal(&member);
	return NULL;
}

char **json_names(const struct json *object, struct err *err)
{
	size_t count = json_kind(object) == JSON_OBJECT ? json_length(object) : 0, bytes = 0;
	jv keys = count ? jv_keys(jv_copy(object->value)) : jv_array();
	for (size_t i = 0; i < count; i++) {
		jv key = jv_array_get(jv_copy(keys), (int)i);
		bytes += (size_t)jv_string_length_bytes(key) + 1;
	}
	char **names = malloc((count + 1) * sizeof *names + bytes);
	char *text = names ? (char *)(names + count + 1) : NULL;
	for (size_t i = 0; names && i < count; i++) {
		jv key = jv_array_get(jv_copy(keys), (int)i);
		names[i] = strcpy(text, jv_string_value(key));
		text += strlen(text) + 1;
		jv_free(key);
	}
	jv_free(keys);
	if (!names)
		err_system(err, EX_OSERR, "member names");
	else
		names[count] = NULL;
	return names;
}

static bool listed(const char *name, const char *const names[])
{
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

int json_only(const struct json *object, const char *const names[], struct err *err)
{
	cleanup_free char **present = json_names(object, err);
	if (!present)
		return -1;
	for (char **name = present; *name; name++)
		if (!listed(*name, names))
			return err_bad(err, "%s: unknown member", *name);
	return 0;
}

struct json *json_object(void)
{
	return wrap(jv_object());
}

struct json *json_array(void)
{
	return wrap(jv_array());
}

struct json *json_string(const char *text)
{
	return wrap(jv_string(text));
}

struct json *json_number(uint64_t value)
{
	return value > (uint64_t)JSON_WHOLE ? NULL : wrap(jv_number((double)value));
}

struct json *json_hex(const void *data, size_t size)
{
	cleanup_free char *digits = malloc(2 * size + 1);
	if (!digits)
		return NULL;
	hex_write(data, size, digits);
	return json_string(digits);
}

struct json *json_null(void)
{
	return wrap(jv_null());
}

struct json *json_boolean(bool value)
{
	return wrap(jv_bool(value));
}

/* A NULL argument poisons the container: it becomes invalid, which json_write() reports. */
static jv take(struct json *value)
{
	jv taken = value ? value->value : jv_invalid();
	free(value);
	return taken;
}

static void poison(struct json *container)
{
	jv_free(container->value);
	container->value = jv_invalid();
}

void json_set(struct json *object, const char *name, struct json *value)
{
	jv taken = take(value);
	if (!object || !jv_is_valid(object->value) || !jv_is_valid(taken)) {
		jv_free(taken);
		if (object)
			poison(object);
		return;
	}
	object->value = jv_object_set(object->value, jv_string(name), taken);
}

void json_add(struct json *array, struct json *value)
{
	jv taken = take(value);
	if (!array || !jv_is_valid(array->value) || !jv_is_valid(taken)) {
		jv_free(taken);
		if (array)
			poison(array);
		return;
	}
	array->value = jv_array_append(array->value, taken);
}

bool json_whole(const struct json *json)
{
	return json && jv_is_valid(json->value);
}
