#include "question.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS_MIN = 6, DIGITS_MAX = 128, TEXT_MAX = 4096 };

void answer_free(struct answer *answer)
{
	free(answer->things);
	*answer = (struct answer){0};
}

static int add(struct answer *answer, struct thing *thing, struct err *err)
{
	for (size_t i = 0; i < answer->count; i++)
		if (answer->things[i] == thing)
			return 0;
	if (answer->count == answer->room) {
		size_t room = answer->room ? 2 * answer->room : 8;
		struct thing **things = realloc(answer->things, room * sizeof(struct thing *));
		if (!things)
			return err_system(err, EX_OSERR, "answer");
		answer->things = things;
		answer->room = room;
	}
	answer->things[answer->count++] = thing;
	return 0;
}

/* Registers and events */

struct wanted {
	char reg[8], event[256], machine[256]; /* "" when not said */
};

/* false: it does not begin as a register does. */
static bool split(const char *text, struct wanted *wanted, struct err *err, int *failed)
{
	size_t size = !strncmp(text, "mrtd", 4)                                      ? 4
		      : !strncmp(text, "rtmr", 4) && isdigit((unsigned char)text[4]) ? 5
										     : 0;
	if (!size || (text[size] && text[size] != ':' && text[size] != '@'))
		return false;
	const char *at = strrchr(text, '@'), *event = text[size] == ':' ? text + size + 1 : NULL;
	size_t event_size = !event ? 0 : at ? (size_t)(at - event) : strlen(event);
	memcpy(wanted->reg, text, size);
	wanted->reg[size] = '\0';
	wanted->event[0] = wanted->machine[0] = '\0';
	if ((size == 5 && text[4] > '3') ||
	    (event && (!event_size || event_size >= sizeof wanted->event || size == 4)) ||
	    (at && (!at[1] || strlen(at) > sizeof wanted->machine)))
		*failed = err_bad(err, "not REGISTER[:EVENT][@VM], mrtd or rtmr0 to rtmr3");
	else {
		if (event)
			*(char *)mempcpy(wanted->event, event, event_size) = '\0';
		if (at)
			strcpy(wanted->machine, at + 1);
	}
	return true;
}

/* A register's name is rtmr3 or rtmr0@VM, an event's rtmr3:5 NAME or rtmr0:3@VM NAME. */
static bool is_register(const struct thing *thing, const struct wanted *wanted)
{
	size_t size = strlen(wanted->reg);
	if (strcmp(thing->what, "register") || strncmp(thing->name, wanted->reg, size))
		return false;
	const char *machine = thing->name + size;
	return !*machine || (*machine == '@' && (!*wanted->machine || !strcmp(machine + 1, wanted->machine)));
}

static bool is_event(const struct thing *event, size_t index, const char *wanted)
{
	bool is_number = wanted[strspn(wanted, "0123456789")] == '\0';
	const char *name = strchr(event->name, ' ');
	return is_number ? strtoul(wanted, NULL, 10) == index && strlen(wanted) < 8 : name && !strcmp(name + 1, wanted);
}

static int ask_register(const struct explain *explain, const struct wanted *wanted, struct answer *answer,
			struct err *err)
{
	const struct graph *graph = &explain->graph;
	for (size_t i = 0; i < graph->count; i++) {
		struct thing *reg = graph->things[i];
		if (!is_register(reg, wanted))
			continue;
		if (!*wanted->event && add(answer, reg, err))
			return -1;
		for (size_t k = 0; *wanted->event && k < reg->from_count; k++)
			if (is_event(reg->from[k].from, k, wanted->event) && add(answer, reg->from[k].from, err))
				return -1;
	}
	return 0;
}

/* Digests */

/* The digits of a digest, in lower case. 0: it is none. */
static size_t digits_of(const char *text, char digits[DIGITS_MAX + 1], struct err *err, int *failed)
{
	bool says_so = !strncmp(text, "sha256:", 7) || !strncmp(text, "sha384:", 7) || !strncmp(text, "sha512:", 7);
	const char *at = says_so ? text + 7 : text;
	size_t size = strspn(at, "0123456789abcdefABCDEF");
	if (at[size] || size < DIGITS_MIN || size > DIGITS_MAX) {
		if (says_so)
			*failed = err_bad(err, "not %d to %d hexadecimal digits", DIGITS_MIN, DIGITS_MAX);
		return 0;
	}
	for (size_t i = 0; i <= size; i++)
		digits[i] = (char)tolower((unsigned char)at[i]);
	return size;
}

static bool ends_with(const char *text, const char *end)
{
	size_t size = strlen(text), tail = strlen(end);
	return size >= tail && !strcmp(text + size - tail, end);
}

