/* What is judged of kettle's three events, which come after the boot: anybody with the agent's socket can have them
 * made, and the compose text says who that is. docs/measured.md, "What a verifier should demand". */
#include "judging.h"

#include "hex.h"
#include "program.h"

#include <string.h>

enum { MANIFEST, APP, CONFIG, KETTLE_EVENTS };
static const char *const names[KETTLE_EVENTS] = {"kettle-manifest", "kettle-app", "kettle-config"};

struct kettle {
	const struct judging *judging;
	struct bytes expected[KETTLE_EVENTS]; /* by the release */
	bool is_expected[KETTLE_EVENTS];
	size_t groups, last; /* complete ones, and where the last begins */
	bool is_cut_off;     /* the last group is not complete */
	size_t stray;        /* an event out of order; the count of the log: none */
};

static void kettle_free(struct kettle *kettle)
{
	for (unsigned i = 0; i < KETTLE_EVENTS; i++)
		bytes_free(&kettle->expected[i]);
}

static const struct event_log *log_of(const struct kettle *kettle)
{
	return &kettle->judging->log->any.log;
}

static int take_hex(struct kettle *kettle, unsigned i, const char *text, struct err *err)
{
	size_t size = text ? strlen(text) / 2 : 0;
	cleanup_free uint8_t *raw = malloc(size + 1);
	if (!text || kettle->is_expected[i])
		return 0;
	if (!raw)
		return err_system(err, EX_OSERR, "%s", names[i]);
	if (hex_read(text, raw, size))
		return err_bad(err, "release: %s: not hexadecimal digits", names[i]);
	kettle->is_expected[i] = true;
	return bytes_add(&kettle->expected[i], raw, size, err);
}

/* From the checks, where the release was made with a manifest, and from the deployment. */
static int take_release(struct kettle *kettle, struct err *err)
{
	const struct json *release = kettle->judging->release;
	cleanup_json struct json *checks = release ? json_below(release, "tdx.rtmr3.checks") : NULL;
	for (size_t at = 0; checks && at < json_length(checks); at++) {
		cleanup_json struct json *check = json_at(checks, at);
		cleanup_free char *event = check ? json_text_below(check, "event") : NULL;
		cleanup_free char *kind = check ? json_text_below(check, "check") : NULL;
		cleanup_free char *value = check ? json_text_below(check, "value") : NULL;
		for (unsigned i = 0; event && kind && !strcmp(kind, "exact") && i < KETTLE_EVENTS; i++)
			if (!strcmp(event, names[i]) && take_hex(kettle, i, value, err))
				return -1;
	}
	if (!release)
		return 0;
	cleanup_free char *manifest = json_text_below(release, "deployment.manifest.sha256");
	cleanup_free char *app = json_text_below(release, "deployment.manifest.app_sha256");
	return take_hex(kettle, MANIFEST, manifest, err) || take_hex(kettle, APP, app, err) ? -1 : 0;
}

/* Groups of three, next to each other and in order. A group that breaks off was a start that came to nothing. */
static void scan(struct kettle *kettle)
{
	const struct event_log *events = log_of(kettle);
	size_t begin = 0, at = 0; /* of the group at hand: its first event, and how many it has */
	kettle->stray = events->count;
	for (size_t i = kettle->judging->log->end; i < events->count; i++) {
		const char *name = events->events[i].name;
		if (events->events[i].type != EVENT_RUNTIME || strncmp(name, "kettle-", 7))
			continue;
		bool is_next = at && !strcmp(name, names[at]) && i == begin + at;
		if (!is_next && strcmp(name, names[0])) {
			kettle->stray = i;
			return;
		}
		begin = is_next ? begin : i;
		at = is_next ? at + 1 : 1;
		if (at < KETTLE_EVENTS)
			continue;
		kettle->groups++;
		kettle->last = begin;
		at = 0;
	}
	kettle->is_cut_off = at;
}

static struct view payload(const struct kettle *kettle, size_t index)
{
	const struct event *event = &log_of(kettle)->events[index];
	return view_of(event->payload.data ? event->payload.data : "", event->payload.size);
}

