#include "values.h"

#include "cleanup.h"
#include "json_view.h"

#include <stdarg.h>
#include <string.h>

#define SCHEMA "kettle-dstack/measurements/1"

enum { PATH_MAX_HERE = 512 };

void values_free(struct values *values)
{
	arena_free(&values->arena);
	free(values->list);
	free(values->by_path);
	*values = (struct values){0};
}

static int add(struct values *values, const char *path, const char *text, size_t size, bool is_string, struct err *err)
{
	if (values->count == VALUES_MAX)
		return err_bad(err, "more than %d values", VALUES_MAX);
	if (values->count == values->room) {
		size_t room = values->room ? 2 * values->room : 1024;
		struct value *list = realloc(values->list, room * sizeof *list);
		if (!list)
			return err_system(err, EX_OSERR, "values");
		values->list = list;
		values->room = room;
	}
	struct value value = {.is_string = is_string};
	value.path = arena_text(&values->arena, path, strlen(path), err);
	value.text = value.path ? arena_text(&values->arena, text, size, err) : NULL;
	if (!value.text)
		return -1;
	values->list[values->count++] = value;
	return 0;
}

static bool is_plain(struct json_view name)
{
	if (name.size < 3)
		return false;
	for (size_t i = 1; i + 1 < name.size; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", name.text[i]))
			return false;
	return true;
}

static int walk(struct values *values, char path[PATH_MAX_HERE], struct json_view view, struct err *err);

/* path has the length size; what is put behind it is taken off again. */
static int walk_into(struct values *values, char path[PATH_MAX_HERE], struct json_view view, struct err *err)
{
	size_t size = strlen(path), index = 0;
	bool is_object = json_view_kind(view) == JSON_OBJECT;
	struct json_view rest = json_view_inside(view), name, value;
	while (json_view_next(&rest, &name, &value)) {
		int length = !is_object ? snprintf(path + size, PATH_MAX_HERE - size, "[%zu]", index++)
					: snprintf(path + size, PATH_MAX_HERE - size,
						   is_plain(name) ? ".%.*s" : "[\"%.*s\"]", (int)name.size - 2,
						   name.text + 1);
		if (length < 0 || (size_t)length >= PATH_MAX_HERE - size)
			return err_bad(err, "%.80s: a name that is too long", path);
		if (walk(values, path, value, err))
			return -1;
		path[size] = '\0';
	}
	return 0;
}

static int walk(struct values *values, char path[PATH_MAX_HERE], struct json_view view, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	switch (json_view_kind(view)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		return walk_into(values, path, view, err);
	case JSON_NULL:
		return 0;
	case JSON_STRING:
		if (json_view_string(view, &text, err))
			return -1;
		return add(values, path, text.data ? text.data : "", text.size, true, err);
	default:
		return add(values, path, view.text, view.size, false, err);
	}
}

static int by_path(const void *a, const void *b)
{
	return strcmp((*(struct value *const *)a)->path, (*(struct value *const *)b)->path);
}

static int index_paths(struct values *values, struct err *err)
{
	values->by_path = calloc(values->count + 1, sizeof *values->by_path);
	if (!values->by_path)
		return err_system(err, EX_OSERR, "values");
	for (size_t i = 0; i < values->count; i++)
		values->by_path[i] = &values->list[i];
	qsort(values->by_path, values->count, sizeof *values->by_path, by_path);
	return 0;
}

const struct value *values_find(const struct values *values, const char *path)
{
	struct value key = {.path = path}, *at = &key;
	struct value **found = bsearch(&at, values->by_path, values->count, sizeof *values->by_path, by_path);
	return found ? *found : NULL;
}

const char *values_text(const struct values *values, const char *format, ...)
{
	char path[PATH_MAX_HERE];
	va_list args;
	va_start(args, format);
	int size = vsnprintf(path, sizeof path, format, args);
	va_end(args);
	const struct value *value = size < 0 || (size_t)size >= sizeof path ? NULL : values_find(values, path);
	return value ? value->text : NULL;
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), tail = strlen(end);
	return size >= tail && !strcmp(text + size - tail, end);
}

static int check_digests(const struct values *values, struct err *err)
{
	static const struct {
		const char *end;
		size_t digits;
	} kinds[] = {{".sha256", 64}, {".sha384", 96}, {"_sha256", 64}, {".compose_hash", 64}, {".mrtd", 96}};
	for (size_t i = 0; i < values->count; i++)
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			const char *text = values->list[i].text;
			if (ends_with(values->list[i].path, kinds[k].end) &&
			    (strlen(text) != kinds[k].digits || strspn(text, "0123456789abcdef") != kinds[k].digits))
				return err_bad(err, "%s: not %zu hexadecimal digits in lower case",
					       values->list[i].path, kinds[k].digits);
		}
	return 0;
}

/* A name that is a folder's: it becomes a part of paths. */
static int check_name(const struct values *values, const char *path, struct err *err)
{
	const struct value *name = values_find(values, path);
	if (!name || !name->is_string)
		return err_bad(err, "%s: missing, or not a string", path);
	if (!*name->text || *name->text == '.' || strlen(name->text) > 200 ||
	    name->text[strspn(name->text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")])
		return err_bad(err, "%s: not a name", path);
	return 0;
}

static int check_names(const struct values *values, struct err *err)
{
	char path[64];
	if (check_name(values, ".image.name", err))
		return -1;
	for (size_t i = 0; !i || values_text(values, ".image.layers[%zu].diff_id.sha256", i); i++) {
		snprintf(path, sizeof path, ".image.layers[%zu].name", i);
		if (check_name(values, path, err))
			return -1;
	}
	for (size_t i = 0; values_text(values, ".tdx.vms[%zu].mrtd", i); i++) {
		snprintf(path, sizeof path, ".tdx.vms[%zu].name", i);
		if (check_name(values, path, err))
			return -1;
	}
	return 0;
}

static int check_needed(const struct values *values, struct err *err)
{
	static const char *const needed[] = {".image.manifest.sha256", ".image.config.sha256",
					     ".inputs.image_definition.sha256", ".inputs.workspace.sha256",
					     ".inputs.build_root.sha256"};
	for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
		if (!values_find(values, needed[i]))
			return err_bad(err, "%s: missing", needed[i]);
	return check_names(values, err) || check_digests(values, err) ? -1 : 0;
}

static int check_members(struct json_view top, struct err *err)
{
	static const char *const names[] = {"application", "deployment", "image", "inputs", "schema", "tdx"};
	struct json_view schema = json_view_member(top, "schema"), rest = json_view_inside(top), name, value;
	size_t count = 0;
	if (json_view_kind(top) != JSON_OBJECT)
		return err_bad(err, "not an object");
	if (!schema.text || json_view_kind(schema) != JSON_STRING || !json_view_is(schema, SCHEMA))
		return err_bad(err, "schema: not " SCHEMA);
	while (json_view_next(&rest, &name, &value)) {
		size_t i = 0;
		while (i < sizeof names / sizeof *names && !json_view_is(name, names[i]))
			i++;
		if (i == sizeof names / sizeof *names)
			return err_bad(err, "%.*s: unknown member", name.size > 80 ? 80 : (int)name.size, name.text);
		count++;
	}
	return count == sizeof names / sizeof *names ? 0 : err_bad(err, "a member is missing");
}

int values_parse(const char *text, size_t size, struct values *values, struct err *err)
{
	char path[PATH_MAX_HERE] = "";
	struct json_view top;
	if (json_view(text, size, &top, err) || check_members(top, err) || walk(values, path, top, err) ||
	    index_paths(values, err))
		return -1;
	return check_needed(values, err);
}
