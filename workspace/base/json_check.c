/* RFC 8259's grammar, and what it only recommends: unique names, no lone surrogates. libjq accepts more than this. */
#include "json.h"

#include "hex.h"

#include <float.h>
#include <math.h>
#include <string.h>

struct reader {
	const char *text;
	size_t at, size;
	int depth;
	struct err *err;
};

/* A member's name, for comparison, and where it stands. */
struct name {
	const char *text; /* in place, or decoded where it has escapes */
	size_t size, at;
	struct bytes decoded;
};

struct names {
	struct name *name;
	size_t count, capacity;
};

static int value(struct reader *r);

static int fail(struct reader *r, const char *reason)
{
	return err_bad(r->err, "offset %zu: %s", r->at, reason);
}

static int peek(const struct reader *r)
{
	return r->at < r->size ? (unsigned char)r->text[r->at] : -1;
}

static void space(struct reader *r)
{
	for (int c = peek(r); c == ' ' || c == '\t' || c == '\r' || c == '\n'; c = peek(r))
		r->at++;
}

static int word(struct reader *r, const char *word)
{
	size_t n = strlen(word);
	if (r->size - r->at < n || memcmp(r->text + r->at, word, n))
		return fail(r, "not a JSON value");
	r->at += n;
	return 0;
}

static int hex4(struct reader *r, unsigned *unit)
{
	*unit = 0;
	for (int i = 0; i < 4; i++, r->at++) {
		int digit = hex_digit((char)peek(r));
		if (digit < 0)
			return fail(r, "\\u wants four hexadecimal digits");
		*unit = *unit << 4 | (unsigned)digit;
	}
	return 0;
}

static int add_utf8(struct reader *r, unsigned c, struct bytes *out)
{
	char b[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		b[i] = (char)(0x80 | (c & 0x3f));
	b[0] = (char)(lead[n] | c);
	return out ? bytes_add(out, b, n, r->err) : 0;
}

/* spec: RFC 8259 section 7; a surrogate must come as a pair, and NUL would end a C string early. */
static int unicode_escape(struct reader *r, struct bytes *out)
{
	unsigned high, low;
	if (hex4(r, &high))
		return -1;
	if (high == 0)
		return fail(r, "escaped NUL in a string");
	if (high < 0xd800 || high > 0xdfff)
		return add_utf8(r, high, out);
	if (high > 0xdbff || r->size - r->at < 2 || memcmp(r->text + r->at, "\\u", 2))
		return fail(r, "lone surrogate");
	r->at += 2;
	if (hex4(r, &low))
		return -1;
	if (low < 0xdc00 || low > 0xdfff)
		return fail(r, "lone surrogate");
	return add_utf8(r, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), out);
}

static int escape(struct reader *r, struct bytes *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	int c = peek(r);
	const char *at = c > 0 ? strchr(from, c) : NULL;
	if (c == 'u') {
		r->at++;
		return unicode_escape(r, out);
	}
	if (!at)
		return fail(r, "unknown escape in a string");
	r->at++;
	return out ? bytes_add(out, &to[at - from], 1, r->err) : 0;
}

/* Is any of eight bytes a quote, a backslash or a control character? For bytes of 0x80 and more, too, it may say so. */
static bool has_special(const char *at)
{
	const uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
	uint64_t word;
	memcpy(&word, at, sizeof word);
	uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
	return ((word - ones * 0x20) | (quote - ones) | (backslash - ones) | word) & highs;
}

