/* The canonical form, written here rather than by libjq, whose versions disagree about numbers and about U+007F: what
 * is written gets a digest, and must not move with a library.
 */
#include "json.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct writer {
	struct bytes *into;
	bool indent;
	struct err *err;
};

static int value(const struct writer *w, const struct json *json, int depth);

static int put(const struct writer *w, const char *text)
{
	return bytes_add(w->into, text, strlen(text), w->err);
}

static int escape(char c, struct bytes *into, struct err *err)
{
	static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
	const char *at = strchr(from, c);
	return at ? bytes_addf(into, err, "\\%c", to[at - from]) : bytes_addf(into, err, "\\u%04x", (unsigned char)c);
}

/* spec: RFC 8785 section 3.2.2.2; every other character stands for itself */
int json_write_string(const char *text, struct bytes *into, struct err *err)
{
	if (bytes_add(into, "\"", 1, err))
		return -1;
	for (;;) {
		const char *from = text;
		while ((unsigned char)*text >= 0x20 && *text != '"' && *text != '\\')
			text++;
		if (bytes_add(into, from, (size_t)(text - from), err))
			return -1;
		if (!*text)
			return bytes_add(into, "\"", 1, err);
		if (escape(*text++, into, err))
			return -1;
	}
}

static int string(const struct writer *w, const char *text)
{
	return json_write_string(text, w->into, w->err);
}

/* A whole number that a double holds exactly is written as one; any other with the fewest digits that read back. */
static int number(const struct writer *w, double value)
{
	char text[64];
	if (value == floor(value) && fabs(value) <= JSON_WHOLE) {
		snprintf(text, sizeof text, "%.0f", value == 0 ? 0.0 : value); /* no minus zero */
		return put(w, text);
	}
	for (int digits = DBL_DIG; digits <= DBL_DECIMAL_DIG; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	return put(w, text);
}

static int new_line(const struct writer *w, int depth)
{
	if (!w->indent)
		return 0;
	int status = put(w, "\n");
	for (int i = 0; !status && i < depth; i++)
		status = put(w, "  ");
	return status;
}

static int array(const struct writer *w, const struct json *json, int depth)
{
	size_t n = json_length(json);
	if (!n)
		return put(w, "[]");
	for (size_t i = 0; i < n; i++) {
		cleanup_json struct json *item = json_at(json, i);
		if (put(w, i ? "," : "[") || new_line(w, depth + 1) || value(w, item, depth + 1))
			return -1;
	}
	return new_line(w, depth) || put(w, "]") ? -1 : 0;
}

static int object(const struct writer *w, const struct json *json, int depth)
{
	cleanup_free char **names = json_names(json, w->err);
	if (!names)
		return -1;
	if (!*names)
		return put(w, "{}");
	for (char **name = names; *name; name++) {
		cleanup_json struct json *member = json_get(json, *name);
		if (put(w, name == names ? "{" : ",") || new_line(w, depth + 1) || string(w, *name) ||
		    put(w, w->indent ? ": " : ":") || value(w, member, depth + 1))
			return -1;
	}
	return new_line(w, depth) || put(w, "}") ? -1 : 0;
}

static int value(const struct writer *w, const struct json *json, int depth)
{
	if (!json)
		return err_set(w->err, EX_OSERR, "JSON: memory is out");
	switch (json_kind(json)) {
	case JSON_NULL:
		return put(w, "null");
	case JSON_BOOLEAN:
		return put(w, json_true(json) ? "true" : "false");
	case JSON_NUMBER:
		return number(w, json_double(json));
	case JSON_STRING:
		return string(w, json_text(json));
	case JSON_ARRAY:
		return array(w, json, depth);
	case JSON_OBJECT:
		return object(w, json, depth);
	}
	return -1;
}

int json_write(const struct json *json, bool indent, struct bytes *into, struct err *err)
{
	struct writer w = {.into = into, .indent = indent, .err = err};
	if (!json_whole(json))
		return err_set(err, EX_OSERR, "JSON: memory is out, or a number is over 2^53");
	if (value(&w, json, 0))
		return -1;
	return indent ? put(&w, "\n") : 0;
}
