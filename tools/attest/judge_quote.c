/* What is judged of the quote alone: fields, report data, registers, mr_config_id. */
#include "judging.h"

#include "hex.h"
#include "quote_fields.h"

#include <string.h>

int release_check(const struct json *release, struct err *err)
{
	static const char schema[] = "kettle-dstack/measurements/1";
	cleanup_free char *named = json_text_below(release, "schema");
	return named && !strcmp(named, schema) ? 0 : err_bad(err, "its schema is not %s", schema);
}

static struct place place_field(const struct judging *judging, struct view field)
{
	return place_in("quote", judging->given->quote.bytes, field);
}

static void compare(const struct judging *judging, const char *name, struct view expected, struct view found,
		    const char *from)
{
	bool same = view_is(expected, found);
	answer_add(judging->answer, WORD_JUDGE, same ? STATE_HOLDS : STATE_FAILS, name, same ? NULL : "differs",
		   place_field(judging, found), same ? "is %s" : "is not %s", from);
	answer_bytes(judging->answer, expected, found);
}

static bool find_field(const struct quote *quote, const char *name, struct view *value)
{
	struct quote_field list[QUOTE_FIELDS];
	size_t count = quote_fields(quote, list);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].group, "body") || strcmp(list[i].name, name))
			continue;
		*value = list[i].value;
		return true;
	}
	return false;
}

void judge_fields(const struct judging *judging)
{
	for (size_t i = 0; i < judging->demands->count; i++) {
		const struct demand *demand = &judging->demands->list[i];
		struct view found, expected = view_of(demand->value.data, demand->value.size);
		if (demand->kind != DEMAND_FIELD)
			continue;
		if (find_field(&judging->given->quote, demand->name, &found)) {
			compare(judging, demand->shown, expected, found, "what --expected says");
			continue;
		}
		answer_add(judging->answer, WORD_JUDGE, STATE_FAILS, demand->shown, "missing", no_place,
			   "the quote, of a body of kind %s, has no such field",
			   quote_body_name(judging->given->quote.body));
		answer_bytes(judging->answer, expected, view_of(NULL, 0));
	}
}

static int judge_certificate(const struct judging *judging, struct err *err)
{
	uint8_t expected[BINDING_SIZE];
	const struct given_quote *given = judging->given;
	if (!given->key_info.size)
		return 0;
	if (binding_ratls(given->key_info.data, given->key_info.size, expected, err))
		return -1;
	compare(judging, "certificate-key", view_of(expected, sizeof expected), quote_report_data(&given->quote),
		"the binding of the certificate's key, SHA-512(\"ratls-cert:\" and its SubjectPublicKeyInfo)");
	return 0;
}

int judge_report_data(const struct judging *judging, struct err *err)
{
	struct view found = quote_report_data(&judging->given->quote);
	if (judge_certificate(judging, err))
		return -1;
	if (judging->has_report_data) {
		compare(judging, "report-data", view_of(judging->report_data, BINDING_SIZE), found,
			"what was asked for");
		if (!judging->has_nonce)
			answer_add(judging->answer, WORD_JUDGE, STATE_OPEN, "freshness", "not-supplied", no_place,
				   "the key is bound without a nonce, so the quote may be of any age");
		return 0;
	}
	answer_add(
		judging->answer, WORD_JUDGE, STATE_OPEN, "report-data", "not-supplied", place_field(judging, found),
		"nobody said what they should be (--report-data, --bind): the quote may be old, or made for another");
	answer_bytes(judging->answer, view_of(NULL, 0), found);
	return 0;
}

/* Registers. */

enum { TARGETS = 4 };
static const char *const targets[TARGETS] = {"mrtd", "rtmr0", "rtmr1", "rtmr2"};

static struct view target(const struct quote *quote, unsigned i)
{
	return i ? quote->td.rtmr[i - 1] : quote->td.mr_td;
}

static bool is_hex_of(const char *text, struct view value)
{
	uint8_t raw[REGISTER_SIZE];
	return text && !hex_read(text, raw, sizeof raw) && view_is(view_of(raw, sizeof raw), value);
}

static unsigned count_same(const struct quote *quote, const struct json *vm)
{
	unsigned count = 0;
	for (unsigned i = 0; i < TARGETS; i++) {
		cleanup_free char *text = json_text_below(vm, targets[i]);
		count += is_hex_of(text, target(quote, i));
	}
	return count;
}

/* The shape that has most of the registers; the first of several. */
static struct json *nearest(const struct quote *quote, const struct json *vms)
{
	cleanup_json struct json *best = NULL;
	unsigned most = 0;
	for (size_t i = 0; i < json_length(vms); i++) {
		cleanup_json struct json *vm = json_at(vms, i);
		unsigned same = vm ? count_same(quote, vm) : 0;
		if (!vm || (best && same <= most))
			continue;
		json_free(best);
		best = steal(&vm);
		most = same;
	}
	return steal(&best);
}

static void judge_target(const struct judging *judging, const struct json *vm, unsigned i)
{
	char found[2 * REGISTER_SIZE + 1];
	struct view value = target(&judging->given->quote, i);
	cleanup_free char *expected = json_text_below(vm, targets[i]);
	cleanup_free char *shape = json_text_below(vm, "name");
	bool same = is_hex_of(expected, value);
	hex_write(value.data, value.size, found);
	answer_add(judging->answer, WORD_JUDGE, same ? STATE_HOLDS : STATE_FAILS, targets[i],
		   same ? NULL : "register-differs", place_field(judging, value),
		   same ? "is the release's for the shape '%s'"
			: "is of no shape of the release, of which '%s' is nearest",
		   shape ? shape : "");
	answer_values(judging->answer, expected, found);
}

