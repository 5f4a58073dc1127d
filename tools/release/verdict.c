#include "verdict.h"

#include <stdarg.h>
#include <string.h>

void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		free(findings->items[i].object);
		free(findings->items[i].reason);
		free(findings->items[i].expected);
		free(findings->items[i].observed);
	}
	free(findings->items);
	*findings = (struct findings){0};
}

size_t findings_false(const struct findings *findings, const char *check)
{
	size_t count = 0;
	for (size_t i = 0; i < findings->count; i++)
		count += findings->items[i].verdict == VERDICT_FALSE &&
			 (!check || !strcmp(findings->items[i].check, check));
	return count;
}

/* A place for one more, or NULL. */
static struct finding *place(struct findings *findings)
{
	if (findings->count == findings->capacity) {
		size_t capacity = findings->capacity ? 2 * findings->capacity : 32;
		struct finding *items = reallocarray(findings->items, capacity, sizeof *items);
		if (!items)
			return NULL;
		findings->items = items;
		findings->capacity = capacity;
	}
	struct finding *finding = &findings->items[findings->count++];
	*finding = (struct finding){0};
	return finding;
}

/* A copy of text, which may be NULL. */
static char *copy(struct findings *findings, const char *text)
{
	char *made = text ? strdup(text) : NULL;
	if (text && !made)
		findings->failed = true;
	return made;
}

__attribute__((format(printf, 3, 0))) static void add(struct findings *findings, struct finding what,
						      const char *format, va_list arguments)
{
	if (what.verdict == VERDICT_FALSE && findings_false(findings, what.check) >= FINDINGS_EACH) {
		findings->left_out++;
		return;
	}
	struct finding *finding = place(findings);
	if (!finding) {
		findings->failed = true;
		return;
	}
	*finding = what;
	finding->object = copy(findings, what.object);
	finding->expected = copy(findings, what.expected);
	finding->observed = copy(findings, what.observed);
	if (vasprintf(&finding->reason, format, arguments) < 0) {
		finding->reason = NULL;
		findings->failed = true;
	}
}

/* The constness goes into a struct that owns copies; add() makes them. */
static char *borrowed(const char *text)
{
	union {
		const char *given;
		char *taken;
	} it = {text};
	return it.taken;
}

void say_holds(struct findings *findings, const char *check, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	add(findings, (struct finding){.verdict = VERDICT_HOLDS, .check = check}, format, arguments);
	va_end(arguments);
}

void say_false(struct findings *findings, const char *check, const char *code, const char *object, const char *format,
	       ...)
{
	va_list arguments;
	va_start(arguments, format);
	add(findings,
	    (struct finding){.verdict = VERDICT_FALSE, .check = check, .code = code, .object = borrowed(object)},
	    format, arguments);
	va_end(arguments);
}

void say_differs(struct findings *findings, const char *check, const char *code, const char *object,
		 const char *expected, const char *observed, const char *format, ...)
{
	struct finding what = {
		.verdict = VERDICT_FALSE,
		.check = check,
		.code = code,
		.object = borrowed(object),
		.expected = borrowed(expected),
		.observed = borrowed(observed),
	};
	va_list arguments;
	va_start(arguments, format);
	add(findings, what, format, arguments);
	va_end(arguments);
}

void say_open(struct findings *findings, enum verdict verdict, const char *check, const char *code, const char *format,
	      ...)
{
	va_list arguments;
	va_start(arguments, format);
	add(findings, (struct finding){.verdict = verdict, .check = check, .code = code}, format, arguments);
	va_end(arguments);
}

enum verdict findings_verdict(const struct findings *findings)
{
	enum verdict worst = VERDICT_HOLDS;
	for (size_t i = 0; i < findings->count; i++)
		if (findings->items[i].verdict > worst)
			worst = findings->items[i].verdict;
	return worst == VERDICT_UNCHECKED ? VERDICT_HOLDS : worst;
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {"holds", "not checked", "cannot say", "does not hold"};
	return names[verdict];
}

int verdict_status(enum verdict verdict)
{
	return verdict == VERDICT_FALSE ? STATUS_FALSE : verdict == VERDICT_UNSURE ? STATUS_BAD : STATUS_OK;
}
