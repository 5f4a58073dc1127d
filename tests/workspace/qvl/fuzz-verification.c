/* corpus: vectors/quote
 * A quote is what a stranger sends. No one here has Intel's keys, so none may hold; every step is in the list, and a
 * failure ends it. The steps that compare are taken besides, with a quote that nobody signed. */
#include "verification.h"

#include "collateral_match.h"
#include "policy_judge.h"
#include "tcb_verify.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct isv_level isv_levels[] = {{.isv_svn = 1, .status = TCB_OUT_OF_DATE}, {.isv_svn = 90}};
static struct tdx_module modules[] = {
	{.id = "TDX_01", .levels = {isv_levels, 2}},
	{.id = "tdx_a7", .levels = {isv_levels, 2}},
};
static struct tcb_level levels[] = {
	{.sgx = {1}, .tdx = {0, 0, 1}, .status = TCB_OUT_OF_DATE},
	{.sgx = {100, 7}, .pce_svn = 256, .tdx = {0, 0, 100}, .status = TCB_CONFIGURATION_NEEDED},
	{.sgx = {3}, .tdx = {1}, .status = TCB_REVOKED},
};

static void check_all_steps(const struct checks *checks)
{
	for (enum verify_step step = STEP_PARSE; step <= STEP_STATUS_POLICY; step++) {
		size_t at = 0;
		while (at < checks->count && checks->list[at].step != step)
			at++;
		if (at == checks->count)
			abort();
	}
}

static void verify(const uint8_t *data, size_t size, const struct checked_collateral *collateral,
		   const struct policy *policy)
{
	struct err err;
	struct trust trust = trust_intel();
	cleanup_verification struct verification it = {0};
	if (quote_verify(data, size, collateral, &trust, policy, 1751624191, &it, &err))
		abort();
	if (it.holds || it.has_status || it.advisory_count || !checks_failed(&it.checks))
		abort();
	check_all_steps(&it.checks);
}

static void compare(const struct quote *quote, const struct policy *policy)
{
	struct tcb_info info = {.is_tdx = quote->body != BODY_SGX,
				.has_module = true,
				.has_identities = true,
				.identities = modules,
				.identity_count = 2,
				.levels = levels,
				.level_count = 3};
	struct qe_identity identity = {.is_tdx = info.is_tdx, .levels = {isv_levels, 2}};
	struct pck_chain chain = {.extension = {.pce_svn = 256,
						.component_svns = {quote->qe_auth_size.data[0]},
						.fmspc = view_of(info.fmspc, sizeof info.fmspc),
						.pce_id = view_of(info.pce_id, sizeof info.pce_id)}};
	struct tcb_result result = {0};
	struct tcb_misses misses = {0};
	struct checks checks = {0};
	bool failed = match_qe_identity(quote, &identity, 0, &result.qe, &checks);
	result.qe = result.qe ? result.qe : &isv_levels[1];
	failed |= match_tcb_info(quote, &chain.extension, &info, 0, &checks);
	if (info.is_tdx)
		failed |= verify_tdx_module(quote, &info, &result.module, &checks);
	failed |= verify_tcb_level(quote, &chain, &info, &result, &misses, &checks);
	if (result.match.found)
		merge_tcb(quote, &info, &result, &checks);
	failed |= judge_body(quote, policy, &checks);
	if (failed != (checks_failed(&checks) != NULL) || misses.count > TCB_MISSES)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err;
	struct quote quote;
	struct policy policy;
	struct collateral raw = {0};
	struct checked_collateral collateral = {.raw = &raw};
	policy_default(&policy);
	verify(data, size, NULL, &policy);
	verify(data, size, &collateral, &policy);
	if (!quote_parse_padded(data, size, &quote, &err))
		compare(&quote, &policy);
	return 0;
}
