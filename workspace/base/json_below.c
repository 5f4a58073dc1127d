#include "json.h"

#include <string.h>

struct json *json_below(const struct json *json, const char *path)
{
	cleanup_json struct json *at = json_copy(json);
	while (at && *path) {
		size_t size = strcspn(path, ".");
		cleanup_free char *name = strndup(path, size);
		struct json *next = name ? json_get(at, name) : NULL;
		json_free(at);
		at = next;
		path += size + (path[size] == '.');
	}
	return steal(&at);
}

char *json_text_below(const struct json *json, const char *path)
{
	cleanup_json struct json *at = json_below(json, path);
	return at && json_kind(at) == JSON_STRING ? strdup(json_text(at)) : NULL;
}
