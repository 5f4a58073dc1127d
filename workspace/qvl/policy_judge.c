#include "policy_judge.h"

#include "attributes.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { NAMES_SIZE = 200 };

/* spec: quote-spec.md 1.2: bits of td_attributes under test, and those that mean nothing */
#define TD_UNDER_TEST UINT64_C(0xfe)
#define TD_NAMED                                                                                                       \
	(UINT64_C(1) << TD_DEBUG | UINT64_C(1) << TD_LASS | UINT64_C(1) << TD_SEPT_VE_DISABLE |                        \
	 UINT64_C(1) << TD_MIGRATABLE | UINT64_C(1) << TD_PKS | UINT64_C(1) << TD_KL | UINT64_C(1) << TD_PERFMON)

struct judge {
	const struct quote *quote;
	const struct policy *policy;
	struct checks *checks;
	int failed;
};

static struct evidence in_quote(struct view bytes)
{
	return (struct evidence){SOURCE_QUOTE, bytes};
}

/* One check of the body: its text when it holds, and when it fails. */
static void say(struct judge *judge, bool holds, const char *name, const char *reason, struct view bytes,
		const char *good, const char *bad)
{
	if (holds) {
		checks_hold(judge->checks, STEP_TD_POLICY, name, in_quote(bytes), "%s", good);
		return;
	}
	checks_fail(judge->checks, STEP_TD_POLICY, name, reason, in_quote(bytes), "%s", bad);
	judge->failed = 1;
}

/* Appends to a list in a text; what does not fit is left out. */
static void add_name(char names[NAMES_SIZE], const char *name)
{
	size_t at = strlen(names);
	if (at + strlen(name) + 6 < NAMES_SIZE)
		snprintf(names + at, NAMES_SIZE - at, "%s%s", at ? ", " : "", name);
	else if (names[at - 1] != '.')
		snprintf(names + at, NAMES_SIZE - at, ", ...");
}

/* spec: quote-spec.md 2.15, 7.12: attributes with a name that are neither DEBUG nor SEPT_VE_DISABLE */
static void judge_named(struct judge *judge, struct view bytes, uint64_t attributes)
{
	char names[NAMES_SIZE] = "", text[CHECK_TEXT_SIZE];
	for (unsigned bit = TD_LASS; bit < 64; bit++) {
		bool is_free = bit == TD_SEPT_VE_DISABLE || judge->policy->allowed_attributes >> bit & 1;
		if (!is_free && td_attribute_name(bit) && attributes >> bit & 1)
			add_name(names, td_attribute_name(bit));
	}
	snprintf(text, sizeof text, "%s: not allowed by the policy", names);
	say(judge, !*names, "td-policy.attributes", "attribute-not-allowed", bytes,
	    "no attribute but those that the policy allows", text);
}

static void judge_attributes(struct judge *judge)
{
	struct view bytes = judge->quote->td.td_attributes;
	uint64_t attributes = view_little(bytes);
	say(judge, !(attributes >> TD_DEBUG & 1), "td-policy.debug", "debug", bytes, "DEBUG is clear",
	    "DEBUG is set: the host can read and change the TD");
	say(judge, !(attributes & TD_UNDER_TEST), "td-policy.under-test", "reserved-bits", bytes,
	    "bits 1 to 7 are clear", "bits 1 to 7, which are for TDs under test, are not all clear");
	say(judge, !(attributes & ~(TD_NAMED | TD_UNDER_TEST)), "td-policy.reserved", "reserved-bits", bytes,
	    "reserved bits are clear", "reserved bits are set");
	judge_named(judge, bytes, attributes);
	if (judge->policy->require_sept_ve_disable)
		say(judge, attributes >> TD_SEPT_VE_DISABLE & 1, "td-policy.sept-ve-disable", "sept-ve-disable", bytes,
		    "SEPT_VE_DISABLE is set",
		    "SEPT_VE_DISABLE is clear: the host can interrupt the TD's memory accesses");
	else
		checks_skip(judge->checks, STEP_TD_POLICY, "td-policy.sept-ve-disable", "not-required",
			    "SEPT_VE_DISABLE is %s, and the policy does not ask",
			    attributes >> TD_SEPT_VE_DISABLE & 1 ? "set" : "clear");
}

static void judge_xfam(struct judge *judge)
{
	struct view bytes = judge->quote->td.xfam;
	uint64_t xfam = view_little(bytes), allowed = judge->policy->xfam_allowed;
	uint64_t required = judge->policy->xfam_required;
	char text[CHECK_TEXT_SIZE];
	snprintf(text, sizeof text, "xfam has bits 0x%" PRIx64 ", which are not allowed, and lacks 0x%" PRIx64,
		 xfam & ~allowed, required & ~xfam);
	say(judge, !(xfam & ~allowed) && !(required & ~xfam), "td-policy.xfam", "xfam", bytes,
	    "xfam is within what the policy wants", text);
}

static void judge_service_td(struct judge *judge)
{
	struct view bytes = judge->quote->td.mr_service_td;
	bool is_zero = view_is_zero(bytes);
	if (judge->quote->body != BODY_TD15)
		return;
	say(judge, is_zero || judge->policy->allow_service_td, "td-policy.service-td", "service-td", bytes,
	    is_zero ? "no service TD is bound" : "a service TD is bound, as the policy allows",
	    "mr_service_td is not zero: a service TD is bound, which may change the TD");
}

