#include "fetched.h"

#include "crl_check.h"
#include "hex.h"
#include "pem.h"

#include <string.h>

static const struct certificate_names ca_names = CERTIFICATE_NAMES(STEP_CRLS, "crls.pck-ca");

void fetched_free(struct fetched *it)
{
	checked_collateral_free(&it->checked);
}

/* Of the chain that came with the CRL: the CA, then the root. The DER is the caller's. */
static int read_ca(const struct bytes *chain, struct bytes *der, struct certificate *ca, struct err *err)
{
	struct view rest = view_of(chain->data, chain->size);
	return pem_take(&rest, der, err) || certificate_parse(view_of(der->data, der->size), ca, err) ? -1 : 0;
}

/* A PCS answers with the CRL of the CA that was asked for. */
static int check_ca_kind(const struct certificate *ca, const struct platform *platform, struct checks *checks)
{
	struct view name = certificate_common_name(ca->subject);
	struct evidence evidence = {SOURCE_CERTIFICATES, ca->bytes};
	bool is_processor = view_is(name, view_of_literal("Intel SGX PCK Processor CA"));
	if (is_processor != platform->is_processor)
		return -checks_fail(checks, STEP_CRLS, "crls.pck-ca-kind", "name-unexpected", evidence,
				    "the PCK CRL is that of the %s CA, and that of the %s CA was asked for",
				    is_processor ? "processor" : "platform", platform_ca(platform));
	checks_hold(checks, STEP_CRLS, "crls.pck-ca-kind", evidence, "the PCK CRL is that of the %s CA",
		    platform_ca(platform));
	return 0;
}

/* A quote's verification takes the CA from the quote's chain (spec: quote-spec.md 7.5); there is no quote here. */
static int check_pck_crl(struct fetched *it, const struct platform *platform, const struct trust *trust, int64_t now,
			 struct err *err)
{
	struct err why;
	struct certificate ca, root;
	cleanup_bytes struct bytes der = {0};
	if (!it->checked.has_pck_crl)
		return 0;
	if (certificate_parse(trust->root, &root, err))
		return -1;
	if (read_ca(&it->checked.raw->pck_crl_chain, &der, &ca, &why)) {
		checks_fail(&it->checks, STEP_CRLS, "crls.pck-ca-chain", "malformed", no_evidence,
			    "the issuer chain of the PCK CRL: %s", why.text);
		return 0;
	}
	int status = certificate_check(&ca, ROLE_PCK_CA, &root, now, &ca_names, &it->checks, err);
	if (!status)
		status = check_ca_kind(&ca, platform, &it->checks);
	if (!status && it->checked.has_root_crl)
		status = crl_check_revocation(&it->checked.root_crl, CRL_OF_ROOT, &ca, STEP_CRLS,
					      "crls.pck-ca-revocation", "the certificate of the PCK's CA", &it->checks);
	if (!status)
		status = crl_check(&it->checked.pck_crl, CRL_OF_PCK_CA, &ca, now, &it->checks, err);
	return status < 0 ? -1 : 0;
}

static void check_fmspc(struct fetched *it, const struct platform *platform)
{
	const struct tcb_info *info = &it->checked.tcb_info;
	char asked[2 * FMSPC_SIZE + 1], got[2 * FMSPC_SIZE + 1];
	hex_write(platform->fmspc, FMSPC_SIZE, asked);
	hex_write(info->fmspc, FMSPC_SIZE, got);
	if (strcmp(asked, got))
		checks_fail(&it->checks, STEP_TCB_INFO, "tcb-info.fmspc", "fmspc-mismatch", no_evidence,
			    "the TCB info is for the FMSPC %s, and that for %s was asked for", got, asked);
	if (info->is_tdx != platform->is_tdx)
		checks_fail(&it->checks, STEP_TCB_INFO, "tcb-info.tee", "tee-mismatch", no_evidence,
			    "the TCB info is for %s, and that for %s was asked for", info->is_tdx ? "TDX" : "SGX",
			    platform->is_tdx ? "TDX" : "SGX");
}

static void check_identity(struct fetched *it, const struct platform *platform)
{
	bool is_tdx = it->checked.qe_identity.is_tdx;
	if (is_tdx != platform->is_tdx)
		checks_fail(&it->checks, STEP_QE_IDENTITY, "qe-identity.id", "tee-mismatch", no_evidence,
			    "the QE identity is that of %s, and that of %s was asked for", is_tdx ? "TD_QE" : "QE",
			    platform->is_tdx ? "TD_QE" : "QE");
}

int fetched_check(const struct collateral *raw, const struct platform *platform, const struct trust *trust, int64_t now,
		  struct fetched *it, struct err *err)
{
	it->checks.count = 0;
	if (collateral_check(raw, trust, now, &it->checked, err) || check_pck_crl(it, platform, trust, now, err))
		return -1;
	/* What failed before was not parsed. */
	if (!checks_failed(&it->checked.tcb_info_checks))
		check_fmspc(it, platform);
	if (!checks_failed(&it->checked.qe_identity_checks))
		check_identity(it, platform);
	return 0;
}

const struct check *fetched_failure(const struct fetched *it, size_t index)
{
	const struct checks *lists[] = {&it->checked.tcb_info_checks, &it->checked.qe_identity_checks,
					&it->checked.root_crl_checks, &it->checked.pck_crl_checks, &it->checks};
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		for (size_t j = 0; j < lists[i]->count; j++)
			if (lists[i]->list[j].state == CHECK_FAILS && !index--)
				return &lists[i]->list[j];
	return NULL;
}
