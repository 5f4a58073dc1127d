#include "policy.h"

#include "attributes.h"
#include "hex.h"
#include "view.h"

#include <string.h>

/* spec: quote-spec.md 2.15, 2.16, 7.12 */
void policy_default(struct policy *policy)
{
	*policy = (struct policy){
		.accepted = {[TCB_UP_TO_DATE] = true},
		.require_sept_ve_disable = true,
		.xfam_allowed = UINT64_MAX,
	};
}

void policy_free(struct policy *policy)
{
	advisories_free(&policy->advisories);
}

/* Each text of the array goes to add(). */
static int each_text(const struct json *array, int (*add)(struct policy *, const char *, struct err *),
		     struct policy *policy, struct err *err)
{
	for (size_t i = 0; i < json_length(array); i++) {
		cleanup_json struct json *item = json_at(array, i);
		if (!item || json_kind(item) != JSON_STRING)
			return err_bad(err, "%zu: not a string", i);
		if (add(policy, json_text(item), err))
			return err_prefix(err, "%zu", i);
	}
	return 0;
}

/* spec: quote-spec.md 2.16: never Revoked */
static int add_status(struct policy *policy, const char *name, struct err *err)
{
	enum tcb_status status;
	if (tcb_status_find(name, &status, err))
		return -1;
	if (status == TCB_REVOKED)
		return err_bad(err, "Revoked is never accepted");
	if (policy->accepted[status])
		return err_bad(err, "given twice");
	policy->accepted[status] = true;
	return 0;
}

/* An id of Intel's: capitals, digits and hyphens, so that no text of a policy is anything else in a message. */
static bool is_advisory(const char *id)
{
	size_t size = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
	return size && size < POLICY_ADVISORY_SIZE && !id[size];
}

static int add_advisory(struct policy *policy, const char *id, struct err *err)
{
	struct advisories *list = &policy->advisories;
	if (!is_advisory(id))
		return err_bad(err, "not an advisory's id");
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->ids[i], id))
			return err_bad(err, "given twice");
	list->ids[list->count] = strdup(id);
	return list->ids[list->count++] ? 0 : err_system(err, EX_OSERR, "memory");
}

/* spec: quote-spec.md 7.12 */
static int add_attribute(struct policy *policy, const char *name, struct err *err)
{
	unsigned bit = 0;
	while (bit < 64 && (!td_attribute_name(bit) || strcmp(name, td_attribute_name(bit)) != 0))
		bit++;
	if (bit == 64)
		return err_bad(err, "unknown attribute");
	if (bit == TD_DEBUG)
		return err_bad(err, "DEBUG cannot be allowed");
	if (policy->allowed_attributes >> bit & 1)
		return err_bad(err, "given twice");
	policy->allowed_attributes |= UINT64_C(1) << bit;
	return 0;
}

static int take_statuses(const struct json *value, struct policy *policy, struct err *err)
{
	memset(policy->accepted, 0, sizeof policy->accepted);
	return each_text(value, add_status, policy, err);
}

static int take_advisories(const struct json *value, struct policy *policy, struct err *err)
{
	if (json_length(value) > POLICY_ADVISORIES)
		return err_bad(err, "more than %d", POLICY_ADVISORIES);
	policy->has_advisories = true;
	policy->advisories.ids = calloc(json_length(value) + 1, sizeof *policy->advisories.ids);
	if (!policy->advisories.ids)
		return err_system(err, EX_OSERR, "memory");
	return each_text(value, add_advisory, policy, err);
}

static int take_attributes(const struct json *value, struct policy *policy, struct err *err)
{
	return each_text(value, add_attribute, policy, err);
}

static int whole_number(const struct json *value, double max, double *number, struct err *err)
{
	*number = json_double(value);
	/* A number that is none compares false. */
	if (!(*number >= 0 && *number <= max) || *number != (double)(uint64_t)*number)
		return err_bad(err, "not a whole number from 0 to %.0f", max);
	return 0;
}

static int take_grace(const struct json *value, struct policy *policy, struct err *err)
{
	double number;
	if (whole_number(value, UINT32_MAX, &number, err))
		return -1;
	policy->grace_seconds = (int64_t)number;
	return 0;
}

static int take_evaluation_number(const struct json *value, struct policy *policy, struct err *err)
{
	double number;
	if (whole_number(value, UINT32_MAX, &number, err))
		return -1;
	policy->minimum_evaluation_number = (uint32_t)number;
	return 0;
}

static int take_sept(const struct json *value, struct policy *policy, struct err *err)
{
	(void)err;
	policy->require_sept_ve_disable = json_true(value);
	return 0;
}

static int take_service_td(const struct json *value, struct policy *policy, struct err *err)
{
	(void)err;
	policy->allow_service_td = json_true(value);
	return 0;
}

static int take_bits(const struct json *value, uint64_t *bits, struct err *err)
{
	uint8_t bytes[8];
	if (hex_read(json_text(value), bytes, sizeof bytes))
		return err_bad(err, "not 16 hexadecimal digits");
	*bits = view_little(view_of(bytes, sizeof bytes));
	return 0;
}

static int take_xfam_allowed(const struct json *value, struct policy *policy, struct err *err)
{
	return take_bits(value, &policy->xfam_allowed, err);
}

static int take_xfam_required(const struct json *value, struct policy *policy, struct err *err)
{
	return take_bits(value, &policy->xfam_required, err);
}

static const struct member {
	const char *name;
	enum json_kind kind;
	int (*take)(const struct json *value, struct policy *policy, struct err *err);
} members[] = {
	{"accepted_statuses", JSON_ARRAY, take_statuses},
	{"accepted_advisories", JSON_ARRAY, take_advisories},
	{"grace_seconds", JSON_NUMBER, take_grace},
	{"minimum_evaluation_number", JSON_NUMBER, take_evaluation_number},
	{"allowed_attributes", JSON_ARRAY, take_attributes},
	{"require_sept_ve_disable", JSON_BOOLEAN, take_sept},
	{"allow_service_td", JSON_BOOLEAN, take_service_td},
	{"xfam_allowed", JSON_STRING, take_xfam_allowed},
	{"xfam_required", JSON_STRING, take_xfam_required},
};
enum { MEMBERS = sizeof members / sizeof *members };

static int take(const struct json *json, const struct member *member, struct policy *policy, struct err *err)
{
	cleanup_json struct json *there = json_get(json, member->name);
	if (!there)
		return 0;
	cleanup_json struct json *value = json_need(json, member->name, member->kind, err);
	if (!value)
		return -1;
	return member->take(value, policy, err) ? err_prefix(err, "%s", member->name) : 0;
}

int policy_parse(const char *text, size_t size, struct policy *policy, struct err *err)
{
	const char *names[MEMBERS + 1] = {0};
	policy_default(policy);
	if (size > POLICY_CAP)
		return err_bad(err, "larger than %d bytes", POLICY_CAP);
	cleanup_json struct json *json = json_parse(text, size, err);
	if (!json)
		return -1;
	if (json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	for (size_t i = 0; i < MEMBERS; i++)
		names[i] = members[i].name;
	if (json_only(json, names, err))
		return -1;
	for (size_t i = 0; i < MEMBERS; i++)
		if (take(json, &members[i], policy, err))
			return -1;
	if (policy->xfam_required & ~policy->xfam_allowed)
		return err_bad(err, "xfam_required: has bits that xfam_allowed has not");
	return 0;
}
