#include "answer.h"

#include "hex.h"

#include <stdarg.h>
#include <string.h>

void answer_free(struct answer *answer)
{
	for (size_t i = 0; i < answer->count; i++) {
		struct line *line = &answer->lines[i];
		free(line->name);
		free(line->text);
		free(line->expected);
		free(line->found);
	}
	free(answer->lines);
	*answer = (struct answer){0};
}

static struct line *next(struct answer *answer)
{
	if (answer->count == answer->capacity) {
		size_t capacity = 2 * answer->capacity + 64;
		struct line *grown = reallocarray(answer->lines, capacity, sizeof *grown);
		if (!grown)
			return NULL;
		answer->lines = grown;
		answer->capacity = capacity;
	}
	struct line *line = &answer->lines[answer->count++];
	*line = (struct line){0};
	return line;
}

void answer_add(struct answer *answer, enum word word, enum state state, const char *name, const char *reason,
		struct place place, const char *format, ...)
{
	va_list arguments;
	struct line *line = answer->failed ? NULL : next(answer);
	if (!line) {
		answer->failed = true;
		return;
	}
	line->word = word;
	line->state = state;
	line->reason = reason;
	line->place = place;
	line->name = strdup(name);
	va_start(arguments, format);
	if (vasprintf(&line->text, format, arguments) < 0)
		line->text = NULL;
	va_end(arguments);
	answer->failed = !line->name || !line->text;
}

static char *copy(struct answer *answer, const char *text)
{
	char *it = text ? strdup(text) : NULL;
	answer->failed = answer->failed || (text && !it);
	return it;
}

void answer_values(struct answer *answer, const char *expected, const char *found)
{
	if (answer->failed)
		return;
	struct line *line = &answer->lines[answer->count - 1];
	line->expected = copy(answer, expected);
	line->found = copy(answer, found);
}

static char *digits(struct view view)
{
	char *text = view.data ? malloc(2 * view.size + 1) : NULL;
	if (text)
		hex_write(view.data, view.size, text);
	return text;
}

void answer_bytes(struct answer *answer, struct view expected, struct view found)
{
	cleanup_free char *first = digits(expected);
	cleanup_free char *second = digits(found);
	answer->failed = answer->failed || (expected.data && !first) || (found.data && !second);
	answer_values(answer, first, second);
}

const struct line *answer_failed(const struct answer *answer, enum word word)
{
	for (size_t i = 0; i < answer->count; i++)
		if (answer->lines[i].word == word && answer->lines[i].state == STATE_FAILS)
			return &answer->lines[i];
	return NULL;
}

static bool has_holding(const struct answer *answer, enum word word)
{
	for (size_t i = 0; i < answer->count; i++)
		if (answer->lines[i].word == word && answer->lines[i].state == STATE_HOLDS)
			return true;
	return false;
}

enum state answer_word(const struct answer *answer, enum word word)
{
	if (answer_failed(answer, word))
		return STATE_FAILS;
	return answer->left_out[word] || !has_holding(answer, word) ? STATE_OPEN : STATE_HOLDS;
}

bool answer_holds(const struct answer *answer)
{
	for (unsigned word = 0; word < WORDS; word++) {
		enum state state = answer_word(answer, word);
		if (state == STATE_FAILS ||
		    ((answer->required[word] || answer->supplied[word]) && state != STATE_HOLDS))
			return false;
	}
	return true;
}

int answer_status(const struct answer *answer)
{
	if (answer_holds(answer))
		return STATUS_OK;
	for (size_t i = 0; i < answer->count && answer->is_malformed; i++)
		if (answer->lines[i].state == STATE_FAILS && strcmp(answer->lines[i].reason, "log-malformed"))
			return STATUS_FALSE;
	return answer->is_malformed ? STATUS_BAD : STATUS_FALSE;
}

static const char *const words[WORDS] = {"verify", "check", "judge"};

const char *word_name(enum word word)
{
	return words[word];
}

int word_find(const char *name, enum word *word)
{
	for (unsigned i = 0; i < WORDS; i++) {
		if (strcmp(name, words[i]))
			continue;
		*word = (enum word)i;
		return 0;
	}
	return -1;
}

const char *state_name(enum state state)
{
	static const char *const names[] = {"holds", "does not hold", "not checked"};
	return names[state];
}

struct place place_event(size_t index)
{
	return (struct place){.source = "event-log", .has_event = true, .event = index};
}

struct place place_source(const char *source)
{
	return (struct place){.source = source};
}

struct place place_in(const char *source, struct view whole, struct view part)
{
	uintptr_t begin = (uintptr_t)whole.data, at = (uintptr_t)part.data;
	struct place place = {.source = source, .size = part.size};
	place.has_offset =
		part.data && at >= begin && at - begin <= whole.size && part.size <= whole.size - (at - begin);
	if (place.has_offset)
		place.offset = at - begin;
	return place;
}