/* spec: docs/measured.md: require_measured in the last kettle-config is true */
static void judge_required(const struct kettle *kettle)
{
	struct err err;
	struct view text = payload(kettle, kettle->last + CONFIG);
	cleanup_json struct json *json = json_parse((const char *)text.data, text.size, &err);
	cleanup_json struct json *required = json ? json_get(json, "require_measured") : NULL;
	bool holds = required && json_kind(required) == JSON_BOOLEAN && json_true(required);
	answer_add(kettle->judging->answer, WORD_JUDGE, holds ? STATE_HOLDS : STATE_FAILS, "kettle-required",
		   holds ? NULL : "not-required", place_event(kettle->last + CONFIG),
		   holds ? "kettle starts no app that is not measured"
			 : "kettle was not told --require-measured: an app that is not measured may run now");
	answer_values(kettle->judging->answer, NULL, json ? printable((const char *)text.data) : NULL);
}

static void judge_last_group(const struct kettle *kettle)
{
	struct answer *answer = kettle->judging->answer;
	for (unsigned i = 0; i < KETTLE_EVENTS; i++) {
		struct view expected = view_of(kettle->expected[i].data, kettle->expected[i].size);
		if (kettle->is_expected[i]) {
			judge_payload(kettle->judging, names[i], kettle->last + i, expected, "the release's");
			continue;
		}
		answer_add(answer, WORD_JUDGE, STATE_OPEN, names[i], "not-computed", place_event(kettle->last + i),
			   "the release says nothing of it");
		answer_bytes(answer, view_of(NULL, 0), payload(kettle, kettle->last + i));
	}
}

/* Each was an app that ran with this VM's secrets. */
static void judge_earlier(const struct kettle *kettle)
{
	const struct event_log *events = log_of(kettle);
	for (size_t i = kettle->judging->log->end; i < kettle->last; i++)
		for (unsigned which = 0; which < KETTLE_EVENTS; which++) {
			struct view expected = view_of(kettle->expected[which].data, kettle->expected[which].size);
			if (events->events[i].imr != 3 || strcmp(events->events[i].name, names[which]) ||
			    !kettle->is_expected[which] || view_is(payload(kettle, i), expected))
				continue;
			answer_add(kettle->judging->answer, WORD_JUDGE, STATE_FAILS, names[which], "earlier-app",
				   place_event(i), "an earlier start in this VM had another");
			answer_bytes(kettle->judging->answer, expected, payload(kettle, i));
		}
}

static void say(const struct kettle *kettle, enum state state, const char *reason, struct place place, const char *text)
{
	answer_add(kettle->judging->answer, WORD_JUDGE, state, "kettle", reason, place, "%s", text);
}

/* By --expected: the last group is what runs. */
static void judge_demands(const struct kettle *kettle)
{
	const struct demands *demands = kettle->judging->demands;
	for (size_t at = 0; at < demands->count; at++)
		for (unsigned i = 0; i < KETTLE_EVENTS; i++)
			if (!strcmp(demands->list[at].name, names[i]))
				judge_payload(kettle->judging, names[i], kettle->last + i,
					      view_of(demands->list[at].value.data, demands->list[at].value.size),
					      "what --expected says");
}

static bool is_demanded(const struct kettle *kettle)
{
	const struct demands *demands = kettle->judging->demands;
	for (unsigned i = 0; i < KETTLE_EVENTS; i++)
		if (kettle->is_expected[i])
			return true;
	for (size_t i = 0; i < demands->count; i++)
		if (demands->list[i].kind == DEMAND_KETTLE_EVENT)
			return true;
	return false;
}

static void judge_groups(const struct kettle *kettle, bool demanded)
{
	struct place stray = place_event(kettle->stray);
	if (kettle->stray < log_of(kettle)->count)
		say(kettle, STATE_FAILS, "kettle-order", stray,
		    "an event of kettle's stands where none can: not three next to each other, in order");
	else if (kettle->is_cut_off)
		say(kettle, STATE_FAILS, "kettle-incomplete", no_place,
		    "the last start broke off: nothing that is known runs now");
	else if (!kettle->groups)
		say(kettle, demanded ? STATE_FAILS : STATE_OPEN, "missing", no_place,
		    "kettle has measured nothing: of the app nothing is known");
	else {
		judge_last_group(kettle);
		judge_earlier(kettle);
		judge_required(kettle);
		judge_demands(kettle);
	}
}

int judge_kettle(const struct judging *judging, struct err *err)
{
	cleanup(kettle_free) struct kettle kettle = {.judging = judging};
	if (take_release(&kettle, err))
		return -1;
	bool demanded = is_demanded(&kettle);
	if (!demanded && !judging->release)
		return 0;
	if (judging->no_log) {
		say(&kettle, demanded ? STATE_FAILS : STATE_OPEN, judging->no_log, no_place,
		    "there is no event log whose check holds");
		return 0;
	}
	scan(&kettle);
	judge_groups(&kettle, demanded);
	return 0;
}
