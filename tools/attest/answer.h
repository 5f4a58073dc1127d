/* What quote-verify answers: lines, each with what was looked at, what came of it, and the bytes that it rests on.
 *
 * A line belongs to one of three words, which are kept apart:
 *
 *     verify   is the quote genuine, and is the platform one that is accepted? (qvl/verification.h)
 *     check    does the log lead to the quote's registers, and do its payloads explain its digests?
 *     judge    is what they say what was expected?
 *
 * A word holds when none of its lines fails; it is "not checked" when what it needs was not supplied, or when what it
 * would rest on did not hold. Names of lines and reason codes are stable (docs/quotes.md lists them).
 *
 * Nothing here fails: when memory is out, `failed` is set, and the answer is good for nothing.
 */
#ifndef ATTEST_ANSWER_H
#define ATTEST_ANSWER_H

#include "json.h"
#include "view.h"

enum word { WORD_VERIFY, WORD_CHECK, WORD_JUDGE, WORDS };

enum state { STATE_HOLDS, STATE_FAILS, STATE_OPEN };

/* Bytes of a source, or one of a log's events. */
struct place {
	const char *source; /* "quote", "event-log", "release", …; NULL: none */
	bool has_offset, has_event;
	size_t offset, size;
	size_t event; /* its index in the log, from 0 */
};
#define no_place ((struct place){0})

struct line {
	enum word word;
	enum state state;
	char *name;
	const char *reason; /* a code; NULL when it holds */
	char *text;
	char *expected, *found; /* NULL: none */
	struct place place;
};

struct answer {
	struct line *lines;
	size_t count, capacity;
	/* Of each word: was all supplied that it needs, must it hold, and if it was left out, the code of why. */
	bool supplied[WORDS], required[WORDS];
	const char *left_out[WORDS];
	bool is_malformed; /* what was supplied could not be read */
	bool failed;
};

void answer_free(struct answer *answer);
#define cleanup_answer cleanup(answer_free)

/* reason is a constant. */
void answer_add(struct answer *answer, enum word word, enum state state, const char *name, const char *reason,
		struct place place, const char *format, ...) __attribute__((format(printf, 7, 8)));

/* The values of the line that was added last; either may be NULL. */
void answer_values(struct answer *answer, const char *expected, const char *found);
void answer_bytes(struct answer *answer, struct view expected, struct view found); /* in hexadecimal */

/* What has come of a word: it fails, else is open when it was left out or has no line, else it holds. */
enum state answer_word(const struct answer *answer, enum word word);

/* All that is required and all that was supplied holds. */
bool answer_holds(const struct answer *answer);

/* 0, 1, or 2: malformed, and nothing that could be read says no. */
int answer_status(const struct answer *answer);

/* The first line of the word that fails, or NULL. */
const struct line *answer_failed(const struct answer *answer, enum word word);

/* "verify", "check", "judge"; the other way -1 when it is none. "holds", "does not hold", "not checked". */
const char *word_name(enum word word);
int word_find(const char *name, enum word *word);
const char *state_name(enum state state);

struct place place_event(size_t index);
struct place place_source(const char *source);
/* part is of whole; else only its size is told. */
struct place place_in(const char *source, struct view whole, struct view part);

#endif
