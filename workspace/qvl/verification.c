#include "verification.h"

#include "collateral_match.h"
#include "policy_judge.h"
#include "tcb_verify.h"

#include <string.h>

struct run {
	struct view data;
	const struct checked_collateral *collateral;
	const struct trust *trust;
	const struct policy *policy;
	int64_t now;
	struct verification *it;
	struct tcb_result tcb;
	struct err *err;
};

/* Each step: 0, it holds. 1: a check failed. -1: the system failed. */

static int parse(struct run *run)
{
	struct err err;
	struct quote *quote = &run->it->quote;
	struct checks *checks = &run->it->checks;
	struct evidence evidence = {SOURCE_QUOTE, run->data};
	int (*how)(const void *, size_t, struct quote *, struct err *) =
		run->trust->allow_padding ? quote_parse_padded : quote_parse;
	if (how(run->data.data, run->data.size, quote, &err)) {
		checks_fail(checks, STEP_PARSE, "parse.quote", quote_reason_name(quote->reason), evidence, "%s",
			    err.text);
		return 1;
	}
	run->it->parsed = true;
	checks_hold(checks, STEP_PARSE, "parse.quote", evidence, "version %u, %s", quote->version,
		    quote_body_name(quote->body));
	/* spec: quote-spec.md 7.1 */
	if (!view_is_zero(quote->padding))
		checks_skip(checks, STEP_PARSE, "parse.padding", "not-required",
			    "%zu bytes behind the quote, not all zero, are ignored as asked", quote->padding.size);
	return 0;
}

static int pck_chain(struct run *run)
{
	static const struct collateral none;
	return verify_pck_chain(&run->it->quote, run->collateral ? run->collateral->raw : &none, run->trust, run->now,
				&run->it->chain, &run->it->checks, run->err);
}

static int crls(struct run *run)
{
	return verify_crls(&run->it->chain, run->collateral, run->trust, run->now, &run->it->checks, run->err);
}

static int pck_extension(struct run *run)
{
	return verify_pck_extension(&run->it->chain, &run->it->checks, run->err);
}

static int qe_report(struct run *run)
{
	return verify_qe_report(&run->it->quote, &run->it->chain, &run->it->checks, run->err);
}

static int key_binding(struct run *run)
{
	return verify_key_binding(&run->it->quote, &run->it->checks, run->err);
}

/* What was found of a document when it was checked. A list that says nothing is of one that never was. */
static int join(struct run *run, const struct checks *found, enum verify_step step, const char *name)
{
	checks_join(&run->it->checks, found);
	if (checks_failed(found))
		return 1;
	if (found->count)
		return 0;
	checks_fail(&run->it->checks, step, name, "not-supplied", no_evidence, "the collateral was not checked");
	return 1;
}

static int qe_identity(struct run *run)
{
	const struct checked_collateral *collateral = run->collateral;
	const struct quote *quote = &run->it->quote;
	const struct isv_level **level = &run->tcb.qe;
	if (join(run, &collateral->qe_identity_checks, STEP_QE_IDENTITY, "qe-identity.collateral"))
		return 1;
	int failed = match_qe_identity(quote, &collateral->qe_identity, run->policy->minimum_evaluation_number, level,
				       &run->it->checks);
	if (!failed)
		isv_level_misses(&collateral->qe_identity.levels, SVN_QE,
				 (unsigned)view_little(quote->qe_report.isv_svn), &run->it->missed);
	return failed;
}

static int quote_signature(struct run *run)
{
	return verify_quote_signature(&run->it->quote, &run->it->checks, run->err);
}

static int tcb_info(struct run *run)
{
	const struct checked_collateral *collateral = run->collateral;
	if (join(run, &collateral->tcb_info_checks, STEP_TCB_INFO, "tcb-info.collateral"))
		return 1;
	return match_tcb_info(&run->it->quote, &run->it->chain.extension, &collateral->tcb_info,
			      run->policy->minimum_evaluation_number, &run->it->checks);
}

static int tdx_module(struct run *run)
{
	const struct tcb_info *info = &run->collateral->tcb_info;
	struct module_match *module = &run->tcb.module;
	if (run->it->quote.body == BODY_SGX) {
		checks_skip(&run->it->checks, STEP_TDX_MODULE, "tdx-module", "not-applicable", "SGX has none");
		return 0;
	}
	if (verify_tdx_module(&run->it->quote, info, module, &run->it->checks))
		return 1;
	if (module->level)
		isv_level_misses(&module->identity->levels, SVN_MODULE, module->svn, &run->it->missed);
	return 0;
}

static int tcb_level(struct run *run)
{
	return verify_tcb_level(&run->it->quote, &run->it->chain, &run->collateral->tcb_info, &run->tcb,
				&run->it->missed, &run->it->checks);
}

/* Without repeats. False when there are too many. */
static bool add_advisories(struct verification *it, const struct advisories *more)
{
	for (size_t i = 0; i < more->count; i++) {
		size_t at = 0;
		while (at < it->advisory_count && strcmp(it->advisories[at], more->ids[i]) != 0)
			at++;
		if (at == ADVISORIES_MAX)
			return false;
		it->advisories[at] = more->ids[i];
		if (at == it->advisory_count)
			it->advisory_count++;
	}
	return true;
}

