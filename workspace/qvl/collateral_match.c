#include "collateral_match.h"

#include "attributes.h"
#include "hex.h"
#include "tcb_level.h"

#include <inttypes.h>

static struct evidence in_quote(struct view bytes)
{
	return (struct evidence){SOURCE_QUOTE, bytes};
}

static struct evidence in_pck(struct view bytes)
{
	return (struct evidence){SOURCE_CERTIFICATES, bytes};
}

enum { SHOWN_MAX = 32 }; /* bytes of a value */

/* has and wanted are of the same size. */
static int differs(struct checks *checks, enum verify_step step, const char *name, const char *reason,
		   struct evidence evidence, const char *what, struct view wanted)
{
	char has_digits[2 * SHOWN_MAX + 1], wanted_digits[2 * SHOWN_MAX + 1];
	hex_write(evidence.bytes.data, evidence.bytes.size, has_digits);
	hex_write(wanted.data, wanted.size, wanted_digits);
	checks_fail(checks, step, name, reason, evidence, "%s is %s, not %s", what, has_digits, wanted_digits);
	return 1;
}

static bool fits(struct view value, const uint8_t *mask, const uint8_t *wanted)
{
	for (size_t i = 0; i < value.size; i++)
		if ((value.data[i] & mask[i]) != wanted[i])
			return false;
	return true;
}

/* spec: quote-spec.md 2.8 */
static int match_misc_select(const struct sgx_report *report, const struct qe_identity *identity, struct checks *checks)
{
	if (!fits(report->misc_select, identity->misc_select_mask, identity->misc_select))
		return differs(checks, STEP_QE_IDENTITY, "qe-identity.misc-select", "misc-select-mismatch",
			       in_quote(report->misc_select), "misc_select, as far as its mask goes,",
			       view_of(identity->misc_select, sizeof identity->misc_select));
	checks_hold(checks, STEP_QE_IDENTITY, "qe-identity.misc-select", in_quote(report->misc_select),
		    "the QE's misc_select is that of Intel's");
	return 0;
}

static int match_attributes(const struct sgx_report *report, const struct qe_identity *identity, struct checks *checks)
{
	struct evidence evidence = in_quote(report->attributes);
	if (!fits(report->attributes, identity->attributes_mask, identity->attributes))
		return differs(checks, STEP_QE_IDENTITY, "qe-identity.attributes", "attributes-mismatch", evidence,
			       "attributes, as far as their mask goes,",
			       view_of(identity->attributes, sizeof identity->attributes));
	if (report->attributes.data[0] >> SGX_DEBUG & 1) {
		checks_fail(checks, STEP_QE_IDENTITY, "qe-identity.attributes", "debug", evidence,
			    "the QE is one for debugging");
		return 1;
	}
	checks_hold(checks, STEP_QE_IDENTITY, "qe-identity.attributes", evidence,
		    "the QE's attributes are those of Intel's, and it is none for debugging");
	return 0;
}

static int match_signer(const struct sgx_report *report, const struct qe_identity *identity, struct checks *checks)
{
	struct view wanted = view_of(identity->mr_signer, sizeof identity->mr_signer);
	if (!view_is(report->mr_signer, wanted))
		return differs(checks, STEP_QE_IDENTITY, "qe-identity.mr-signer", "mrsigner-mismatch",
			       in_quote(report->mr_signer), "the QE's mr_signer", wanted);
	checks_hold(checks, STEP_QE_IDENTITY, "qe-identity.mr-signer", in_quote(report->mr_signer),
		    "the QE's signer is the one that Intel names");
	return 0;
}

static int match_product(const struct sgx_report *report, const struct qe_identity *identity, struct checks *checks)
{
	unsigned has = (unsigned)view_little(report->isv_prod_id);
	if (has != identity->isv_prod_id) {
		checks_fail(checks, STEP_QE_IDENTITY, "qe-identity.isv-prod-id", "isv-prod-id-mismatch",
			    in_quote(report->isv_prod_id), "the QE is product %u, not %u", has, identity->isv_prod_id);
		return 1;
	}
	checks_hold(checks, STEP_QE_IDENTITY, "qe-identity.isv-prod-id", in_quote(report->isv_prod_id),
		    "the QE is product %u", has);
	return 0;
}

static int find_qe_level(const struct sgx_report *report, const struct qe_identity *identity,
			 const struct isv_level **level, struct checks *checks)
{
	unsigned svn = (unsigned)view_little(report->isv_svn);
	*level = isv_level_find(&identity->levels, svn);
	if (!*level) {
		checks_fail(checks, STEP_QE_IDENTITY, "qe-identity.level", "no-level", in_quote(report->isv_svn),
			    "the QE's SVN %u reaches none of %zu levels", svn, identity->levels.count);
		return 1;
	}
	checks_hold(checks, STEP_QE_IDENTITY, "qe-identity.level", in_quote(report->isv_svn),
		    "the QE's SVN %u reaches the level of SVN %u, %s, of %s", svn, (*level)->isv_svn,
		    tcb_status_name((*level)->status), (*level)->date);
	return 0;
}

