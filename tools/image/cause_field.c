#include "causeform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_owner(const char *field)
{
	static const char *const names[] = {"uid", "gid", "user", "group", "uname", "gname", "owner"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (name_ends(field, names[i]))
			return true;
	return false;
}

/* Whole seconds; a fraction may follow. */
static bool seconds(const char *text, int64_t *value)
{
	char *end;
	errno = 0;
	*value = strtoll(text, &end, 10);
	return end != text && !errno && (!*end || *end == '.');
}

/* The same but for what a umask takes away. */
static const char *modes(const char *a, const char *b, char *text)
{
	char *end_a, *end_b;
	unsigned long first = strtoul(a, &end_a, 8), second = strtoul(b, &end_b, 8);
	if (end_a == a || end_b == b || *end_a || *end_b || first == second || ((first ^ second) & ~077UL))
		return NULL;
	cause_say(text, "%s and %s: the bits that a umask of %03lo takes away", a, b, (first ^ second) & 077);
	return CAUSE_UMASK;
}

const char *cause_field(const char *field, const char *a, const char *b, char *text)
{
	int64_t first, second;
	struct span left = {(const uint8_t *)a, strlen(a)}, right = {(const uint8_t *)b, strlen(b)};
	if (!strcmp(a, b))
		return NULL;
	if (is_owner(field))
		return cause_both(CAUSE_OWNER, left, right, text);
	if (name_ends(field, "mtime") && seconds(a, &first) && seconds(b, &second))
		return first == second ? cause_both(CAUSE_TIME, left, right, text) : cause_times(first, second, text);
	if (name_ends(field, "mode"))
		return modes(a, b, text);
	if (!strcmp(field, "order"))
		return cause_both(CAUSE_ORDER, left, right, text);
	return NULL;
}
