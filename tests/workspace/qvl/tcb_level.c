/* tcb_level judge CASES: steps 11 to 14 for each case, a line of JSON with tcbInfo, the SVNs of a platform (sgx,
 * pcesvn, tdx, tdx2) and the status of its QE (qe). A line for each: the reason code of what fails, or the status and
 * the levels it comes from; then the levels that are missed, and by what. levels.py has the form. tcb_level merge: a
 * line for each pair of statuses, `PLATFORM PART RESULT`. tcb_level text CASES: the text of the last check of each
 * case. */
#include "tcb_verify.h"

#include "file.h"
#include "hex.h"
#include "json_view.h"
#include "program.h"

#include <stdio.h>
#include <string.h>

struct platform {
	uint8_t tdx[16], tdx_2[16], signer[48], seam[8];
	struct quote quote;
	struct pck_chain chain;
	struct isv_level qe;
};

static void take_hex(struct json_view object, const char *name, uint8_t *into, size_t size)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	struct json_view member = json_view_member(object, name);
	if (member.text && (json_view_string(member, &text, &err) || hex_read(text.data, into, size)))
		die(EX_USAGE, "%s: not hexadecimal", name);
}

static void take_status(struct json_view object, struct isv_level *qe)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	if (json_view_string(json_view_member(object, "qe"), &text, &err) ||
	    tcb_status_find(text.data, &qe->status, &err))
		die_err("qe", &err);
}

static void take_platform(struct json_view object, struct platform *it)
{
	bool is_15 = json_view_member(object, "tdx2").text, is_tdx = json_view_member(object, "tdx").text;
	*it = (struct platform){0};
	take_hex(object, "sgx", it->chain.extension.component_svns, sizeof it->chain.extension.component_svns);
	it->chain.extension.pce_svn = (uint16_t)json_view_number(json_view_member(object, "pcesvn"));
	take_hex(object, "tdx", it->tdx, sizeof it->tdx);
	take_hex(object, "tdx2", it->tdx_2, sizeof it->tdx_2);
	take_hex(object, "signer", it->signer, sizeof it->signer);
	take_hex(object, "seam", it->seam, sizeof it->seam);
	take_status(object, &it->qe);
	it->quote.body = is_15 ? BODY_TD15 : is_tdx ? BODY_TD10 : BODY_SGX;
	it->quote.td.tee_tcb_svn = view_of(it->tdx, sizeof it->tdx);
	it->quote.td.mr_signer_seam = view_of(it->signer, sizeof it->signer);
	it->quote.td.seam_attributes = view_of(it->seam, sizeof it->seam);
	if (is_15)
		it->quote.td.tee_tcb_svn_2 = view_of(it->tdx_2, sizeof it->tdx_2);
}

static void print_gap(const struct svn_gap *gap)
{
	printf(" %s", svn_kind_name(gap->kind));
	if (gap->kind == SVN_SGX || gap->kind == SVN_TDX)
		printf("[%u]", gap->index);
	printf(":%u<%u", gap->has, gap->needs);
}

static void print_misses(const struct tcb_misses *misses)
{
	for (size_t i = 0; i < misses->count; i++) {
		printf(" | %.10s", misses->list[i].date);
		for (size_t j = 0; j < misses->list[i].count; j++)
			print_gap(&misses->list[i].gaps[j]);
	}
	puts(misses->is_cut ? " | more" : "");
}

static int run(struct platform *it, const struct tcb_info *info, struct tcb_result *result, struct tcb_misses *misses,
	       struct checks *checks)
{
	result->qe = &it->qe;
	if (it->quote.body != BODY_SGX && verify_tdx_module(&it->quote, info, &result->module, checks))
		return 1;
	if (verify_tcb_level(&it->quote, &it->chain, info, result, misses, checks))
		return 1;
	merge_tcb(&it->quote, info, result, checks);
	return 0;
}

static void judge(struct json_view object, bool is_text)
{
	struct err err;
	cleanup_tcb_info struct tcb_info info = {0};
	struct platform platform;
	struct tcb_result result = {0};
	struct tcb_misses misses = {0};
	struct checks checks = {0};
	struct json_view text = json_view_member(object, "tcbInfo");
	if (tcb_info_parse(text.text, text.size, &info, &err))
		die_err("tcbInfo", &err);
	take_platform(object, &platform);
	int failed = run(&platform, &info, &result, &misses, &checks);
	if (failed != (checks_failed(&checks) == &checks.list[checks.count - 1]) || failed != !!checks_failed(&checks))
		die(EX_SOFTWARE, "what fails is not the last check");
	if (is_text) {
		puts(checks.list[checks.count - 1].text);
		return;
	}
	if (failed)
		fputs(checks_failed(&checks)->reason, stdout);
	else
		printf("%s %.10s %.10s", tcb_status_name(result.status), result.match.sgx->date,
		       result.match.found->date);
	print_misses(&misses);
}

static void judge_all(const char *path, bool is_text)
{
	struct err err;
	cleanup_bytes struct bytes file = {0};
	struct json_view object;
	if (file_load(path, 64 << 20, &file, &err))
		die_err(path, &err);
	for (const char *at = file.data, *end; at && *at; at = end + 1) {
		end = strchr(at, '\n');
		if (!end || json_view(at, (size_t)(end - at), &object, &err))
			die_err(path, &err);
		judge(object, is_text);
	}
}

static void merge(void)
{
	static const enum tcb_status parts[] = {TCB_UP_TO_DATE, TCB_OUT_OF_DATE, TCB_REVOKED};
	for (enum tcb_status status = 0; status < TCB_TD_RELAUNCH_ADVISED; status++)
		for (size_t i = 0; i < 3; i++)
			printf("%s %s %s\n", tcb_status_name(status), tcb_status_name(parts[i]),
			       tcb_status_name(tcb_merge(status, parts[i])));
}

int main(int argc, char **argv)
{
	program_start("tcb_level");
	if (argc == 2 && !strcmp(argv[1], "merge"))
		merge();
	else if (argc == 3)
		judge_all(argv[2], !strcmp(argv[1], "text"));
	else
		die_usage("merge, or judge or text and CASES");
	return finish(STATUS_OK);
}
