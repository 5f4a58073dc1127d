/* What is built rather than read: sorted, poisoned by a NULL, and looked at as the kind it is not. */
#include "json.h"
#include "unit.h"

#include <string.h>

static int writes(const struct json *json, const char *expected)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	return json_write(json, false, &text, &err) == 0 && !strcmp(text.data, expected);
}

static int fails(const struct json *json)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	return json_write(json, false, &text, &err) == -1 && err.status == EX_OSERR;
}

static void test_build(void)
{
	cleanup_json struct json *json = json_object();
	struct json *array = json_array();
	json_add(array, json_number(0));
	json_add(array, json_number(UINT64_C(1) << 53));
	json_add(array, json_boolean(false));
	json_add(array, json_null());
	json_add(array, json_hex("\0\xaf", 2));
	json_set(json, "z", array);
	json_set(json, "a", json_string("\"\n\x7fé"));
	json_set(json, "a", json_copy(json)); /* replaces; the copy is of before */
	CHECK(writes(json, "{\"a\":{\"a\":\"\\\"\\n\x7fé\",\"z\":[0,9007199254740992,false,null,\"00af\"]},"
			   "\"z\":[0,9007199254740992,false,null,\"00af\"]}"));
}

/* One check at the end sees a failure anywhere. */
static void test_poison(void)
{
	cleanup_json struct json *json = json_object();
	struct json *array = json_array();
	CHECK(json_whole(json) && !json_whole(NULL) && fails(NULL));
	CHECK(!json_number((UINT64_C(1) << 53) + 1) && !json_copy(NULL));
	json_add(array, json_number(UINT64_MAX));
	json_add(array, json_number(1));
	CHECK(!json_whole(array));
	json_set(json, "a", array);
	json_set(json, "b", json_number(1));
	CHECK(!json_whole(json) && fails(json));
	json_set(NULL, "a", json_number(1));
	json_add(NULL, json_number(1));
}

/* Hostile input has the wrong kind anywhere; looking must not end the program. */
static void test_other_kinds(void)
{
	struct err err;
	static const char *const texts[] = {"null", "true", "1", "\"a\"", "[1]", "{\"a\":1}"};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		cleanup_json struct json *json = json_parse(texts[i], strlen(texts[i]), &err);
		cleanup_json struct json *member = json_get(json, "a"), *item = json_at(json, 0);
		cleanup_json struct json *beyond = json_at(json, SIZE_MAX), *second = json_at(json, 1);
		cleanup_free char **names = json_names(json, &err);
		CHECK(json && !member == (json_kind(json) != JSON_OBJECT) && !item == (json_kind(json) != JSON_ARRAY));
		CHECK(!beyond && !second && json_length(json) == (json_kind(json) >= JSON_ARRAY));
		CHECK(names && !names[0] == (json_kind(json) != JSON_OBJECT));
		CHECK(writes(json, texts[i]));
	}
}

static void test_need(void)
{
	struct err err;
	static const char text[] = "{\"name\":\"x\",\"size\":3}";
	static const char *const both[] = {"name", "size", NULL}, *const one[] = {"size", NULL};
	cleanup_json struct json *json = json_parse(text, strlen(text), &err);
	cleanup_json struct json *name = json_need(json, "name", JSON_STRING, &err);
	CHECK(name && !strcmp(json_text(name), "x"));
	CHECK(!json_need(json, "size", JSON_STRING, &err) && !strcmp(err.text, "size: not a string"));
	CHECK(!json_need(json, "other", JSON_STRING, &err) && !strcmp(err.text, "other: missing"));
	CHECK(json_only(json, both, &err) == 0);
	CHECK(json_only(json, one, &err) == -1 && err.status == STATUS_BAD &&
	      !strcmp(err.text, "name: unknown member"));
}

int main(void)
{
	test_build();
	test_poison();
	test_other_kinds();
	test_need();
	return unit_end();
}
