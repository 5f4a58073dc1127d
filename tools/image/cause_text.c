#include "causeform.h"

#include <ctype.h>
#include <string.h>

/* The text around the byte that differs, as far as all characters are of one kind. */
struct around {
	struct span a, b;
	bool alone; /* no letter or digit beside it */
};

static bool is_path(int c)
{
	return isalnum(c) || (c && strchr("/._-+~@%", c)) || c >= 0x80;
}

static bool is_hex(int c)
{
	return isxdigit(c);
}

static bool is_uuid(int c)
{
	return isxdigit(c) || c == '-';
}

static struct span widen(struct span run, uint64_t at, bool (*is)(int), bool *alone)
{
	uint64_t from = at, end = at;
	while (from && is(run.data[from - 1]))
		from--;
	while (end < run.size && is(run.data[end]))
		end++;
	*alone = !(from && isalnum(run.data[from - 1])) && !(end < run.size && isalnum(run.data[end]));
	return span_cut(run, from, end - from);
}

static struct around around(struct span a, struct span b, uint64_t at, bool (*is)(int))
{
	struct around around;
	bool alone_a, alone_b;
	around.a = widen(a, at, is, &alone_a);
	around.b = widen(b, at, is, &alone_b);
	around.alone = alone_a && alone_b;
	return around;
}

static bool is_digest(struct span span)
{
	return span.size == 32 || span.size == 40 || span.size == 64 || span.size == 96 || span.size == 128;
}

static bool looks_like_uuid(struct span span)
{
	static const uint8_t dashes[] = {8, 13, 18, 23};
	size_t found = 0;
	for (size_t i = 0; i < span.size; i++)
		if (span.data[i] == '-' && (found == 4 || dashes[found++] != i))
			return false;
	return span.size == 36 && found == 4;
}

static const char *digests(struct span a, struct span b, uint64_t at, char *text)
{
	struct around uuid = around(a, b, at, is_uuid), hex = around(a, b, at, is_hex);
	if (uuid.alone && looks_like_uuid(uuid.a) && looks_like_uuid(uuid.b))
		return cause_both(CAUSE_RANDOM, uuid.a, uuid.b, text);
	if (hex.alone && is_digest(hex.a) && hex.a.size == hex.b.size)
		return cause_both(CAUSE_DIGEST, hex.a, hex.b, text);
	return NULL;
}

/* Bytes of the last components that both paths have; a whole component at least. */
static size_t common_tail(struct span a, struct span b)
{
	size_t n = 0, slash = 0;
	while (n < a.size && n < b.size && a.data[a.size - 1 - n] == b.data[b.size - 1 - n])
		if (a.data[a.size - 1 - n++] == '/')
			slash = n;
	return slash;
}

static size_t components(struct span path)
{
	size_t count = 0;
	for (size_t i = 0; i + 1 < path.size; i++)
		count += path.data[i] == '/' && path.data[i + 1] != '/';
	return count;
}

/* Folders that are made to be built in, and then are gone. */
static bool is_for_builds(struct span path)
{
	static const char *const starts[] = {"/tmp/", "/var/tmp/", "/build/", "/home/", "/root/", "/usr/src/"};
	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (span_begins(path, starts[i], strlen(starts[i])))
			return true;
	return false;
}

/* Behind a flag such as -I, or as it is. */
static struct span from_slash(struct span word)
{
	const uint8_t *slash = word.size ? memchr(word.data, '/', word.size) : NULL;
	uint64_t at = slash ? (uint64_t)(slash - word.data) : word.size;
	return at <= 2 || span_begins(word, "-", 1) ? span_cut(word, at, word.size) : (struct span){0};
}

static const char *paths(struct span a, struct span b, uint64_t at, char *text)
{
	struct around words = around(a, b, at, is_path);
	struct span left = from_slash(words.a), right = from_slash(words.b);
	if (components(left) < 2 || components(right) < 2)
		return NULL;
	if (!common_tail(left, right) && !(is_for_builds(left) && is_for_builds(right)))
		return NULL;
	return cause_both(CAUSE_PATH, left, right, text);
}

/* The rest of the text from a compiler's name on. */
static struct span compiler(struct span run)
{
	static const char *const names[] = {"GCC: (",         "GNU C",  "clang version ",
					    "rustc version ", "rustc ", "Linker: "};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const uint8_t *at = run.size ? memmem(run.data, run.size, names[i], strlen(names[i])) : NULL;
		if (at)
			return span_cut(run, (uint64_t)(at - run.data), run.size);
	}
	return (struct span){0};
}

static const char *compilers(struct span a, struct span b, uint64_t at, char *text)
{
	struct span left = compiler(a), right = compiler(b);
	if (!left.size || !right.size || left.data - a.data != right.data - b.data || left.data > a.data + at)
		return NULL;
	return cause_both(CAUSE_COMPILER, left, right, text);
}

static bool is_number(int c)
{
	return isdigit(c) || c == '.' || c == ',';
}

/* One number with the decimal sign of two languages. */
static const char *decimal(struct span a, struct span b, uint64_t at, char *text)
{
	struct around numbers = around(a, b, at, is_number);
	if (!span_has(a, at, 2) || !span_has(b, at, 2) || !at || numbers.a.size != numbers.b.size ||
	    !isdigit(a.data[at - 1]) || !isdigit(a.data[at + 1]))
		return NULL;
	if (!(a.data[at] == '.' && b.data[at] == ',') && !(a.data[at] == ',' && b.data[at] == '.'))
		return NULL;
	for (size_t i = 0; i < numbers.a.size; i++)
		if (isdigit(numbers.a.data[i]) && numbers.a.data[i] != numbers.b.data[i])
			return NULL;
	return cause_both(CAUSE_LOCALE, numbers.a, numbers.b, text);
}

const char *cause_text(const struct pair *pair, char *text)
{
	static const char *(*const looks[])(struct span, struct span, uint64_t, char *) = {digests, paths, compilers,
											   decimal};
	struct span a, b;
	uint64_t at;
	pair_runs(pair, &a, &b, &at);
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
		const char *cause = looks[i](a, b, at, text);
		if (cause)
			return cause;
	}
	return NULL;
}
