/* What is judged of events: those of the boot, in order, and what follows of them. */
#include "judging.h"

#include "hex.h"
#include "runtime.h"

#include <regex.h>
#include <string.h>

static struct view payload_of(const struct event *event)
{
	return view_of(event->payload.data ? event->payload.data : "", event->payload.size);
}

void judge_payload(const struct judging *judging, const char *name, size_t index, struct view expected,
		   const char *from)
{
	struct view found = payload_of(&judging->log->any.log.events[index]);
	bool same = view_is(expected, found);
	answer_add(judging->answer, WORD_JUDGE, same ? STATE_HOLDS : STATE_FAILS, name, same ? NULL : "differs",
		   place_event(index), same ? "is %s" : "is not %s", from);
	answer_bytes(judging->answer, view_of(expected.data ? (const void *)expected.data : "", expected.size), found);
}

/* By --expected. */

static void say_no_event(const struct judging *judging, const struct demand *demand)
{
	struct view expected = view_of(demand->value.data, demand->value.size);
	size_t later = judging->no_log ? 0 : boot_log_find_later(judging->log, demand->name, expected);
	if (judging->no_log)
		answer_add(judging->answer, WORD_JUDGE, STATE_FAILS, demand->shown, judging->no_log, no_place,
			   "there is no event log whose check holds");
	else if (later < judging->log->any.log.count)
		answer_add(judging->answer, WORD_JUDGE, STATE_FAILS, demand->shown, "after-boot", place_event(later),
			   "event %zu says so, and it comes after the boot: it is the app's word", later);
	else
		answer_add(judging->answer, WORD_JUDGE, STATE_FAILS, demand->shown, "missing", no_place,
			   "no event of the boot has this name");
	answer_bytes(judging->answer, expected, view_of(NULL, 0));
}

/* A name may come several times in a boot (mr-kms): then one of them has to be it. */
static size_t choose_event(const struct judging *judging, const struct demand *demand)
{
	const struct event_log *events = &judging->log->any.log;
	size_t first = boot_log_find(judging->log, demand->name, 0);
	for (size_t nth = 0, at = first; at < events->count; at = boot_log_find(judging->log, demand->name, ++nth))
		if (view_is(payload_of(&events->events[at]), view_of(demand->value.data, demand->value.size)))
			return at;
	return first;
}

static void judge_demand(const struct judging *judging, const struct demand *demand)
{
	struct view expected = view_of(demand->value.data, demand->value.size);
	size_t at = judging->no_log ? 0 : choose_event(judging, demand);
	if (judging->no_log || at == judging->log->any.log.count) {
		say_no_event(judging, demand);
		return;
	}
	size_t later = boot_log_find_later(judging->log, demand->name, expected);
	bool posed = !view_is(payload_of(&judging->log->any.log.events[at]), expected) &&
		     later < judging->log->any.log.count;
	judge_payload(judging, demand->shown, at, expected,
		      posed ? "what --expected says: the event after the boot that says so is the app's word"
			    : "what --expected says");
}

/* By a release: its checks, in the order of the events. */

struct walk {
	const struct judging *judging;
	const struct json *checks;
	size_t at; /* in the log */
};

static const struct event *next_event(struct walk *walk)
{
	const struct boot_log *log = walk->judging->log;
	while (walk->at < log->end && log->any.log.events[walk->at].type != EVENT_RUNTIME)
		walk->at++;
	return walk->at < log->end ? &log->any.log.events[walk->at] : NULL;
}

static bool is_named(const struct json *check, const char *member, const char *text)
{
	cleanup_json struct json *value = check ? json_get(check, member) : NULL;
	return value && json_kind(value) == JSON_STRING && !strcmp(json_text(value), text);
}

static bool matches(const char *pattern, const char *digits)
{
	regex_t regex;
	regmatch_t match;
	if (regcomp(&regex, pattern, REG_EXTENDED))
		return false;
	bool found = !regexec(&regex, digits, 1, &match, 0) && !match.rm_so && !digits[match.rm_eo];
	regfree(&regex);
	return found;
}

