#include "glob.h"

#include <string.h>

static size_t character(const char *text, size_t size)
{
	size_t n = 1;
	while (n < size && ((unsigned char)text[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* pattern is behind '['. Returns what follows the set, or NULL when there is no ']'. */
static const char *set(const char *pattern, char c, bool *in)
{
	bool negated = *pattern == '!';
	bool found = false;
	const char *at = pattern + negated;
	do {
		if (!*at)
			return NULL;
		bool range = at[1] == '-' && at[2] && at[2] != ']';
		char last = range ? at[2] : *at;
		found = found || (c >= *at && c <= last);
		at += range ? 3 : 1;
	} while (*at != ']');
	*in = found != negated;
	return at + 1;
}

/* One step of pattern against one character: bytes of text taken, 0 when it does not match. */
static size_t step(const char **pattern, const char *text, size_t size)
{
	const char *p = *pattern;
	bool in;
	const char *behind;
	if (!size || !*p)
		return 0;
	*pattern = p + 1;
	if (*p == '?')
		return *text == '/' ? 0 : character(text, size);
	if (*p == '[' && (behind = set(p + 1, *text, &in))) {
		*pattern = behind;
		return in && *text != '/' ? character(text, size) : 0;
	}
	if (*p == '\\' && p[1])
		*pattern = ++p + 1;
	return *p == *text;
}

/* Where matching goes on when it failed further right: the star takes one more byte. */
struct star {
	const char *pattern; /* behind the star; NULL: none yet */
	const char *text;
	bool slashes;
};

static bool retry(struct star *star, const char *end, const char **pattern, const char **text)
{
	if (!star->pattern || star->text == end || (*star->text == '/' && !star->slashes))
		return false;
	*pattern = star->pattern;
	*text = ++star->text;
	return true;
}

static const char *behind_stars(const char *pattern, bool *slashes)
{
	const char *at = pattern;
	while (*at == '*')
		at++;
	*slashes = at - pattern > 1;
	return at;
}

/* The last '*' and the last '**' are all that ever has to be tried again: a '*' that fails for good gives the turn to
 * the '**' before it. What follows '**' and a slash is tried at once, in case they stand for nothing: patterns come
 * from the command line, so that their cost is their author's.
 */
bool glob_match(const char *pattern, const char *text, size_t size)
{
	const char *end = text + size;
	const char *start = pattern;
	struct star one = {0}, many = {0};
	while (text < end || *pattern) {
		if (*pattern == '*') {
			bool slashes;
			bool at_component = pattern == start || pattern[-1] == '/';
			const char *behind = behind_stars(pattern, &slashes);
			*(slashes ? &many : &one) = (struct star){behind, text, slashes};
			if (slashes)
				one = (struct star){0};
			pattern = behind;
			if (slashes && at_component && *behind == '/' &&
			    glob_match(behind + 1, text, (size_t)(end - text)))
				return true;
			continue;
		}
		size_t taken = step(&pattern, text, (size_t)(end - text));
		text += taken;
		if (taken)
			continue;
		if (retry(&one, end, &pattern, &text))
			continue;
		one = (struct star){0};
		if (!retry(&many, end, &pattern, &text))
			return false;
	}
	return true;
}

bool globs_match(const struct globs *globs, const char *text, size_t size)
{
	for (; globs; globs = globs->next)
		if (glob_match(globs->pattern, text, size))
			return true;
	return false;
}

bool globs_cover(const struct globs *globs, const char *path, size_t size)
{
	for (size_t n = 1; globs && n <= size; n++)
		if ((n == size || path[n] == '/') && globs_match(globs, path, n))
			return true;
	return false;
}