/* A payload repeats another's digest, and a check a payload: they are not what a digest is of. */
static bool is_own(const struct value *value)
{
	return value->is_string && !ends_with(value->path, ".payload") && !ends_with(value->path, "].value");
}

/* The text of the thing that begins with the digits, or NULL. */
static const char *match(const struct thing *thing, const char *digits, size_t size, bool whole)
{
	const char *text = thing->value;
	if (text && !strncmp(text, digits, size) && (!whole || !text[size]))
		return text;
	for (size_t i = 0; i < thing->leaf_count; i++) {
		text = thing->leaves[i].value->text;
		if (is_own(thing->leaves[i].value) && !strncmp(text, digits, size) && (!whole || !text[size]))
			return text;
	}
	return NULL;
}

static int ask_digest(const struct explain *explain, const char *digits, size_t size, bool whole, struct answer *answer,
		      struct err *err)
{
	const struct graph *graph = &explain->graph;
	const char *first = NULL;
	for (size_t i = 0; i < graph->count; i++) {
		const char *text = match(graph->things[i], digits, size, whole);
		if (!text)
			continue;
		if (first && strcmp(first, text))
			return err_bad(err, "more than one value begins so: %.64s and %.64s", first, text);
		first = text;
		if (add(answer, graph->things[i], err))
			return -1;
	}
	return 0;
}

/* What is in another thing at the same time, and has its digest from it: the file, not the source or program it is. */
static void drop_copies(struct answer *answer)
{
	size_t kept = 0;
	bool has_file = false;
	for (size_t i = 0; i < answer->count; i++)
		has_file |= !strcmp(answer->things[i]->what, "file");
	for (size_t i = 0; i < answer->count; i++)
		if (!has_file || strcmp(answer->things[i]->what, "program"))
			answer->things[kept++] = answer->things[i];
	answer->count = kept;
}

/* Names and places */

static bool is_named(const struct thing *thing, const char *text)
{
	size_t size = strlen(text);
	if (!strcmp(thing->what, "package"))
		return !strncmp(thing->name, text, size) && (!thing->name[size] || thing->name[size] == ' ');
	if (!strcmp(thing->what, "file") || !strcmp(thing->what, "entry") || !strcmp(thing->what, "OS image file") ||
	    !strcmp(thing->what, "program"))
		return !strcmp(thing->name, text);
	return !strcmp(thing->what, "inputs") && !strcmp(thing->place, text);
}

static bool has_value_at(const struct thing *thing, const char *path)
{
	for (size_t i = 0; i < thing->leaf_count; i++)
		if (!strcmp(thing->leaves[i].value->path, path))
			return true;
	return false;
}

static bool is_line(const char *text)
{
	const char *colon = strrchr(text, ':');
	return colon && colon[1] && !colon[1 + strspn(colon + 1, "0123456789")];
}

/* What stands in that line: a package, and not each file of it, whose place is the package's. */
static bool stands_at(const struct thing *thing, const char *place)
{
	bool is_packaged = thing->from_count && !strcmp(thing->from[0].from->what, "package");
	return !is_packaged && thing->place && !strcmp(thing->place, place);
}

static int ask_name(struct explain *explain, const char *text, struct answer *answer, struct err *err)
{
	const struct graph *graph = &explain->graph;
	const char *path = strncmp(text, "./", 2) ? text : text + 2;
	for (size_t i = 0; i < graph->count; i++) {
		struct thing *thing = graph->things[i];
		bool found = is_named(thing, path) || (*text == '.' && has_value_at(thing, text)) ||
			     (is_line(path) && stands_at(thing, path));
		if (found && add(answer, thing, err))
			return -1;
	}
	if (answer->count || !source_exists(explain, path))
		return 0;
	struct thing *source = source_thing(explain, path, err);
	return source ? add(answer, source, err) : -1;
}

int question_ask(struct explain *explain, const char *text, struct answer *answer, struct err *err)
{
	struct wanted wanted;
	char digits[DIGITS_MAX + 1];
	int failed = 0;
	if (!*text || strlen(text) > TEXT_MAX)
		return err_bad(err, *text ? "too long" : "empty");
	if (split(text, &wanted, err, &failed))
		return failed ? failed : ask_register(explain, &wanted, answer, err);
	size_t size = digits_of(text, digits, err, &failed);
	if (failed)
		return failed;
	if (size && ask_digest(explain, digits, size, true, answer, err))
		return -1;
	if (size && !answer->count && ask_digest(explain, digits, size, false, answer, err))
		return -1;
	drop_copies(answer);
	return answer->count ? 0 : ask_name(explain, text, answer, err);
}