/* Is the payload what the check says? false, too, for a check that is not known. */
static bool payload_fits(const struct json *check, const char *digits)
{
	cleanup_json struct json *value = json_get(check, "value");
	if (is_named(check, "check", "present"))
		return true;
	if (!value)
		return false;
	if (is_named(check, "check", "exact"))
		return json_kind(value) == JSON_STRING && !strcmp(json_text(value), digits);
	if (is_named(check, "check", "pattern"))
		return json_kind(value) == JSON_STRING && matches(json_text(value), digits);
	for (size_t i = 0; is_named(check, "check", "any-of") && i < json_length(value); i++) {
		cleanup_json struct json *item = json_at(value, i);
		if (item && json_kind(item) == JSON_STRING && !strcmp(json_text(item), digits))
			return true;
	}
	return false;
}

/* What a check expects, for people. */
static char *expected_text(const struct json *check)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *value = json_get(check, "value");
	if (!value || json_kind(value) == JSON_NULL)
		return NULL;
	if (json_kind(value) == JSON_STRING)
		return strdup(json_text(value));
	return json_write(value, false, &text, &err) ? NULL : steal(&text.data);
}

static void judge_event(struct walk *walk, const struct json *check, const struct event *event)
{
	struct answer *answer = walk->judging->answer;
	cleanup_json struct json *payload = json_hex(event->payload.data, event->payload.size);
	cleanup_free char *expected = expected_text(check);
	if (!payload) {
		answer->failed = true;
		return;
	}
	bool open = is_named(check, "check", "present"), fits = payload_fits(check, json_text(payload));
	if (fits && !event->payload.size)
		return; /* a mark that only its place matters of */
	answer_add(answer, WORD_JUDGE,
		   open   ? STATE_OPEN
		   : fits ? STATE_HOLDS
			  : STATE_FAILS,
		   event->name,
		   open   ? "not-computed"
		   : fits ? NULL
			  : "differs",
		   place_event(walk->at), "%s",
		   open   ? "cannot be known beforehand, so the release does not say it"
		   : fits ? "is the release's"
			  : "is not the release's");
	answer_values(answer, expected, json_text(payload));
}

/* Takes the events off the front that the check is for; false when it must have one and there is none. */
static bool take_events(struct walk *walk, size_t i, const char *name)
{
	cleanup_json struct json *check = json_at(walk->checks, i);
	cleanup_json struct json *next = json_at(walk->checks, i + 1);
	bool many = is_named(check, "occurs", "any-number") && !(next && is_named(next, "event", name));
	bool taken = false, absent = is_named(check, "check", "absent");
	const struct event *event;
	while ((event = next_event(walk)) && !strcmp(event->name, name) && (many || !taken) && !absent) {
		judge_event(walk, check, event);
		taken = true;
		walk->at++;
	}
	return taken || absent || !(is_named(check, "occurs", "once") || is_named(check, "check", "exact"));
}

static bool is_named_from(const struct json *checks, size_t i, const char *name)
{
	for (; i < json_length(checks); i++) {
		cleanup_json struct json *check = json_at(checks, i);
		if (is_named(check, "event", name))
			return true;
	}
	return false;
}

/* Takes the events off the front that no check from i on is for. */
static void judge_others(struct walk *walk, size_t i)
{
	const struct event *event;
	for (; (event = next_event(walk)) && !is_named_from(walk->checks, i, event->name); walk->at++) {
		answer_add(walk->judging->answer, WORD_JUDGE, STATE_FAILS, event->name, "unexpected",
			   place_event(walk->at), "the boot has an event that the release has not there");
		answer_bytes(walk->judging->answer, view_of(NULL, 0), payload_of(event));
	}
}

static void walk_checks(struct walk *walk)
{
	for (size_t i = 0; i < json_length(walk->checks); i++) {
		cleanup_json struct json *check = json_at(walk->checks, i);
		cleanup_free char *name = check ? json_text_below(check, "event") : NULL;
		judge_others(walk, i);
		if (!name || !runtime_is_reserved(name) || take_events(walk, i, name))
			continue;
		cleanup_free char *expected = expected_text(check);
		answer_add(walk->judging->answer, WORD_JUDGE, STATE_FAILS, name, "missing", no_place,
			   "the boot has no such event where the release has one");
		answer_values(walk->judging->answer, expected, NULL);
	}
	judge_others(walk, SIZE_MAX);
}

