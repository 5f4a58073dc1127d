#include "tcb_merge.h"

static bool is_configuration(enum tcb_status status)
{
	return status == TCB_CONFIGURATION_NEEDED || status == TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED ||
	       status == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
}

/* spec: quote-spec.md 2.13 */
enum tcb_status tcb_merge(enum tcb_status platform, enum tcb_status part)
{
	if (part == TCB_UP_TO_DATE || platform == TCB_REVOKED)
		return platform;
	if (part == TCB_REVOKED)
		return TCB_REVOKED;
	return is_configuration(platform) ? TCB_OUT_OF_DATE_CONFIGURATION_NEEDED : TCB_OUT_OF_DATE;
}

static bool is_current(enum tcb_status status)
{
	return status == TCB_UP_TO_DATE || status == TCB_SW_HARDENING_NEEDED || status == TCB_CONFIGURATION_NEEDED ||
	       status == TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED;
}

/* spec: quote-spec.md 2.14, 7.11: would the module that is loaded now reach what is current? */
static bool is_module_current(const struct relaunch *it)
{
	unsigned svn = it->svn_now[0], version = it->svn_now[1], loader = it->svn_now[2];
	if (loader < it->top->tdx[2])
		return false;
	if (!version)
		return svn >= it->top->tdx[0];
	const struct tdx_module *identity = tdx_module_find(it->info, version);
	const struct isv_level *highest = identity ? isv_level_top(&identity->levels) : NULL;
	return highest && svn >= highest->isv_svn;
}

bool tcb_relaunch(const struct relaunch *it, enum tcb_status *status)
{
	bool is_late = it->merged == TCB_OUT_OF_DATE || it->merged == TCB_OUT_OF_DATE_CONFIGURATION_NEEDED;
	if (it->qe != TCB_UP_TO_DATE || !is_current(it->sgx->status) || !is_late || !it->module ||
	    it->module->status != TCB_OUT_OF_DATE || !is_module_current(it))
		return false;
	*status = is_configuration(it->sgx->status) || is_configuration(it->merged)
			  ? TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED
			  : TCB_TD_RELAUNCH_ADVISED;
	return true;
}
