#include "tcb_verify.h"

#include <string.h>

static void take_svns(const struct quote *quote, const struct pck_extension *pck, struct platform_svns *svns)
{
	*svns = (struct platform_svns){.pce_svn = pck->pce_svn, .is_tdx = quote->body != BODY_SGX};
	memcpy(svns->sgx, pck->component_svns, sizeof svns->sgx);
	if (svns->is_tdx)
		memcpy(svns->tdx, quote->td.tee_tcb_svn.data, sizeof svns->tdx);
}

struct reached {
	const char *name, *what;
	struct evidence evidence;
	const struct tcb_level *level;
	const struct tcb_miss *highest; /* NULL: it is this, or that is said elsewhere */
	bool is_highest;
};

/* The level, and what is missing for the highest: since that one's date there is something better. */
static void hold_level(const struct reached *it, struct checks *checks)
{
	char gaps[SVN_GAPS_TEXT];
	const char *status = tcb_status_name(it->level->status);
	if (!it->highest) {
		checks_hold(checks, STEP_TCB_LEVEL, it->name, it->evidence, "%s reaches the %slevel of %.10s, %s",
			    it->what, it->is_highest ? "highest " : "", it->level->date, status);
		return;
	}
	svn_gaps_text(it->highest, gaps);
	checks_hold(checks, STEP_TCB_LEVEL, it->name, it->evidence,
		    "%s reaches the level of %.10s, %s; since %.10s there is one, %s, for which %s", it->what,
		    it->level->date, status, it->highest->date, tcb_status_name(it->highest->status), gaps);
}

/* What is missing for the lowest level, which is nearest. */
static int fail_level(const struct reached *it, const struct tcb_misses *misses, struct checks *checks)
{
	char gaps[SVN_GAPS_TEXT];
	if (!misses->count || misses->is_cut) {
		checks_fail(checks, STEP_TCB_LEVEL, it->name, "no-level", it->evidence, "%s reaches no level",
			    it->what);
		return 1;
	}
	const struct tcb_miss *lowest = &misses->list[misses->count - 1];
	svn_gaps_text(lowest, gaps);
	checks_fail(checks, STEP_TCB_LEVEL, it->name, "no-level", it->evidence,
		    "%s reaches no level, nor the lowest, of %.10s: %s", it->what, lowest->date, gaps);
	return 1;
}

/* spec: quote-spec.md 2.12 */
int verify_tcb_level(const struct quote *quote, const struct pck_chain *chain, const struct tcb_info *info,
		     struct tcb_result *result, struct tcb_misses *misses, struct checks *checks)
{
	struct platform_svns svns;
	struct view extension = {0};
	struct tcb_match *match = &result->match;
	const struct tcb_miss *highest = &misses->list[misses->count];
	take_svns(quote, &chain->extension, &svns);
	certificate_find(&chain->certificates[0], pck_extension_oid(), &extension);
	tcb_level_find(info, &svns, match);
	tcb_level_misses(info, &svns, match, misses);
	if (match->found == match->top || highest == &misses->list[TCB_MISSES])
		highest = NULL;
	struct reached sgx = {
		.name = "tcb-level.sgx",
		.what = "SGX",
		.evidence = {SOURCE_CERTIFICATES, extension},
		.level = match->sgx,
		.highest = svns.is_tdx ? NULL : highest,
		.is_highest = match->sgx == match->top,
	};
	struct reached tdx = {
		.name = "tcb-level.tdx",
		.what = "TDX",
		.evidence = {SOURCE_QUOTE, quote->td.tee_tcb_svn},
		.level = match->found,
		.highest = highest,
		.is_highest = match->found == match->top,
	};
	if (!match->sgx)
		return fail_level(&sgx, misses, checks);
	hold_level(&sgx, checks);
	if (!match->found)
		return fail_level(&tdx, misses, checks);
	if (svns.is_tdx)
		hold_level(&tdx, checks);
	return 0;
}

/* spec: quote-spec.md 2.14: TD 1.5 alone says what runs now */
static void consider_relaunch(const struct quote *quote, const struct tcb_info *info, const struct tcb_result *result,
			      enum tcb_status *status, struct checks *checks)
{
	struct evidence evidence = {SOURCE_QUOTE, quote->td.tee_tcb_svn_2};
	const struct relaunch relaunch = {
		.info = info,
		.top = result->match.top,
		.sgx = result->match.sgx,
		.module = result->module.level,
		.merged = *status,
		.qe = result->qe->status,
		.svn_now = quote->td.tee_tcb_svn_2.data,
	};
	if (quote->body != BODY_TD15)
		checks_skip(checks, STEP_RELAUNCH, "relaunch.status", "not-applicable",
			    "only a TD 1.5 says what runs now");
	else if (tcb_relaunch(&relaunch, status))
		checks_hold(checks, STEP_RELAUNCH, "relaunch.status", evidence,
			    "%s: what runs now is current, and the TD was started before", tcb_status_name(*status));
	else
		checks_hold(checks, STEP_RELAUNCH, "relaunch.status", evidence, "not advised");
}

void merge_tcb(const struct quote *quote, const struct tcb_info *info, struct tcb_result *result, struct checks *checks)
{
	const struct isv_level *module = result->module.level;
	enum tcb_status level = result->match.found->status, status = level;
	if (module)
		status = tcb_merge(status, module->status);
	enum tcb_status merged = tcb_merge(status, result->qe->status);
	checks_hold(checks, STEP_MERGE, "merge.status", no_evidence, "%s: platform %s, %s%s%sQE %s",
		    tcb_status_name(merged), tcb_status_name(level), module ? "TDX module " : "",
		    module ? tcb_status_name(module->status) : "", module ? ", " : "",
		    tcb_status_name(result->qe->status));
	consider_relaunch(quote, info, result, &status, checks);
	result->status = tcb_merge(status, result->qe->status);
}