/* What both documents are asked. */
struct document {
	enum verify_step step;
	const char *what, *kind_check, *number_check;
	enum check_source source;
	bool is_tdx;
	uint32_t number;
};

static int match_document(const struct document *it, const struct quote *quote, uint32_t floor, struct checks *checks)
{
	struct evidence evidence = {it->source, {NULL, 0}};
	bool is_tdx = quote->body != BODY_SGX;
	if (it->is_tdx != is_tdx) {
		checks_fail(checks, it->step, it->kind_check, "tee-mismatch", evidence,
			    "%s is for %s, and the quote of %s", it->what, it->is_tdx ? "TDX" : "SGX",
			    is_tdx ? "TDX" : "SGX");
		return 1;
	}
	checks_hold(checks, it->step, it->kind_check, evidence, "%s is for %s", it->what, is_tdx ? "TDX" : "SGX");
	if (it->number < floor) {
		checks_fail(checks, it->step, it->number_check, "evaluation-number", evidence,
			    "%s has evaluation number %" PRIu32 ", and the policy wants at least %" PRIu32, it->what,
			    it->number, floor);
		return 1;
	}
	checks_hold(checks, it->step, it->number_check, evidence,
		    "%s has evaluation number %" PRIu32 ", at least %" PRIu32 " as the policy wants", it->what,
		    it->number, floor);
	return 0;
}

int match_qe_identity(const struct quote *quote, const struct qe_identity *identity, uint32_t floor,
		      const struct isv_level **level, struct checks *checks)
{
	const struct sgx_report *report = &quote->qe_report;
	const struct document document = {
		.step = STEP_QE_IDENTITY,
		.what = "the QE identity",
		.kind_check = "qe-identity.id",
		.number_check = "qe-identity.evaluation-number",
		.source = SOURCE_QE_IDENTITY,
		.is_tdx = identity->is_tdx,
		.number = identity->evaluation_number,
	};
	return match_document(&document, quote, floor, checks) || match_misc_select(report, identity, checks) ||
	       match_attributes(report, identity, checks) || match_signer(report, identity, checks) ||
	       match_product(report, identity, checks) || find_qe_level(report, identity, level, checks);
}

/* spec: quote-spec.md 2.10 */
static int match_platform(const struct pck_extension *pck, const struct tcb_info *info, struct checks *checks)
{
	struct view fmspc = view_of(info->fmspc, sizeof info->fmspc),
		    pce_id = view_of(info->pce_id, sizeof info->pce_id);
	if (!view_is(pck->fmspc, fmspc))
		return differs(checks, STEP_TCB_INFO, "tcb-info.fmspc", "fmspc-mismatch", in_pck(pck->fmspc),
			       "the PCK's FMSPC", fmspc);
	checks_hold(checks, STEP_TCB_INFO, "tcb-info.fmspc", in_pck(pck->fmspc), "the TCB info is for the PCK's FMSPC");
	if (!view_is(pck->pce_id, pce_id))
		return differs(checks, STEP_TCB_INFO, "tcb-info.pce-id", "pceid-mismatch", in_pck(pck->pce_id),
			       "the PCK's PCEID", pce_id);
	checks_hold(checks, STEP_TCB_INFO, "tcb-info.pce-id", in_pck(pck->pce_id),
		    "the TCB info is for the PCK's PCEID");
	return 0;
}

static int check_type(const struct tcb_info *info, struct checks *checks)
{
	struct evidence evidence = {SOURCE_TCB_INFO, {NULL, 0}};
	if (info->tcb_type) {
		checks_fail(checks, STEP_TCB_INFO, "tcb-info.type", "tcb-type-unknown", evidence,
			    "the TCB info has tcbType %" PRIu32 ", and only 0 is known", info->tcb_type);
		return 1;
	}
	checks_hold(checks, STEP_TCB_INFO, "tcb-info.type", evidence, "the TCB info has tcbType 0");
	return 0;
}

int match_tcb_info(const struct quote *quote, const struct pck_extension *pck, const struct tcb_info *info,
		   uint32_t floor, struct checks *checks)
{
	const struct document document = {
		.step = STEP_TCB_INFO,
		.what = "the TCB info",
		.kind_check = "tcb-info.id",
		.number_check = "tcb-info.evaluation-number",
		.source = SOURCE_TCB_INFO,
		.is_tdx = info->is_tdx,
		.number = info->evaluation_number,
	};
	return match_document(&document, quote, floor, checks) || check_type(info, checks) ||
	       match_platform(pck, info, checks);
}
