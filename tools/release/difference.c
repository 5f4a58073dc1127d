#include "difference.h"

#include <string.h>

void difference_free(struct difference *difference)
{
	bytes_free(&difference->path);
	free(difference->first);
	free(difference->second);
	*difference = (struct difference){0};
}

struct search {
	const char *const *without;
	struct difference *difference;
	struct err *err;
};

static bool is_word(const char *name)
{
	return *name && !strchr("0123456789", *name) &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")];
}

/* spec: jq's path expressions: .word, ."any text", [number] */
static int add_name(struct bytes *path, const char *name, struct err *err)
{
	if (is_word(name))
		return bytes_addf(path, err, ".%s", name);
	if (bytes_add(path, ".", 1, err))
		return -1;
	return json_write_string(name, path, err);
}

static bool is_left_out(const struct search *search)
{
	const struct bytes *path = &search->difference->path;
	for (const char *const *it = search->without; it && *it; it++)
		if (path->data && !strcmp(path->data, *it))
			return true;
	return false;
}

/* How much of the text is shown, never half a character. */
static size_t shown(const struct bytes *text)
{
	size_t size = text->size;
	if (size <= DIFFERENCE_SHOWN)
		return size;
	for (size = DIFFERENCE_SHOWN; size && (text->data[size] & 0xc0) == 0x80;)
		size--;
	return size;
}

static char *value_text(const struct json *json, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (json_write(json, false, &text, err))
		return NULL;
	size_t size = shown(&text);
	char *made = NULL;
	if (asprintf(&made, "%.*s%s", (int)size, text.data, size < text.size ? "..." : "") < 0) {
		err_system(err, EX_OSERR, "a value");
		return NULL;
	}
	return made;
}

/* It is here. */
static int found(const struct search *search, const struct json *first, const struct json *second)
{
	struct difference *difference = search->difference;
	if (!difference->path.size && bytes_add(&difference->path, ".", 1, search->err))
		return -1;
	if ((first && !(difference->first = value_text(first, search->err))) ||
	    (second && !(difference->second = value_text(second, search->err))))
		return -1;
	return 1;
}

static int compare(const struct search *search, const struct json *first, const struct json *second);

/* One member or item of both, whose name has been added to the path; takes it off again when they are equal. */
static int step(const struct search *search, size_t back, struct json *first, struct json *second)
{
	cleanup_json struct json *a = first, *b = second;
	int status = 0;
	if (!is_left_out(search))
		status = a && b ? compare(search, a, b) : found(search, a, b);
	if (!status) {
		search->difference->path.size = back;
		search->difference->path.data[back] = 0;
	}
	return status;
}

static int compare_member(const struct search *search, const char *name, const struct json *first,
			  const struct json *second)
{
	struct bytes *path = &search->difference->path;
	size_t back = path->size;
	if (add_name(path, name, search->err))
		return -1;
	return step(search, back, json_get(first, name), json_get(second, name));
}

/* The members of both, in the order of their names; those of one alone too. */
static int compare_objects(const struct search *search, const struct json *first, const struct json *second)
{
	cleanup_free char **a = json_names(first, search->err), **b = json_names(second, search->err);
	if (!a || !b)
		return -1;
	int status = 0;
	for (char **i = a, **j = b; !status && (*i || *j);) {
		int order = !*i ? 1 : !*j ? -1 : strcmp(*i, *j);
		status = compare_member(search, order <= 0 ? *i : *j, first, second);
		i += order <= 0;
		j += order >= 0;
	}
	return status;
}

static int compare_arrays(const struct search *search, const struct json *first, const struct json *second)
{
	struct bytes *path = &search->difference->path;
	size_t count = json_length(first) > json_length(second) ? json_length(first) : json_length(second), back;
	int status = 0;
	for (size_t i = 0; !status && i < count; i++) {
		back = path->size;
		if (bytes_addf(path, search->err, "[%zu]", i))
			return -1;
		status = step(search, back, json_at(first, i), json_at(second, i));
	}
	return status;
}

static int compare(const struct search *search, const struct json *first, const struct json *second)
{
	bool equal = true;
	if (json_kind(first) != json_kind(second))
		return found(search, first, second);
	switch (json_kind(first)) {
	case JSON_OBJECT:
		return compare_objects(search, first, second);
	case JSON_ARRAY:
		return compare_arrays(search, first, second);
	case JSON_STRING:
		equal = !strcmp(json_text(first), json_text(second));
		break;
	case JSON_NUMBER:
		equal = json_double(first) == json_double(second);
		break;
	case JSON_BOOLEAN:
		equal = json_true(first) == json_true(second);
		break;
	case JSON_NULL:
		break;
	}
	return equal ? 0 : found(search, first, second);
}

int difference_find(const struct json *first, const struct json *second, const char *const without[],
		    struct difference *difference, struct err *err)
{
	struct search search = {without, difference, err};
	return compare(&search, first, second);
}

static size_t skip_space(const char *text, size_t size, size_t at)
{
	while (at < size && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r'))
		at++;
	return at;
}

bool difference_none(const char *first, size_t first_size, const char *second, size_t second_size)
{
	size_t i = 0, j = 0;
	bool in_string = false, escaped = false;
	for (;;) {
		if (!in_string) {
			i = skip_space(first, first_size, i);
			j = skip_space(second, second_size, j);
		}
		if (i == first_size || j == second_size)
			return i == first_size && j == second_size;
		char c = first[i++];
		if (c != second[j++])
			return false;
		if (c == '"' && !escaped)
			in_string = !in_string;
		escaped = in_string && c == '\\' && !escaped;
	}
}
