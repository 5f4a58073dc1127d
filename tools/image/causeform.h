/* What the modules of cause.h are written with. Each looks for causes of its kind: a word of docs/causes.md with text
 * filled, or NULL.
 */
#ifndef IMAGE_CAUSEFORM_H
#define IMAGE_CAUSEFORM_H

#include "cause.h"
#include "partform.h"

#include <time.h>

/* Two contents that are the same up to offset. */
struct pair {
	struct span a, b;
	uint64_t offset;
	const char *path; /* NULL: unknown */
	unsigned depth;   /* of what was unpacked to get at them */
};

/* The words. */
#define CAUSE_TIME "time stamp"
#define CAUSE_ORDER "order"
#define CAUSE_OWNER "owner"
#define CAUSE_UMASK "umask"
#define CAUSE_PATH "path"
#define CAUSE_LOCALE "locale"
#define CAUSE_BUILD_ID "build ID"
#define CAUSE_COMPILER "compiler version"
#define CAUSE_RANDOM "random"
#define CAUSE_CODEC "codec"
#define CAUSE_DIGEST "digest"

enum { CAUSE_UNPACKS = 2 };

/* All that look at contents, in their order. */
const char *cause_content(const struct pair *pair, char *text);

/* From a field of a known name and two values. */
const char *cause_field(const char *field, const char *a, const char *b, char *text);

/* From the value of a format's field, where part_at() has one at the offset. */
const char *cause_part(const struct pair *pair, char *text);

/* The first section of two ELFs that tells a cause. */
const char *cause_elf(const struct pair *pair, char *text);

/* Do their sections differ in nothing but notes and the name of what was split off? */
bool elf_same_but_notes(const struct pair *pair);

/* The same things, in another order. */
const char *cause_order(const struct pair *pair, char *text);

/* Compressed data: what they unpack to is the same, or has a cause of its own. */
const char *cause_packed(const struct pair *pair, char *text);

/* From the text around the offset. */
const char *cause_date(const struct pair *pair, char *text);
const char *cause_text(const struct pair *pair, char *text);

/* Writes both, cut in their middle, as "A and B". Returns cause. */
const char *cause_both(const char *cause, struct span a, struct span b, char *text);
void cause_say(char *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Seconds since 1970 that somebody may have meant: 0, or 1980 to 2107. */
bool time_plausible(int64_t time);
const char *cause_times(int64_t a, int64_t b, char *text);

/* Ends the name with that last component, after ": " or alone? */
bool name_ends(const char *name, const char *component);

/* The readable text around the offset that both share: where it begins, and up to where each goes. Either may be empty.
 */
void pair_runs(const struct pair *pair, struct span *a, struct span *b, uint64_t *at);

#endif
