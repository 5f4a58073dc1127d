#include "verdict_report.h"

#include "digest.h"
#include "hex.h"

#include <string.h>
#include <time.h>

static const int64_t verdict_last_time = 253402300799; /* 9999-12-31T23:59:59Z */

void verdict_time(int64_t seconds, char text[TIME_TEXT_SIZE])
{
	struct tm tm;
	time_t time = (time_t)seconds;
	if (!gmtime_r(&time, &tm) || !strftime(text, TIME_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(text, TIME_TEXT_SIZE, "%lld s", (long long)seconds);
}

static struct json *text_or_null(const char *text)
{
	return text && bytes_are_utf8(text, strlen(text)) ? json_string(text) : json_null();
}

static struct json *sha256(const void *data, size_t size, struct err *err)
{
	char digits[DIGEST_HEX_MAX];
	return digest_bytes(SHA256, data, size, digits, err) ? NULL : json_string(digits);
}

static struct json *place_json(const struct place *place)
{
	struct json *json;
	if (!place->source)
		return json_null();
	json = json_object();
	json_set(json, "event", place->has_event ? json_number(place->event) : json_null());
	json_set(json, "offset", place->has_offset ? json_number(place->offset) : json_null());
	json_set(json, "size", place->has_offset || place->size ? json_number(place->size) : json_null());
	json_set(json, "source", json_string(place->source));
	return json;
}

static struct json *line_json(const struct line *line)
{
	struct json *json = json_object();
	json_set(json, "evidence", place_json(&line->place));
	json_set(json, "expected", text_or_null(line->expected));
	json_set(json, "found", text_or_null(line->found));
	json_set(json, "name", json_string(line->name));
	json_set(json, "reason", text_or_null(line->reason));
	json_set(json, "state", json_string(state_name(line->state)));
	json_set(json, "text", text_or_null(line->text));
	return json;
}

/* The codes of the lines that fail, each once, in order; of a word that was left out the code of why. */
static struct json *reasons_json(const struct answer *answer, enum word word)
{
	struct json *list = json_array();
	for (size_t i = 0; i < answer->count; i++) {
		const struct line *line = &answer->lines[i];
		bool is_new = line->word == word && line->state == STATE_FAILS;
		for (size_t before = 0; is_new && before < i; before++) {
			const struct line *other = &answer->lines[before];
			is_new = !(other->word == word && other->state == STATE_FAILS &&
				   !strcmp(other->reason, line->reason));
		}
		if (is_new)
			json_add(list, json_string(line->reason));
	}
	if (answer->left_out[word] && !answer_failed(answer, word))
		json_add(list, json_string(answer->left_out[word]));
	return list;
}

static struct json *word_json(const struct answer *answer, enum word word)
{
	struct json *json = json_object(), *checks = json_array();
	enum state state = answer_word(answer, word);
	for (size_t i = 0; i < answer->count; i++)
		if (answer->lines[i].word == word)
			json_add(checks, line_json(&answer->lines[i]));
	json_set(json, "checks", checks);
	json_set(json, "holds", state == STATE_OPEN ? json_null() : json_boolean(state == STATE_HOLDS));
	json_set(json, "reasons", reasons_json(answer, word));
	json_set(json, "required", json_boolean(answer->required[word]));
	json_set(json, "supplied", json_boolean(answer->supplied[word]));
	return json;
}

static struct json *verify_json(const struct verdict_report *report)
{
	const struct verification *verification = report->verification;
	struct json *json = word_json(report->answer, WORD_VERIFY), *advisories = json_array();
	bool has_status = verification && verification->has_status;
	for (size_t i = 0; has_status && i < verification->advisory_count; i++)
		json_add(advisories, json_string(verification->advisories[i]));
	json_set(json, "advisories", advisories);
	json_set(json, "status", has_status ? json_string(tcb_status_name(verification->status)) : json_null());
	json_set(json, "tcb_date",
		 has_status && *verification->tcb_date ? json_string(verification->tcb_date) : json_null());
	return json;
}

static struct json *root_json(const struct trust *trust, struct err *err)
{
	struct json *json = json_object();
	json_set(json, "intel", json_boolean(trust->is_intel));
	json_set(json, "sha256", sha256(trust->root.data, trust->root.size, err));
	return json;
}

static struct json *quote_json(const struct given_quote *given, struct err *err)
{
	struct json *json = json_object();
	json_set(json, "form", json_string(quote_form_name(given->form)));
	json_set(json, "kind", json_string(quote_body_name(given->quote.body)));
	json_set(json, "padding_zero", json_boolean(view_is_zero(given->quote.padding)));
	json_set(json, "sha256", sha256(given->bytes.data, given->bytes.size, err));
	json_set(json, "size", json_number(given->bytes.size));
	json_set(json, "version", json_number(given->quote.version));
	return json;
}

static struct json *log_json(const struct verdict_report *report)
{
	const struct boot_log *log = report->log;
	if (!log)
		return json_null();
	struct json *json = json_object();
	json_set(json, "boot_events", log->has_boot ? json_number(log->end) : json_null());
	json_set(json, "cut", log->is_read ? json_boolean(log->any.is_cut) : json_null());
	json_set(json, "events", log->is_read ? json_number(log->any.log.count) : json_null());
	json_set(json, "format", log->is_read ? json_string(log_format_name(log->any.format)) : json_null());
	json_set(json, "from", json_string(report->log_came_with_quote ? "quote" : "option"));
	return json;
}

/* Collateral without a date that could be read has no window. */
static struct json *window_json(const struct checked_collateral *collateral)
{
	char text[TIME_TEXT_SIZE];
	if (!collateral || collateral->valid_from <= 0 || collateral->valid_until < collateral->valid_from ||
	    collateral->valid_until > verdict_last_time)
		return json_null();
	struct json *json = json_object();
	verdict_time(collateral->valid_from, text);
	json_set(json, "valid_from", json_string(text));
	verdict_time(collateral->valid_until, text);
	json_set(json, "valid_until", json_string(text));
	return json;
}

struct json *verdict_json(const struct verdict_report *report, struct err *err)
{
	char time[TIME_TEXT_SIZE];
	struct json *json = json_object();
	verdict_time(report->now, time);
	json_set(json, "at", json_string(time));
	json_set(json, "check", word_json(report->answer, WORD_CHECK));
	json_set(json, "collateral", window_json(report->collateral));
	json_set(json, "holds", json_boolean(answer_holds(report->answer)));
	json_set(json, "judge", word_json(report->answer, WORD_JUDGE));
	json_set(json, "log", log_json(report));
	json_set(json, "quote", quote_json(report->given, err));
	json_set(json, "root", root_json(report->trust, err));
	json_set(json, "schema", json_string("kettle-dstack/quote-verdict/1"));
	json_set(json, "without_crls", json_boolean(report->trust->allow_no_crls));
	json_set(json, "verify", verify_json(report));
	return json;
}
