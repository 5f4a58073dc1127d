#include "divergence.h"

#include "align.h"
#include "cause.h"
#include "event_payload.h"
#include "log_check.h"

#include <string.h>

void divergences_free(struct divergences *divergences)
{
	for (size_t i = 0; i < divergences->count; i++)
		free(divergences->items[i].cause);
	free(divergences->items);
	bytes_free(&divergences->notes);
}

const char *divergence_kind_name(enum divergence_kind kind)
{
	static const char *const names[] = {"value", "different", "missing", "unexpected"};
	return names[kind];
}

/* One comparison at work: a register's events on both sides, by index into the whole. */
struct comparison {
	const struct expected *expected;
	const struct observed *observed;
	struct divergences *into;
	unsigned rtmr;
	size_t *expected_at, *observed_at;
	size_t expected_count, observed_count;
};

static void comparison_free(struct comparison *comparison)
{
	free(comparison->expected_at);
	free(comparison->observed_at);
}

/* Takes over the cause. */
static int add(struct divergences *into, const struct divergence *divergence, struct bytes *cause, struct err *err)
{
	struct divergence *items = reallocarray(into->items, into->count + 1, sizeof *items);
	if (!items)
		return err_system(err, EX_OSERR, "divergences");
	into->items = items;
	items[into->count] = *divergence;
	items[into->count++].cause = steal(&cause->data);
	return 0;
}

static const struct measured_event *expected_event(const struct comparison *c, size_t i)
{
	return &c->expected->measured.events[c->expected_at[i]];
}

static const struct event *observed_event(const struct comparison *c, size_t j)
{
	return &c->observed->any.log.events[c->observed_at[j]];
}

/* May the two be the same event? spec: tdx-boot-spec.md 3.10 (15): of type 0xA the payload decides, if it is there */
static bool is_pair(const struct measured_event *expected, const struct event *observed)
{
	struct err err;
	cleanup_bytes struct bytes words = {0};
	static const char variable[] = "variable ";
	if (expected->type != observed->type)
		return false;
	/* Of firmware's events only those of the ACPI tables have names, in some releases. */
	if (*observed->name && (observed->imr == 3 || observed->type == EV_PLATFORM_CONFIG_FLAGS))
		return !strcmp(expected->name, observed->name);
	if (cause_is_newer_firmware(observed))
		return false;
	if (event_payload_words(observed, &words, &err) || !words.size)
		return true;
	return strncmp(words.data, variable, sizeof variable - 1) ||
	       !strcmp(words.data + sizeof variable - 1, expected->name);
}

static bool is_same(const struct measured_event *expected, const struct event *observed)
{
	return !expected->known || !memcmp(expected->digest, observed->digest, REGISTER_SIZE);
}

static unsigned score(const void *context, size_t a, size_t b)
{
	enum { SAME_DIGEST = 4, SAME_NAME = 2 };
	const struct comparison *c = context;
	const struct measured_event *expected = expected_event(c, a);
	const struct event *observed = observed_event(c, b);
	if (expected->known && expected->type == observed->type && is_same(expected, observed))
		return SAME_DIGEST;
	return is_pair(expected, observed) ? SAME_NAME : 0;
}

static int add_expected(const struct comparison *c, size_t i, long pair, struct err *err)
{
	cleanup_bytes struct bytes cause = {0};
	struct divergence divergence = {.target = TARGET_RTMR0 + c->rtmr, .expected = expected_event(c, i), .index = i};
	if (pair < 0) {
		divergence.kind = DIVERGENCE_MISSING;
		return cause_missing(divergence.expected, &cause, err) || add(c->into, &divergence, &cause, err) ? -1
														 : 0;
	}
	divergence.observed = observed_event(c, (size_t)pair);
	if (is_same(divergence.expected, divergence.observed))
		return 0;
	divergence.kind = DIVERGENCE_DIFFERENT;
	divergence.index = (size_t)pair;
	return cause_different(c->expected, divergence.expected, divergence.observed, &cause, err) ||
			       add(c->into, &divergence, &cause, err)
		       ? -1
		       : 0;
}

static int add_unexpected(const struct comparison *c, size_t j, struct err *err)
{
	cleanup_bytes struct bytes cause = {0};
	struct divergence divergence = {.kind = DIVERGENCE_UNEXPECTED,
					.target = TARGET_RTMR0 + c->rtmr,
					.observed = observed_event(c, j),
					.index = j};
	bool is_after_boot = c->rtmr == 3 && c->observed_at[j] > log_boot_end(&c->observed->any.log);
	return cause_unexpected(divergence.observed, is_after_boot, &cause, err) ||
			       add(c->into, &divergence, &cause, err)
		       ? -1
		       : 0;
}

/* In the order of the boot: what was observed before an expected event's pair comes before it. */
static int walk(const struct comparison *c, const long *pair, struct err *err)
{
	size_t j = 0;
	for (size_t i = 0; i < c->expected_count; i++) {
		for (; pair[i] >= 0 && j < (size_t)pair[i]; j++)
			if (add_unexpected(c, j, err))
				return -1;
		if (add_expected(c, i, pair[i], err))
			return -1;
		j += pair[i] >= 0;
	}
	for (; j < c->observed_count; j++)
		if (add_unexpected(c, j, err))
			return -1;
	return 0;
}