/* spec: quote-spec.md 2.15 */
static void judge_td(struct judge *judge)
{
	const struct td_report *td = &judge->quote->td;
	judge_attributes(judge);
	say(judge, view_is_zero(td->mr_signer_seam), "td-policy.mr-signer-seam", "mrsigner-mismatch",
	    td->mr_signer_seam, "the TDX module is signed by Intel",
	    "mr_signer_seam is not zero: the TDX module is not signed by Intel");
	judge_service_td(judge);
	judge_xfam(judge);
}

int judge_body(const struct quote *quote, const struct policy *policy, struct checks *checks)
{
	struct judge judge = {.quote = quote, .policy = policy, .checks = checks};
	if (quote->body == BODY_SGX)
		say(&judge, !(view_little(view_of(quote->sgx.attributes.data, 8)) >> SGX_DEBUG & 1), "td-policy.debug",
		    "debug", quote->sgx.attributes, "the enclave is none for debugging",
		    "DEBUG is set: the host can read and change the enclave");
	else
		judge_td(&judge);
	return judge.failed;
}

/* What counts while something is out of date, and may be. */
static enum tcb_status without_delay(enum tcb_status level)
{
	return level == TCB_OUT_OF_DATE                        ? TCB_UP_TO_DATE
	       : level == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED ? TCB_CONFIGURATION_NEEDED
							       : level;
}

/* Seconds since 1970 of YYYY-MM-DDTHH:MM:SSZ, which was looked at when the document was read. */
static int64_t seconds_of(const char *date)
{
	struct tm tm = {0};
	strptime(date, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return timegm(&tm);
}

static const char *earliest(const char *const dates[3])
{
	const char *found = NULL;
	for (size_t i = 0; i < 3 && dates[i]; i++)
		if (!found || strcmp(dates[i], found) < 0)
			found = dates[i];
	return found;
}

static int accept_late(const struct judged_status *it, const struct policy *policy, int64_t now, struct checks *checks)
{
	const char *since = earliest(it->dates);
	bool is_late = it->status == TCB_OUT_OF_DATE || it->status == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
	enum tcb_status otherwise = without_delay(it->level);
	if (!is_late || !since || !policy->grace_seconds || !policy->accepted[otherwise] ||
	    now > seconds_of(since) + policy->grace_seconds)
		return 1;
	checks_hold(checks, STEP_STATUS_POLICY, "status-policy.status", no_evidence,
		    "%s, and within the grace of %" PRId64 " seconds since %s accepted as %s",
		    tcb_status_name(it->status), policy->grace_seconds, since, tcb_status_name(otherwise));
	return 0;
}

/* spec: quote-spec.md 2.16 */
static int judge_named_status(const struct judged_status *it, const struct policy *policy, int64_t now,
			      struct checks *checks)
{
	const char *since = earliest(it->dates);
	if (it->status != TCB_REVOKED && policy->accepted[it->status]) {
		checks_hold(checks, STEP_STATUS_POLICY, "status-policy.status", no_evidence, "%s, which is accepted",
			    tcb_status_name(it->status));
		return 0;
	}
	if (!accept_late(it, policy, now, checks))
		return 0;
	checks_fail(checks, STEP_STATUS_POLICY, "status-policy.status", "status-not-accepted", no_evidence,
		    "%s, which is %saccepted%s%s", tcb_status_name(it->status),
		    it->status == TCB_REVOKED ? "never " : "not ", since ? ": what is out of date is of " : "",
		    since ? since : "");
	return 1;
}

static bool accepts(const struct advisories *list, const char *id)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->ids[i], id))
			return true;
	return false;
}

/* spec: quote-spec.md 7.13 */
static int judge_advisories(const struct judged_status *it, const struct policy *policy, struct checks *checks)
{
	char names[NAMES_SIZE] = "";
	size_t refused = 0;
	if (!policy->has_advisories) {
		checks_skip(checks, STEP_STATUS_POLICY, "status-policy.advisories", "not-required",
			    "%zu advisories, and the policy has no list of them", it->advisory_count);
		return 0;
	}
	for (size_t i = 0; i < it->advisory_count; i++) {
		if (accepts(&policy->advisories, it->advisories[i]))
			continue;
		add_name(names, it->advisories[i]);
		refused++;
	}
	if (!refused) {
		checks_hold(checks, STEP_STATUS_POLICY, "status-policy.advisories", no_evidence,
			    "%zu advisories, all of them accepted", it->advisory_count);
		return 0;
	}
	checks_fail(checks, STEP_STATUS_POLICY, "status-policy.advisories", "advisory-not-accepted", no_evidence,
		    "%zu of %zu advisories are not accepted: %s", refused, it->advisory_count, names);
	return 1;
}

int judge_status(const struct judged_status *it, const struct policy *policy, int64_t now, struct checks *checks)
{
	int failed = judge_named_status(it, policy, now, checks);
	return judge_advisories(it, policy, checks) || failed;
}
