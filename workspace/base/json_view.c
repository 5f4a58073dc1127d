#include "json_view.h"

#include "hex.h"

#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct json_view trim(struct json_view view)
{
	while (view.size && is_space(view.text[0])) {
		view.text++;
		view.size--;
	}
	while (view.size && is_space(view.text[view.size - 1]))
		view.size--;
	return view;
}

int json_view(const char *text, size_t size, struct json_view *view, struct err *err)
{
	if (json_check(text, size, err))
		return -1;
	*view = trim((struct json_view){text, size});
	return 0;
}

enum json_kind json_view_kind(struct json_view view)
{
	switch (view.size ? *view.text : 'n') {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_STRING;
	case 't':
	case 'f':
		return JSON_BOOLEAN;
	case 'n':
		return JSON_NULL;
	default:
		return JSON_NUMBER;
	}
}

struct json_view json_view_inside(struct json_view view)
{
	enum json_kind kind = json_view_kind(view);
	if (kind != JSON_ARRAY && kind != JSON_OBJECT)
		return (struct json_view){view.text, 0};
	return (struct json_view){view.text + 1, view.size - 2};
}

static bool is_escaped(const char *quote)
{
	size_t count = 0;
	while (quote[-1 - (ptrdiff_t)count] == '\\')
		count++;
	return count % 2;
}

/* Bytes of the string that begins here, its quotes included. */
static size_t string_size(const char *text, size_t size)
{
	const char *end = text;
	do
		end = memchr(end + 1, '"', size - (size_t)(end + 1 - text));
	while (end && is_escaped(end));
	return end ? (size_t)(end + 1 - text) : size;
}

static size_t nested_size(const char *text, size_t size)
{
	size_t at = 0, depth = 0;
	do {
		if (text[at] == '"') {
			at += string_size(text + at, size - at);
			continue;
		}
		depth += text[at] == '{' || text[at] == '[';
		depth -= text[at] == '}' || text[at] == ']';
		at++;
	} while (depth && at < size);
	return at;
}

static size_t value_size(const char *text, size_t size)
{
	size_t at = 0;
	if (*text == '"')
		return string_size(text, size);
	if (*text == '{' || *text == '[')
		return nested_size(text, size);
	while (at < size && text[at] != ',' && !is_space(text[at]))
		at++;
	return at;
}

static void skip(struct json_view *rest, size_t size)
{
	rest->text += size;
	rest->size -= size;
}

static void skip_space(struct json_view *rest)
{
	while (rest->size && is_space(*rest->text))
		skip(rest, 1);
}

static struct json_view take(struct json_view *rest)
{
	struct json_view value = {rest->text, value_size(rest->text, rest->size)};
	skip(rest, value.size);
	skip_space(rest);
	return value;
}

bool json_view_next(struct json_view *rest, struct json_view *name, struct json_view *value)
{
	struct json_view before = {0};
	skip_space(rest);
	if (!rest->size)
		return false;
	*value = take(rest);
	if (rest->size && *rest->text == ':') {
		skip(rest, 1);
		skip_space(rest);
		before = *value;
		*value = take(rest);
	}
	if (rest->size) /* a comma: no other character can follow */
		skip(rest, 1);
	if (name)
		*name = before;
	return true;
}

static size_t add_code(unsigned c, char *out)
{
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(lead[n] | c);
	return n;
}

static unsigned hex4(const char *digits)
{
	unsigned unit = 0;
	for (int i = 0; i < 4; i++)
		unit = unit << 4 | (unsigned)hex_digit(digits[i]);
	return unit;
}

/* An escape at *at, which is moved behind it; the bytes it stands for. */
static size_t escape(const char **at, char out[4])
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char c = (*at)[1];
	if (c != 'u') {
		out[0] = to[strchr(from, c) - from];
		*at += 2;
		return 1;
	}
	unsigned unit = hex4(*at + 2);
	*at += 6;
	if (unit < 0xd800 || unit > 0xdfff)
		return add_code(unit, out);
	unsigned low = hex4(*at + 2);
	*at += 6;
	return add_code(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), out);
}

int json_view_string(struct json_view string, struct bytes *into, struct err *err)
{
	const char *at = string.text + 1, *end = string.text + string.size - 1;
	while (at < end) {
		const char *plain = memchr(at, '\\', (size_t)(end - at));
		if (bytes_add(into, at, (size_t)((plain ? plain : end) - at), err))
			return -1;
		at = plain ? plain : end;
		char out[4];
		if (plain && bytes_add(into, out, escape(&at, out), err))
			return -1;
	}
	return bytes_add(into, "", 0, err);
}

bool json_view_is(struct json_view string, const char *text)
{
	size_t size = strlen(text);
	if (json_view_kind(string) != JSON_STRING)
		return false;
	if (!memchr(string.text, '\\', string.size))
		return string.size == size + 2 && !memcmp(string.text + 1, text, size);
	const char *at = string.text + 1, *end = string.text + string.size - 1;
	for (char out[4]; at < end;) {
		size_t n = 1;
		if (*at == '\\')
			n = escape(&at, out);
		else
			out[0] = *at++;
		if (strncmp(text, out, n))
			return false;
		text += n;
	}
	return !*text;
}

struct json_view json_view_member(struct json_view object, const char *name)
{
	struct json_view found, value;
	if (json_view_kind(object) == JSON_OBJECT)
		for (struct json_view rest = json_view_inside(object); json_view_next(&rest, &found, &value);)
			if (json_view_is(found, name))
				return value;
	return (struct json_view){0};
}

double json_view_number(struct json_view number)
{
	enum { EXACT_DIGITS = 15 };
	uint64_t whole = 0;
	size_t at = 0;
	for (; at < number.size && at <= EXACT_DIGITS && number.text[at] >= '0' && number.text[at] <= '9'; at++)
		whole = 10 * whole + (uint64_t)(number.text[at] - '0');
	if (at == number.size && at <= EXACT_DIGITS)
		return (double)whole;
	/* Behind the text's end there may be nothing to stop at. */
	cleanup_free char *copy = strndup(number.text, number.size);
	return copy ? strtod(copy, NULL) : 0;
}