/* spec: quote-spec.md 2.13: of level, module, QE, in that order */
static int merge(struct run *run)
{
	struct verification *it = run->it;
	const struct tcb_level *level = run->tcb.match.found;
	const struct isv_level *module = run->tcb.module.level;
	if (!add_advisories(it, &level->advisories) || (module && !add_advisories(it, &module->advisories)) ||
	    !add_advisories(it, &run->tcb.qe->advisories)) {
		it->advisory_count = 0;
		checks_fail(&it->checks, STEP_MERGE, "merge.advisories", "malformed", no_evidence,
			    "more than %d advisories", ADVISORIES_MAX);
		return 1;
	}
	merge_tcb(&it->quote, &run->collateral->tcb_info, &run->tcb, &it->checks);
	it->status = run->tcb.status;
	memcpy(it->tcb_date, level->date, sizeof it->tcb_date);
	it->has_status = true;
	return 0;
}

static int td_policy(struct run *run)
{
	return judge_body(&run->it->quote, run->policy, &run->it->checks);
}

static bool is_late(enum tcb_status status)
{
	return status == TCB_OUT_OF_DATE || status == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
}

static int status_policy(struct run *run)
{
	const struct tcb_result *tcb = &run->tcb;
	struct judged_status judged = {
		.status = tcb->status,
		.level = tcb->match.found->status,
		.advisories = run->it->advisories,
		.advisory_count = run->it->advisory_count,
	};
	size_t count = 0;
	if (is_late(tcb->match.found->status))
		judged.dates[count++] = tcb->match.found->date;
	if (tcb->module.level && is_late(tcb->module.level->status))
		judged.dates[count++] = tcb->module.level->date;
	if (is_late(tcb->qe->status))
		judged.dates[count++] = tcb->qe->date;
	return judge_status(&judged, run->policy, run->now, &run->it->checks);
}

static const struct step {
	int (*take)(struct run *run);
	bool wants_collateral;
	enum verify_step step;
	const char *missing; /* what fails without collateral; NULL: the step is not reached without an earlier one */
} steps[] = {
	{parse, false, STEP_PARSE, NULL},
	{pck_chain, false, STEP_ROOT, NULL}, /* and STEP_PCK_CHAIN */
	{crls, true, STEP_CRLS, "crls.collateral"},
	{pck_extension, false, STEP_PCK_EXTENSION, NULL},
	{qe_report, false, STEP_QE_REPORT, NULL},
	{key_binding, false, STEP_KEY_BINDING, NULL},
	{qe_identity, true, STEP_QE_IDENTITY, "qe-identity.collateral"},
	{quote_signature, false, STEP_QUOTE_SIGNATURE, NULL},
	{tcb_info, true, STEP_TCB_INFO, "tcb-info.collateral"},
	{tdx_module, true, STEP_TDX_MODULE, NULL},
	{tcb_level, true, STEP_TCB_LEVEL, NULL},
	{merge, true, STEP_MERGE, NULL}, /* and STEP_RELAUNCH */
	{td_policy, false, STEP_TD_POLICY, NULL},
	{status_policy, true, STEP_STATUS_POLICY, NULL},
};
enum { TAKEN = sizeof steps / sizeof *steps };

static bool has_step(const struct checks *checks, enum verify_step step)
{
	for (size_t i = 0; i < checks->count; i++)
		if (checks->list[i].step == step)
			return true;
	return false;
}

/* Steps before this one of which nothing is said are listed, too. */
static void skip_before(struct checks *checks, enum verify_step end)
{
	for (enum verify_step step = STEP_PARSE; step < end; step++)
		if (!has_step(checks, step))
			checks_skip(checks, step, verify_step_name(step), "not-reached",
				    "not looked at, since an earlier step failed");
}

/* Takes a step; without what it needs it fails. */
static int take(struct run *run, const struct step *step)
{
	if (!step->wants_collateral || run->collateral)
		return step->take(run);
	if (step->missing)
		checks_fail(&run->it->checks, step->step, step->missing, "not-supplied", no_evidence,
			    "there is no collateral");
	return 0;
}

static int run_steps(struct run *run)
{
	for (size_t i = 0; i < TAKEN; i++) {
		skip_before(&run->it->checks, steps[i].step);
		int result = take(run, &steps[i]);
		if (result < 0)
			return -1;
		if (result && steps[i].step < STEP_TD_POLICY)
			return 0;
	}
	return 0;
}

void verification_free(struct verification *it)
{
	pck_chain_free(&it->chain);
}

int quote_verify(const void *data, size_t size, const struct checked_collateral *collateral, const struct trust *trust,
		 const struct policy *policy, int64_t now, struct verification *it, struct err *err)
{
	*it = (struct verification){0};
	struct run run = {
		.data = view_of(data, size),
		.collateral = collateral,
		.trust = trust,
		.policy = policy,
		.now = now,
		.it = it,
		.err = err,
	};
	if (run_steps(&run))
		return -1;
	skip_before(&it->checks, STEP_STATUS_POLICY + 1);
	it->holds = it->has_status && !checks_failed(&it->checks);
	return 0;
}