static void judge_release(const struct judging *judging)
{
	cleanup_json struct json *checks = json_below(judging->release, "tdx.rtmr3.checks");
	struct walk walk = {.judging = judging, .checks = checks};
	if (!checks || !json_length(checks))
		answer_add(judging->answer, WORD_JUDGE, STATE_OPEN, "boot-events", "not-computed",
			   place_source("release"), "the release has no deployment, so it says nothing of events");
	else if (judging->no_log)
		answer_add(judging->answer, WORD_JUDGE, STATE_OPEN, "boot-events", judging->no_log, no_place,
			   "there is no event log whose check holds");
	else
		walk_checks(&walk);
}

void judge_events(const struct judging *judging)
{
	if (judging->release)
		judge_release(judging);
	for (size_t i = 0; i < judging->demands->count; i++)
		if (judging->demands->list[i].kind == DEMAND_BOOT_EVENT)
			judge_demand(judging, &judging->demands->list[i]);
}

/* The deployment, as far as the compose hash says. */

/* The event, when it is the release's; else the count. */
static size_t find_compose(const struct judging *judging)
{
	uint8_t expected[SHA256_SIZE];
	const struct event_log *events = &judging->log->any.log;
	cleanup_free char *digits = json_text_below(judging->release, "deployment.compose_hash");
	size_t at = boot_log_find(judging->log, "compose-hash", 0);
	if (at == events->count || !digits || hex_read(digits, expected, sizeof expected))
		return events->count;
	return view_is(payload_of(&events->events[at]), view_of(expected, sizeof expected)) ? at : events->count;
}

static void judge_image(const struct judging *judging, struct place place)
{
	cleanup_free char *image = json_text_below(judging->release, "deployment.image");
	cleanup_free char *digest = json_text_below(judging->release, "image.manifest.sha256");
	size_t size = image ? strlen(image) : 0, wanted = digest ? strlen(digest) : 0;
	bool same = size && wanted && size > wanted && !strcmp(image + size - wanted, digest);
	answer_add(judging->answer, WORD_JUDGE, same ? STATE_HOLDS : STATE_FAILS, "image", same ? NULL : "differs",
		   place,
		   same ? "is named by digest in the measured app-compose.json; launcher and libraries are in it"
			: "the release's deployment names another image than the release is of");
	answer_values(judging->answer, digest, image);
}

static void judge_warnings(const struct judging *judging)
{
	cleanup_json struct json *warnings = json_below(judging->release, "deployment.warnings");
	for (size_t i = 0; warnings && i < json_length(warnings); i++) {
		cleanup_json struct json *warning = json_at(warnings, i);
		cleanup_free char *text = warning ? json_text_below(warning, "text") : NULL;
		if (text)
			answer_add(judging->answer, WORD_JUDGE, STATE_OPEN, "environment", "not-measured",
				   place_source("release"), "%s", text);
	}
}

void judge_deployment(const struct judging *judging)
{
	struct err err;
	cleanup_bytes struct bytes names = {0};
	size_t at = judging->release && !judging->no_log ? find_compose(judging) : SIZE_MAX;
	if (at == SIZE_MAX || at == judging->log->any.log.count)
		return;
	struct place place = place_event(at);
	cleanup_json struct json *allowed = json_below(judging->release, "deployment.allowed_envs");
	judge_image(judging, place);
	if (!allowed || json_write(allowed, false, &names, &err)) {
		judging->answer->failed = judging->answer->failed || allowed;
		return;
	}
	bool none = !json_length(allowed);
	answer_add(judging->answer, WORD_JUDGE, STATE_HOLDS, "environment-names", NULL, place,
		   none ? "app-compose.json lets nobody set a variable from outside"
			: "app-compose.json lets these variables be set from outside, and no others");
	answer_values(judging->answer, NULL, names.data);
	if (!none)
		answer_add(judging->answer, WORD_JUDGE, STATE_OPEN, "environment-values", "not-measured", no_place,
			   "nothing measures what the variables are set to");
	judge_warnings(judging);
}
