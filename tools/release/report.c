#include "report.h"

#include <ctype.h>
#include <string.h>

static int add_line(struct bytes *into, const char *before, const char *text, struct err *err)
{
	return bytes_add(into, before, strlen(before), err) || bytes_add_plain(into, text, err) ||
	       bytes_add(into, "\n", 1, err);
}

/* VERDICT  CHECK  OBJECT: REASON [CODE], and below it what was claimed and what was found. */
static int add_finding(const struct finding *finding, struct bytes *into, struct err *err)
{
	static const char below[] = "                                      ";
	char verdict[16] = "";
	const char *name = verdict_name(finding->verdict);
	for (size_t i = 0; name[i]; i++)
		verdict[i] = (char)(finding->verdict == VERDICT_FALSE ? toupper((unsigned char)name[i]) : name[i]);
	if (bytes_addf(into, err, "  %-14s%-22s", verdict, finding->check) ||
	    (finding->object && (bytes_add_plain(into, finding->object, err) || bytes_add(into, ": ", 2, err))) ||
	    bytes_add_plain(into, finding->reason, err) ||
	    (finding->code && bytes_addf(into, err, " [%s]", finding->code)) || bytes_add(into, "\n", 1, err))
		return -1;
	if (!finding->expected && !finding->observed)
		return 0;
	return bytes_addf(into, err, "%sclaimed  ", below) ||
	       add_line(into, "", finding->expected ? finding->expected : "nothing", err) ||
	       bytes_addf(into, err, "%sfound    ", below) ||
	       add_line(into, "", finding->observed ? finding->observed : "nothing", err);
}

/* The finding that the whole is because of; NULL when it holds. */
static const struct finding *deciding(const struct findings *findings)
{
	enum verdict verdict = findings_verdict(findings);
	for (size_t i = 0; verdict != VERDICT_HOLDS && i < findings->count; i++)
		if (findings->items[i].verdict == verdict)
			return &findings->items[i];
	return NULL;
}

/* "does not hold: REASON", or "holds", and by name what was not checked. */
static int add_verdict(const struct findings *findings, struct bytes *into, struct err *err)
{
	const struct finding *why = deciding(findings);
	const char *between = "; not checked: ", *last = "";
	if (bytes_addf(into, err, "%s", verdict_name(findings_verdict(findings))))
		return -1;
	if (why && (bytes_add(into, ": ", 2, err) ||
		    (why->object && (bytes_add_plain(into, why->object, err) || bytes_add(into, ": ", 2, err))) ||
		    bytes_add_plain(into, why->reason, err)))
		return -1;
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->items[i].verdict != VERDICT_UNCHECKED || !strcmp(last, findings->items[i].check))
			continue;
		last = findings->items[i].check;
		if (bytes_addf(into, err, "%s%s", between, last))
			return -1;
		between = ", ";
	}
	return bytes_add(into, "\n", 1, err);
}

static char *image_name(const struct judgement *judgement)
{
	return judgement->measurements ? json_text_below(judgement->measurements, "image.name") : NULL;
}

int report_text(const struct judgement *judgement, struct bytes *into, struct err *err)
{
	const struct findings *findings = &judgement->findings;
	cleanup_free char *image = image_name(judgement);
	if (bytes_add_plain(into, image ? image : "a release", err) ||
	    (judgement->version && (bytes_add(into, " ", 1, err) || bytes_add_plain(into, judgement->version, err))) ||
	    (*judgement->manifest && bytes_addf(into, err, " sha256:%s", judgement->manifest)) ||
	    (judgement->commit &&
	     (bytes_add(into, " from commit ", 13, err) || bytes_add_plain(into, judgement->commit, err))) ||
	    bytes_add(into, "\n\n", 2, err))
		return -1;
	for (size_t i = 0; i < findings->count; i++)
		if (add_finding(&findings->items[i], into, err))
			return -1;
	if (findings->left_out && bytes_addf(into, err, "  and %zu more of the same kind\n", findings->left_out))
		return -1;
	return bytes_add(into, "\n", 1, err) || add_verdict(findings, into, err) ? -1 : 0;
}

static struct json *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static struct json *finding_json(const struct finding *finding)
{
	struct json *json = json_object();
	json_set(json, "check", json_string(finding->check));
	json_set(json, "code", text_or_null(finding->code));
	json_set(json, "expected", text_or_null(finding->expected));
	json_set(json, "object", text_or_null(finding->object));
	json_set(json, "observed", text_or_null(finding->observed));
	json_set(json, "reason", json_string(finding->reason));
	json_set(json, "verdict", json_string(verdict_name(finding->verdict)));
	return json;
}

static struct json *release_json(const struct judgement *judgement)
{
	struct json *json = json_object();
	cleanup_free char *image = image_name(judgement);
	json_set(json, "commit", text_or_null(judgement->commit));
	json_set(json, "image", text_or_null(image));
	json_set(json, "manifest", text_or_null(*judgement->manifest ? judgement->manifest : NULL));
	json_set(json, "version", text_or_null(judgement->version));
	return json;
}

static struct json *question_json(const struct question *question)
{
	struct json *json = json_object();
	json_set(json, "checkout", json_boolean(question->checkout || question->rebuilt_measurements));
	json_set(json, "keys", json_boolean(question->keys));
	json_set(json, "rebuilders", json_number(question->rebuilders));
	json_set(json, "rebuilt", json_boolean(question->rebuilt_image));
	json_set(json, "subject", text_or_null(question->subject));
	json_set(json, "threshold", json_number(question->threshold));
	return json;
}

static struct json *keys_json(const struct keyring_key *const keys[], size_t count)
{
	struct json *list = json_array();
	for (size_t i = 0; i < count; i++) {
		struct json *key = json_object();
		json_set(key, "file", json_string(keys[i]->name));
		json_set(key, "keyid", json_string(key_id(keys[i]->key)));
		json_add(list, key);
	}
	return list;
}

static struct json *rebuilders_json(const struct judgement *judgement)
{
	const struct keyring_key *who[KEYRING_MAX];
	size_t count = 0;
	for (size_t i = 0; i < judgement->rebuilders.count; i++)
		if (judgement->has_rebuilt[i])
			who[count++] = &judgement->rebuilders.keys[i];
	return keys_json(who, count);
}

struct json *report_json(const struct judgement *judgement)
{
	struct json *json = json_object(), *list = json_array(), *hashed = json_object();
	const struct findings *findings = &judgement->findings;
	for (size_t i = 0; i < findings->count; i++)
		json_add(list, finding_json(&findings->items[i]));
	json_set(hashed, "bytes", json_number(judgement->bytes));
	json_set(hashed, "files", json_number(judgement->release.count));
	json_set(json, "findings", list);
	json_set(json, "findings_left_out", json_number(findings->left_out));
	json_set(json, "hashed", hashed);
	json_set(json, "question", question_json(judgement->question));
	json_set(json, "rebuilders", rebuilders_json(judgement));
	json_set(json, "release", release_json(judgement));
	json_set(json, "schema", json_string("kettle-dstack/verdict/1"));
	json_set(json, "signers", keys_json(judgement->signers, judgement->signers_count));
	json_set(json, "verdict", json_string(verdict_name(findings_verdict(findings))));
	return json;
}