static void judge_shapes(const struct judging *judging)
{
	cleanup_json struct json *vms = json_below(judging->release, "tdx.vms");
	cleanup_json struct json *vm = vms ? nearest(&judging->given->quote, vms) : NULL;
	for (unsigned i = 0; vm && i < TARGETS; i++)
		judge_target(judging, vm, i);
	for (unsigned i = 0; !vm && i < TARGETS; i++) {
		struct view value = target(&judging->given->quote, i);
		answer_add(judging->answer, WORD_JUDGE, STATE_OPEN, targets[i], "not-computed",
			   place_field(judging, value), "the release was made without an OS image, and has no value");
		answer_bytes(judging->answer, view_of(NULL, 0), value);
	}
}

/* Whoever restarts an app extends the register again, so a value that is another is for the events to judge; without
 * events it does not hold. */
static void judge_last(const struct judging *judging)
{
	char found[2 * REGISTER_SIZE + 1];
	struct view value = judging->given->quote.td.rtmr[3];
	struct place place = place_field(judging, value);
	cleanup_free char *expected = json_text_below(judging->release, "tdx.rtmr3.rtmr3");
	hex_write(value.data, value.size, found);
	if (is_hex_of(expected, value))
		answer_add(judging->answer, WORD_JUDGE, STATE_HOLDS, "rtmr3", NULL, place,
			   "is what the release predicts");
	else if (!judging->no_log)
		answer_add(judging->answer, WORD_JUDGE, STATE_OPEN, "rtmr3", "by-events", place,
			   "is judged by its events, below");
	else if (expected)
		answer_add(judging->answer, WORD_JUDGE, STATE_FAILS, "rtmr3", "register-differs", place,
			   "is not what the release predicts; a log would say in which event");
	else
		answer_add(judging->answer, WORD_JUDGE, STATE_FAILS, "rtmr3", judging->no_log, place,
			   "has no one value in the release, and there is no log to judge it by");
	answer_values(judging->answer, expected, found);
}

void judge_registers(const struct judging *judging)
{
	if (!judging->release)
		return;
	if (judging->given->quote.body == BODY_SGX) {
		answer_add(judging->answer, WORD_JUDGE, STATE_FAILS, "mrtd", "not-tdx", no_place,
			   "a release is of TDs, and the quote is an enclave's");
		return;
	}
	judge_shapes(judging);
	judge_last(judging);
}

/* mr_config_id. spec: rtmr3-spec.md 12.13: compared, never taken apart */

static void say_config(const struct judging *judging, enum state state, const char *reason, struct view expected,
		       const char *text)
{
	struct view found = judging->given->quote.td.mr_config_id;
	answer_add(judging->answer, WORD_JUDGE, state, "mr-config-id", reason, place_field(judging, found), "%s", text);
	answer_bytes(judging->answer, expected, found);
}

static void config_of_release(const struct judging *judging)
{
	static const char *const forms[] = {"v1", "v2", "v3"};
	char path[64], text[96];
	struct view found = judging->given->quote.td.mr_config_id;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		snprintf(path, sizeof path, "deployment.mr_config_id.%s", forms[i]);
		cleanup_free char *value = json_text_below(judging->release, path);
		if (!is_hex_of(value, found))
			continue;
		snprintf(text, sizeof text, "is the release's deployment, in the form %s", forms[i]);
		say_config(judging, STATE_HOLDS, NULL, found, text);
		return;
	}
	say_config(judging, STATE_FAILS, "differs", view_of(NULL, 0),
		   "is neither zeros nor any form of the release's deployment");
}

static void config_of_hash(const struct judging *judging, struct view hash)
{
	struct view found = judging->given->quote.td.mr_config_id;
	uint8_t value[REGISTER_SIZE] = {1};
	struct view first = view_of(value, sizeof value);
	if (hash.size != SHA256_SIZE)
		return;
	memcpy(value + 1, hash.data, hash.size);
	if (view_is(found, first))
		say_config(judging, STATE_HOLDS, NULL, first, "is the expected compose hash, in the form v1");
	else if (*found.data == 2 || *found.data == 3)
		say_config(judging, STATE_OPEN, "not-computed", view_of(NULL, 0),
			   "is of a form that needs more than a compose hash: give a release, or mr-config-id");
	else
		say_config(judging, STATE_FAILS, "differs", first,
			   "is neither zeros nor the expected compose hash, in the form v1");
}

static const struct demand *find_demand(const struct demands *demands, const char *name)
{
	for (size_t i = 0; i < demands->count; i++)
		if (!strcmp(demands->list[i].name, name))
			return &demands->list[i];
	return NULL;
}

void judge_config_id(const struct judging *judging)
{
	const struct quote *quote = &judging->given->quote;
	const struct demand *hash = find_demand(judging->demands, "compose-hash");
	cleanup_free char *released =
		judging->release ? json_text_below(judging->release, "deployment.mr_config_id.v1") : NULL;
	bool is_demanded = find_demand(judging->demands, "mr_config_id"); /* which judge_fields() does */
	if (quote->body == BODY_SGX || (!released && (!hash || is_demanded)))
		return;
	if (view_is_zero(quote->td.mr_config_id))
		say_config(judging, STATE_HOLDS, NULL, view_of(NULL, 0),
			   "is not used: the compose hash is in rtmr3 alone");
	else if (released)
		config_of_release(judging);
	else
		config_of_hash(judging, view_of(hash->value.data, hash->value.size));
}
