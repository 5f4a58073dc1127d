#include "tdx_module.h"

#include "hex.h"

#include <stdio.h>
#include <strings.h>

static struct evidence in_quote(struct view bytes)
{
	return (struct evidence){SOURCE_QUOTE, bytes};
}

const struct tdx_module *tdx_module_find(const struct tcb_info *info, unsigned version)
{
	char id[MODULE_ID_SIZE];
	snprintf(id, sizeof id, "TDX_%02X", version);
	for (size_t i = 0; i < info->identity_count; i++)
		if (!strcasecmp(info->identities[i].id, id))
			return &info->identities[i];
	return NULL;
}

static const struct tdx_module *find_twice(const struct tcb_info *info)
{
	for (size_t i = 0; i < info->identity_count; i++)
		for (size_t j = 0; j < i; j++)
			if (!strcasecmp(info->identities[i].id, info->identities[j].id))
				return &info->identities[i];
	return NULL;
}

/* spec: quote-spec.md 2.11, 7.9 */
static int find_identity(const struct quote *quote, const struct tcb_info *info, struct module_match *match,
			 struct checks *checks)
{
	struct evidence evidence = in_quote(quote->td.tee_tcb_svn);
	const struct tdx_module *twice = match->version ? find_twice(info) : NULL;
	if (twice) {
		checks_fail(checks, STEP_TDX_MODULE, "tdx-module.identity", "malformed", evidence,
			    "tdxModuleIdentities has %s twice", twice->id);
		return 1;
	}
	if (match->version)
		match->identity = tdx_module_find(info, match->version);
	else
		match->identity = info->has_module ? &info->module : NULL;
	if (!match->identity) {
		checks_fail(checks, STEP_TDX_MODULE, "tdx-module.identity", "module-unknown", evidence,
			    "the TDX module has version %u: the TCB info has no %s%s", match->version,
			    match->version ? "identity of it" : "tdxModule",
			    match->version && !info->has_identities ? ", nor tdxModuleIdentities" : "");
		return 1;
	}
	checks_hold(checks, STEP_TDX_MODULE, "tdx-module.identity", evidence, "the TDX module has version %u: %s",
		    match->version, match->version ? match->identity->id : "tdxModule");
	return 0;
}

static int check_signer(const struct quote *quote, const struct tdx_module *identity, struct checks *checks)
{
	struct view has = quote->td.mr_signer_seam;
	char digits[2 * MR_SIGNER_SEAM_SIZE + 1], wanted[2 * MR_SIGNER_SEAM_SIZE + 1];
	if (view_is(has, view_of(identity->mr_signer, sizeof identity->mr_signer))) {
		checks_hold(checks, STEP_TDX_MODULE, "tdx-module.signer", in_quote(has),
			    "the TDX module is signed by %s",
			    view_is_zero(has) ? "Intel" : "the signer that the TCB info names");
		return 0;
	}
	hex_write(has.data, has.size, digits);
	hex_write(identity->mr_signer, sizeof identity->mr_signer, wanted);
	checks_fail(checks, STEP_TDX_MODULE, "tdx-module.signer", "mrsigner-mismatch", in_quote(has),
		    "mr_signer_seam is %s, not %s", digits, wanted);
	return 1;
}

/* Intel demands zero besides, whatever the TCB info says: so bits outside the mask are zero too. */
static int check_attributes(const struct quote *quote, const struct tdx_module *identity, struct checks *checks)
{
	struct view has = quote->td.seam_attributes;
	bool fits = view_is_zero(has);
	char digits[2 * SEAM_ATTRIBUTES_SIZE + 1], wanted[2 * SEAM_ATTRIBUTES_SIZE + 1];
	for (size_t i = 0; i < SEAM_ATTRIBUTES_SIZE; i++)
		fits &= (has.data[i] & identity->attributes_mask[i]) == identity->attributes[i];
	hex_write(has.data, has.size, digits);
	hex_write(identity->attributes, sizeof identity->attributes, wanted);
	if (fits) {
		checks_hold(checks, STEP_TDX_MODULE, "tdx-module.attributes", in_quote(has), "seam_attributes is zero");
		return 0;
	}
	checks_fail(checks, STEP_TDX_MODULE, "tdx-module.attributes", "attributes-mismatch", in_quote(has),
		    "seam_attributes is %s, and zero and %s are wanted", digits, wanted);
	return 1;
}

static int find_level(const struct quote *quote, struct module_match *match, struct checks *checks)
{
	struct evidence evidence = in_quote(quote->td.tee_tcb_svn);
	const struct isv_levels *levels = &match->identity->levels;
	match->level = isv_level_find(levels, match->svn);
	if (!match->level) {
		checks_fail(checks, STEP_TDX_MODULE, "tdx-module.level", "no-level", evidence,
			    "the TDX module's SVN %u reaches none of %zu levels of %s", match->svn, levels->count,
			    match->identity->id);
		return 1;
	}
	const struct isv_level *top = isv_level_top(levels);
	checks_hold(
		checks, STEP_TDX_MODULE, "tdx-module.level", evidence,
		"the TDX module's SVN %u reaches the level of SVN %u, %s, of %.10s; the highest is SVN %u, since %.10s",
		match->svn, match->level->isv_svn, tcb_status_name(match->level->status), match->level->date,
		top->isv_svn, top->date);
	return 0;
}

int verify_tdx_module(const struct quote *quote, const struct tcb_info *info, struct module_match *match,
		      struct checks *checks)
{
	*match = (struct module_match){
		.svn = quote->td.tee_tcb_svn.data[0],
		.version = quote->td.tee_tcb_svn.data[1],
	};
	if (find_identity(quote, info, match, checks) || check_signer(quote, match->identity, checks) ||
	    check_attributes(quote, match->identity, checks))
		return 1;
	return match->version ? find_level(quote, match, checks) : 0;
}