static int find_events(struct comparison *c, struct err *err)
{
	const struct measured *measured = &c->expected->measured;
	const struct event_log *log = &c->observed->any.log;
	c->expected_at = calloc(measured->count + 1, sizeof *c->expected_at);
	c->observed_at = calloc(log->count + 1, sizeof *c->observed_at);
	if (!c->expected_at || !c->observed_at)
		return err_system(err, EX_OSERR, "events");
	for (size_t i = 0; i < measured->count; i++)
		if (measured->events[i].rtmr == c->rtmr)
			c->expected_at[c->expected_count++] = i;
	for (size_t i = 0; i < log->count; i++)
		if (log->events[i].imr == c->rtmr)
			c->observed_at[c->observed_count++] = i;
	return 0;
}

static int compare_events(struct comparison *c, struct err *err)
{
	if (find_events(c, err))
		return -1;
	cleanup_free long *pair = calloc(c->expected_count + 1, sizeof *pair);
	if (!pair)
		return err_system(err, EX_OSERR, "events");
	if (align(c->expected_count, c->observed_count, score, c, pair, err))
		return err_prefix(err, "rtmr%u", c->rtmr);
	for (size_t i = 0; i < c->expected_count; i++)
		if (!expected_event(c, i)->known && pair[i] >= 0 &&
		    bytes_addf(&c->into->notes, err, "rtmr%u: %s cannot be known beforehand and was taken as it is\n",
			       c->rtmr, expected_event(c, i)->name))
			return -1;
	return walk(c, pair, err);
}

static int add_value(const struct expected *expected, unsigned target, struct divergences *into, struct err *err)
{
	cleanup_bytes struct bytes cause = {0};
	struct divergence divergence = {.kind = DIVERGENCE_VALUE, .target = target};
	return cause_value(expected, target, &cause, err) || add(into, &divergence, &cause, err) ? -1 : 0;
}

/* The register that is expected, if it can be known. 1: it is in value, 0: it cannot, -1. */
static int expected_value(const struct expected *expected, unsigned target, uint8_t value[REGISTER_SIZE],
			  struct err *err)
{
	bool whole = false;
	memcpy(value, expected->value[target], REGISTER_SIZE);
	if (expected->has[target])
		return 1;
	if (target == TARGET_MRTD || !expected->has_events[target - TARGET_RTMR0])
		return 0;
	int count = measured_replay(&expected->measured, target - TARGET_RTMR0, value, &whole, err);
	return count < 0 ? -1 : whole;
}

static int compare(const struct expected *expected, const struct observed *observed, unsigned target,
		   struct divergences *into, struct err *err)
{
	uint8_t value[REGISTER_SIZE];
	unsigned rtmr = target - TARGET_RTMR0;
	int known = expected_value(expected, target, value, err);
	bool expects_events = target != TARGET_MRTD && expected->has_events[rtmr];
	bool has_events = target != TARGET_MRTD && observed_has_events(observed, rtmr);
	if (known < 0)
		return -1;
	into->compared[target] = (known && observed->has[target]) || (expects_events && has_events);
	if (!into->compared[target])
		return known || expects_events
			       ? bytes_addf(&into->notes, err, "%s: not compared: %s\n", target_name(target),
					    observed->has[target]
						    ? "it cannot be known beforehand, and there are no events"
						    : "it was not observed")
			       : 0;
	if (known && observed->has[target] && !memcmp(value, observed->value[target], REGISTER_SIZE))
		return 0;
	if (!expects_events || !has_events)
		return add_value(expected, target, into, err);
	cleanup(comparison_free) struct comparison c = {expected, observed, into, rtmr, NULL, NULL, 0, 0};
	return compare_events(&c, err);
}

/* What is known of logs like this one. */
static int add_notes(const struct observed *observed, struct divergences *into, struct err *err)
{
	const struct event_log *log = &observed->any.log;
	if (!observed->has_log)
		return 0;
	if (observed->any.is_cut &&
	    bytes_addf(&into->notes, err, "the log is cut to runtime events: rtmr0 to rtmr2 are not in it\n"))
		return -1;
	if (observed->any.format == LOG_CCEL &&
	    bytes_addf(&into->notes, err, "the firmware's log has no runtime events: rtmr3 is not in it\n"))
		return -1;
	for (size_t i = 0; i < log->count; i++)
		if (cause_is_newer_firmware(&log->events[i]))
			return bytes_addf(&into->notes, err,
					  "the firmware is of edk2-stable202505 or later: it measures 17 "
					  "events into rtmr0, and predictions are of 13\n");
	return 0;
}

int divergences_find(const struct expected *expected, const struct observed *observed, struct divergences *divergences,
		     struct err *err)
{
	for (unsigned target = 0; target < TARGETS; target++)
		if (compare(expected, observed, target, divergences, err))
			return -1;
	return add_notes(observed, divergences, err);
}