/* Of what stands for itself, up to a quote, an escape or a control character. */
static void plain(struct reader *r)
{
	const char *at = r->text + r->at, *end = r->text + r->size;
	for (;;) {
		while (end - at >= 8 && !has_special(at))
			at += 8;
		const char *stop = end - at < 8 ? end : at + 8;
		while (at < stop && (unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
			at++;
		if (at < stop || at == end)
			break;
	}
	r->at = (size_t)(at - r->text);
}

/* out NULL: nobody wants to know what it says. */
static int string(struct reader *r, struct bytes *out)
{
	if (peek(r) != '"')
		return fail(r, "a string was expected");
	r->at++;
	for (;;) {
		size_t from = r->at;
		plain(r);
		if (out && bytes_add(out, r->text + from, r->at - from, r->err))
			return -1;
		int c = peek(r);
		if (c < 0)
			return fail(r, "string without an end");
		if (c < 0x20)
			return fail(r, "control character in a string");
		r->at++;
		if (c == '"')
			return 0;
		if (escape(r, out))
			return -1;
	}
}

static int digits(struct reader *r)
{
	size_t from = r->at;
	while (peek(r) >= '0' && peek(r) <= '9')
		r->at++;
	return r->at > from ? 0 : fail(r, "a digit was expected");
}

static int number_grammar(struct reader *r)
{
	if (peek(r) == '-')
		r->at++;
	if (peek(r) == '0')
		r->at++;
	else if (digits(r))
		return -1;
	if (peek(r) == '.') {
		r->at++;
		if (digits(r))
			return -1;
	}
	if (peek(r) != 'e' && peek(r) != 'E')
		return 0;
	r->at++;
	if (peek(r) == '+' || peek(r) == '-')
		r->at++;
	return digits(r);
}

/* One too large for a double would be read as infinity, which JSON cannot say. */
static int number(struct reader *r)
{
	cleanup_bytes struct bytes text = {0};
	size_t from = r->at;
	if (number_grammar(r))
		return -1;
	if (r->at - from < DBL_MAX_10_EXP && !memchr(r->text + from, 'e', r->at - from) &&
	    !memchr(r->text + from, 'E', r->at - from))
		return 0; /* too few digits for that */
	if (bytes_add(&text, r->text + from, r->at - from, r->err))
		return -1;
	return isfinite(strtod(text.data, NULL)) ? 0 : err_bad(r->err, "offset %zu: number out of range", from);
}

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		bytes_free(&names->name[i].decoded);
	free(names->name);
}

static int decode(struct reader *r, struct name *name)
{
	struct reader again = {.text = r->text, .at = name->at, .size = r->size, .err = r->err};
	if (string(&again, &name->decoded))
		return -1;
	name->text = name->decoded.data;
	name->size = name->decoded.size;
	return 0;
}

static int name_add(struct reader *r, struct names *names)
{
	if (names->count == names->capacity) {
		size_t capacity = 2 * names->capacity + 8;
		struct name *grown = reallocarray(names->name, capacity, sizeof *grown);
		if (!grown)
			return err_system(r->err, EX_OSERR, "member names");
		names->name = grown;
		names->capacity = capacity;
	}
	struct name *name = &names->name[names->count++];
	*name = (struct name){.at = r->at};
	if (string(r, NULL))
		return -1;
	name->text = r->text + name->at + 1;
	name->size = r->at - name->at - 2;
	return memchr(name->text, '\\', name->size) ? decode(r, name) : 0;
}

static int compare(const void *a, const void *b)
{
	const struct name *one = a, *other = b;
	size_t shorter = one->size < other->size ? one->size : other->size;
	int order = memcmp(one->text, other->text, shorter);
	return order ? order : (one->size > other->size) - (one->size < other->size);
}

/* Sorted first, so that a file of nothing but names costs no more than its size asks for. */
static int names_unique(struct reader *r, struct names *names)
{
	if (names->count)
		qsort(names->name, names->count, sizeof *names->name, compare);
	for (size_t i = 1; i < names->count; i++) {
		const struct name *one = &names->name[i - 1], *other = &names->name[i];
		if (!compare(one, other))
			return err_bad(r->err, "offset %zu: duplicate member '%.*s'",
				       one->at > other->at ? one->at : other->at, (int)one->size, one->text);
	}
	return 0;
}

static int members(struct reader *r, struct names *names)
{
	for (;;) {
		space(r);
		if (name_add(r, names))
			return -1;
		space(r);
		if (peek(r) != ':')
			return fail(r, "':' was expected");
		r->at++;
		if (value(r))
			return -1;
		if (peek(r) == '}')
			return names_unique(r, names);
		if (peek(r) != ',')
			return fail(r, "',' or '}' was expected");
		r->at++;
	}
}

static int object(struct reader *r)
{
	cleanup(names_free) struct names names = {0};
	r->at++;
	space(r);
	int status = peek(r) == '}' ? 0 : members(r, &names);
	r->at += status == 0;
	return status;
}

static int array(struct reader *r)
{
	r->at++;
	space(r);
	if (peek(r) == ']') {
		r->at++;
		return 0;
	}
	for (;;) {
		if (value(r))
			return -1;
		int c = peek(r);
		if (c != ',' && c != ']')
			return fail(r, "',' or ']' was expected");
		r->at++;
		if (c == ']')
			return 0;
	}
}

static int bare_value(struct reader *r)
{
	switch (peek(r)) {
	case '{':
		return object(r);
	case '[':
		return array(r);
	case '"':
		return string(r, NULL);
	case 't':
		return word(r, "true");
	case 'f':
		return word(r, "false");
	case 'n':
		return word(r, "null");
	case '-':
	case '0' ... '9':
		return number(r);
	case -1:
		return fail(r, "the text ends where a value was expected");
	default:
		return fail(r, "not a JSON value");
	}
}

static int value(struct reader *r)
{
	if (++r->depth > JSON_DEPTH)
		return fail(r, "nested too deeply");
	space(r);
	if (bare_value(r))
		return -1;
	space(r);
	r->depth--;
	return 0;
}

int json_check(const char *text, size_t size, struct err *err)
{
	struct reader r = {.text = text, .size = size, .err = err};
	if (size > JSON_CAP)
		return err_bad(err, "larger than %d bytes", JSON_CAP);
	if (size >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		return fail(&r, "byte order mark");
	if (!bytes_are_utf8(text, size))
		return err_bad(err, "not UTF-8");
	if (value(&r))
		return -1;
	return r.at == size ? 0 : fail(&r, "text after the value");
}
