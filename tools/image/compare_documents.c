/* Two JSON documents, value by value; a value is named by its path as jq writes it. */
#include "compare.h"

#include <string.h>

struct documents {
	struct comparison *comparison;
	size_t part;
	const char *follows;
	struct bytes path;
	bool found;
};

/* Does one of the lines name the path? */
static bool is_listed(const char *lines, const char *path)
{
	for (size_t n; *lines; lines += n + (lines[n] == '\n')) {
		n = strcspn(lines, "\n");
		bool open = n && lines[n - 1] == '*';
		if (open ? !strncmp(lines, path, n - 1) : strlen(path) == n && !strncmp(lines, path, n))
			return true;
	}
	return false;
}

static int note(struct documents *documents, const struct json *first, const struct json *second, struct err *err)
{
	const char *path = documents->path.size ? documents->path.data : ".";
	struct compare_at at = {.comparison = documents->comparison,
				.part = documents->part,
				.field = path,
				.follows = is_listed(documents->follows, path)};
	documents->found = true;
	return compare_note(&at, first ? json_copy(first) : NULL, second ? json_copy(second) : NULL, err);
}

static int add_name(struct bytes *path, const char *name, struct err *err)
{
	static const char word[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
	if (*name && strspn(name, word) == strlen(name) && !(*name >= '0' && *name <= '9'))
		return bytes_addf(path, err, ".%s", name);
	return bytes_add(path, path->size ? "[" : ".[", path->size ? 1 : 2, err) ||
			       json_write_string(name, path, err) || bytes_add(path, "]", 1, err)
		       ? -1
		       : 0;
}

static void cut(struct bytes *path, size_t size)
{
	path->size = size;
	if (path->data)
		path->data[size] = '\0';
}

static int compare(struct documents *documents, const struct json *first, const struct json *second, struct err *err);

static int compare_member(struct documents *documents, const struct json *first, const struct json *second,
			  const char *name, struct err *err)
{
	cleanup_json struct json *left = json_get(first, name), *right = json_get(second, name);
	size_t size = documents->path.size;
	if (add_name(&documents->path, name, err) || compare(documents, left, right, err))
		return -1;
	cut(&documents->path, size);
	return 0;
}

/* Members of both in one order. */
static int compare_objects(struct documents *documents, const struct json *first, const struct json *second,
			   struct err *err)
{
	cleanup_free char **left = json_names(first, err);
	cleanup_free char **right = left ? json_names(second, err) : NULL;
	if (!right)
		return -1;
	for (char **a = left, **b = right; *a || *b;) {
		int order = !*a ? 1 : !*b ? -1 : strcmp(*a, *b);
		if (compare_member(documents, first, second, order <= 0 ? *a : *b, err))
			return -1;
		a += order <= 0;
		b += order >= 0;
	}
	return 0;
}

static int equal(const struct json *first, const struct json *second, bool *is, struct err *err)
{
	cleanup_bytes struct bytes left = {0}, right = {0};
	if (json_write(first, false, &left, err) || json_write(second, false, &right, err))
		return -1;
	*is = left.size == right.size && !memcmp(left.data, right.data, left.size);
	return 0;
}

/* Items that both have in common at the end, so that one that was put in between does not make all others differ. */
static int common_end(const struct json *first, const struct json *second, size_t *count, struct err *err)
{
	size_t left = json_length(first), right = json_length(second);
	bool is = true;
	for (*count = 0; *count < left && *count < right; ++*count) {
		cleanup_json struct json *a = json_at(first, left - *count - 1),
					 *b = json_at(second, right - *count - 1);
		if (equal(a, b, &is, err))
			return -1;
		if (!is)
			break;
	}
	return 0;
}

static int common_start(const struct json *first, const struct json *second, size_t *count, struct err *err)
{
	size_t left = json_length(first), right = json_length(second);
	bool is = true;
	for (*count = 0; *count < left && *count < right; ++*count) {
		cleanup_json struct json *a = json_at(first, *count), *b = json_at(second, *count);
		if (equal(a, b, &is, err))
			return -1;
		if (!is)
			break;
	}
	return 0;
}

static int compare_arrays(struct documents *documents, const struct json *first, const struct json *second,
			  struct err *err)
{
	size_t size = documents->path.size, start, end, left = json_length(first), right = json_length(second);
	if (common_start(first, second, &start, err) || common_end(first, second, &end, err))
		return -1;
	size_t shorter = left < right ? left : right;
	end = end < shorter - start ? end : shorter - start;
	for (size_t i = start; i < left - end || i < right - end; i++) {
		cleanup_json struct json *a = i < left - end ? json_at(first, i) : NULL;
		cleanup_json struct json *b = i < right - end ? json_at(second, i) : NULL;
		if (bytes_addf(&documents->path, err, size ? "[%zu]" : ".[%zu]", i) || compare(documents, a, b, err))
			return -1;
		cut(&documents->path, size);
	}
	return 0;
}

static int compare(struct documents *documents, const struct json *first, const struct json *second, struct err *err)
{
	bool is;
	if (!first || !second)
		return note(documents, first, second, err);
	if (json_kind(first) == JSON_OBJECT && json_kind(second) == JSON_OBJECT)
		return compare_objects(documents, first, second, err);
	if (json_kind(first) == JSON_ARRAY && json_kind(second) == JSON_ARRAY)
		return compare_arrays(documents, first, second, err);
	if (equal(first, second, &is, err))
		return -1;
	return is ? 0 : note(documents, first, second, err);
}

/* The values are the same, so it is white space, order, or how a text or number is written. */
static int note_form(struct comparison *comparison, size_t part, const struct bytes *first, const struct bytes *second,
		     struct err *err)
{
	struct memory left = {.data = first->data, .size = first->size},
		      right = {.data = second->data, .size = second->size};
	struct compare_at at = {.comparison = comparison, .part = part, .field = "form"};
	struct spot spot;
	int side;
	if (spot_find(source_of_memory(&left), source_of_memory(&right), &spot, &side, err))
		return -1;
	return compare_note_spot(&at, &spot, first->data, second->data, err);
}

int compare_documents(struct comparison *comparison, size_t part, const struct document *first,
		      const struct document *second, const char *follows, struct err *err)
{
	struct documents documents = {comparison, part, follows, {0}, false};
	const struct bytes *left = &first->bytes, *right = &second->bytes;
	if (left->size == right->size && !memcmp(left->data, right->data, left->size))
		return 0;
	int status = compare(&documents, first->json, second->json, err);
	bytes_free(&documents.path);
	return status || documents.found ? status : note_form(comparison, part, left, right, err);
}
