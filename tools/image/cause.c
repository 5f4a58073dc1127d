#include "causeform.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void cause_say(char *text, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, CAUSE_TEXT, format, arguments);
	va_end(arguments);
}

static void shorten(struct span span, char into[static 96])
{
	struct part part = {0};
	struct naming naming = {.part = &part};
	naming_text(&naming, span);
	text_make_readable(part.name);
	snprintf(into, 96, "%s", part.name);
}

const char *cause_both(const char *cause, struct span a, struct span b, char *text)
{
	char first[96], second[96];
	shorten(a, first);
	shorten(b, second);
	cause_say(text, "%s and %s", first, second);
	return cause;
}

bool time_plausible(int64_t time)
{
	return time == 0 || (time >= INT64_C(315532800) && time < INT64_C(4354819200));
}

const char *cause_times(int64_t a, int64_t b, char *text)
{
	char texts[2][32];
	const time_t times[] = {a, b};
	struct tm tm;
	if (a == b || !time_plausible(a) || !time_plausible(b))
		return NULL;
	for (int i = 0; i < 2; i++)
		strftime(texts[i], sizeof texts[i], "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&times[i], &tm));
	cause_say(text, "%s and %s", texts[0], texts[1]);
	return CAUSE_TIME;
}

bool name_ends(const char *name, const char *component)
{
	size_t size = strlen(name), tail = strlen(component);
	if (size < tail || strcmp(name + size - tail, component))
		return false;
	return size == tail || (size >= tail + 2 && !memcmp(name + size - tail - 2, ": ", 2));
}

static bool readable(uint8_t byte)
{
	return (byte >= ' ' && byte != 0x7f) || byte == '\t';
}

void pair_runs(const struct pair *pair, struct span *a, struct span *b, uint64_t *at)
{
	enum { MOST = 512 };
	uint64_t from = pair->offset, end;
	while (from > 0 && pair->offset - from < MOST && readable(pair->a.data[from - 1]))
		from--;
	for (end = pair->offset; end < pair->a.size && end - from < 2 * MOST && readable(pair->a.data[end]);)
		end++;
	*a = span_cut(pair->a, from, end - from);
	for (end = pair->offset; end < pair->b.size && end - from < 2 * MOST && readable(pair->b.data[end]);)
		end++;
	*b = span_cut(pair->b, from, end - from);
	*at = pair->offset - from;
}

const char *cause_content(const struct pair *pair, char *text)
{
	static const char *(*const looks[])(const struct pair *, char *) = {
		cause_part, cause_packed, cause_elf, cause_order, cause_date, cause_text,
	};
	if (pair->offset > pair->a.size || pair->offset > pair->b.size)
		return NULL;
	for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
		const char *cause = looks[i](pair, text);
		if (cause)
			return cause;
	}
	return NULL;
}

/* The values of a field, as contents of their own. */
static struct pair pair_of_texts(const char *a, const char *b)
{
	struct pair pair = {.a = {(const uint8_t *)a, strlen(a)}, .b = {(const uint8_t *)b, strlen(b)}};
	while (a[pair.offset] && a[pair.offset] == b[pair.offset])
		pair.offset++;
	return pair;
}

static const char *guess(const struct evidence *evidence, char *text)
{
	const char *cause = NULL;
	if (evidence->a && evidence->b) {
		struct pair pair = pair_of_texts(evidence->a, evidence->b);
		if (evidence->field)
			cause = cause_field(evidence->field, evidence->a, evidence->b, text);
		if (evidence->field && name_ends(evidence->field, "size"))
			return NULL; /* whatever it looks like */
		return cause ? cause : cause_content(&pair, text);
	}
	if (!evidence->content_a || !evidence->content_b)
		return NULL;
	struct pair pair = {.a = {evidence->content_a, evidence->size_a},
			    .b = {evidence->content_b, evidence->size_b},
			    .offset = evidence->offset,
			    .path = evidence->path};
	return cause_content(&pair, text);
}

const char *cause_guess(const struct evidence *evidence, char text[static CAUSE_TEXT])
{
	*text = '\0';
	const char *cause = guess(evidence, text);
	if (!cause)
		*text = '\0';
	text_make_readable(text);
	return cause;
}
