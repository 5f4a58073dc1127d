#include "pck_verify.h"

#include "certificate_check.h"
#include "crl_check.h"
#include "digest.h"
#include "hex.h"
#include "p256.h"
#include "validity.h"

enum { PCK, PCK_CA, ROOT }; /* of a chain */

static const struct certificate_names root_names = {.step = STEP_ROOT, .form = "root.form", .window = "root.window"};
static const struct certificate_names ca_names = CERTIFICATE_NAMES(STEP_PCK_CHAIN, "pck-chain.intermediate");
static const struct certificate_names pck_names = CERTIFICATE_NAMES(STEP_PCK_CHAIN, "pck-chain.leaf");

static struct evidence evidence_of(enum check_source source, struct view bytes)
{
	return (struct evidence){source, bytes};
}

/* Steps 2 and 3. */

static int fail_parsing(const char *name, const char *what, const struct err *why, struct evidence evidence,
			struct checks *checks, struct err *err)
{
	if (why->status == STATUS_BAD)
		return -checks_fail(checks, STEP_PCK_CHAIN, name, "malformed", evidence, "%s: %s", what, why->text);
	*err = *why;
	return -1;
}

/* spec: quote-spec.md 7.5: the one that a quote carries alone is the first of the chain from outside */
static int check_given_leaf(const struct quote_certification *given, const struct pck_chain *chain,
			    struct checks *checks, struct err *err)
{
	static const char name[] = "pck-chain.leaf-given";
	struct err why;
	cleanup_pck_chain struct pck_chain leaf = {0};
	struct evidence evidence = evidence_of(SOURCE_QUOTE, given->data);
	if (pck_chain_parse(given, &leaf, &why))
		return fail_parsing(name, "the PCK certificate in the quote", &why, evidence, checks, err);
	if (!view_is(leaf.certificates[PCK].bytes, chain->certificates[PCK].bytes))
		return -checks_fail(checks, STEP_PCK_CHAIN, name, "leaf-mismatch", evidence,
				    "the chain in the collateral is of another PCK certificate than the one in the "
				    "quote: fetch its own");
	checks_hold(checks, STEP_PCK_CHAIN, name, evidence, "the chain is of the PCK certificate in the quote");
	return 0;
}

/* spec: quote-spec.md 7.3: DER is read for another root than Intel's only */
static int parse_chain(const struct quote_certification *from, const struct trust *trust, struct pck_chain *chain,
		       struct err *err)
{
	return !trust->is_intel && pck_chain_is_der(from->data) ? pck_chain_parse_der(from->data, chain, err)
								: pck_chain_parse(from, chain, err);
}

/* spec: quote-spec.md 7.5: types 1 to 4 have no chain, and with type 5 that of the collateral is ignored */
static int take_chain(const struct quote *quote, const struct collateral *collateral, const struct trust *trust,
		      struct pck_chain *chain, struct checks *checks, struct err *err)
{
	static const char name[] = "pck-chain.form";
	struct err why;
	struct quote_certification from = quote->certification;
	bool is_outside = from.type != CERTIFICATION_PCK_CHAIN;
	const char *where = is_outside ? "the PCK chain in the collateral" : "the PCK chain in the quote";
	if (is_outside)
		from = (struct quote_certification){
			.type = CERTIFICATION_PCK_CHAIN,
			.data = view_of(collateral->pck_chain.data, collateral->pck_chain.size)};
	struct evidence evidence = evidence_of(is_outside ? SOURCE_CERTIFICATES : SOURCE_QUOTE, from.data);
	if (!from.data.size)
		return -checks_fail(checks, STEP_PCK_CHAIN, name, "not-supplied", no_evidence,
				    "neither the quote nor the collateral has the PCK's certificates: give them");
	if (parse_chain(&from, trust, chain, &why))
		return fail_parsing(name, where, &why, evidence, checks, err);
	checks_hold(checks, STEP_PCK_CHAIN, name, evidence, "%s has %zu certificates, the PCK's first", where,
		    chain->count);
	return quote->certification.type == CERTIFICATION_PCK_LEAF
		       ? check_given_leaf(&quote->certification, chain, checks, err)
		       : 0;
}

/* spec: quote-spec.md 2.2, 7.7: byte for byte, before anything is believed of a chain */
static int check_root(const struct pck_chain *chain, const struct trust *trust, const struct certificate *root,
		      int64_t now, struct checks *checks, struct err *err)
{
	static const char name[] = "root.identity";
	const char *whose = trust->is_intel ? "Intel's" : "the one that was given, which is NOT Intel's";
	struct evidence evidence = evidence_of(SOURCE_CERTIFICATES, trust->root);
	bool has_root = chain->count > ROOT;
	if (has_root && !view_is(chain->certificates[ROOT].bytes, trust->root))
		return -checks_fail(checks, STEP_ROOT, name, "root-mismatch",
				    evidence_of(SOURCE_CERTIFICATES, chain->certificates[ROOT].bytes),
				    "the chain ends in another root than %s", whose);
	checks_hold(checks, STEP_ROOT, name, evidence,
		    has_root ? "the root is %s, byte for byte" : "the chain has no root; the root used is %s", whose);
	return certificate_check(root, ROLE_ROOT, NULL, now, &root_names, checks, err);
}

int verify_pck_chain(const struct quote *quote, const struct collateral *collateral, const struct trust *trust,
		     int64_t now, struct pck_chain *chain, struct checks *checks, struct err *err)
{
	struct certificate root;
	*chain = (struct pck_chain){0};
	if (certificate_parse(trust->root, &root, err))
		return err_prefix(err, "root");
	int status = take_chain(quote, collateral, trust, chain, checks, err);
	if (!status)
		status = check_root(chain, trust, &root, now, checks, err);
	if (!status)
		status = certificate_check(&chain->certificates[PCK_CA], ROLE_PCK_CA, &root, now, &ca_names, checks,
					   err);
	if (!status)
		status = certificate_check(&chain->certificates[PCK], ROLE_PCK, &chain->certificates[PCK_CA], now,
					   &pck_names, checks, err);
	return status;
}

/* Step 4. */

/* There is none, and checked without: the trust that a quote is verified with must allow it too. */
static int skip_revocation(const struct trust *trust, const char *name, const char *what, struct checks *checks)
{
	if (!trust->allow_no_crls)
		return -checks_fail(checks, STEP_CRLS, name, "crl-missing", no_evidence,
				    "nobody says whether %s is revoked: fetch the collateral with its CRLs", what);
	checks_skip(checks, STEP_CRLS, name, "not-supplied", "whether %s is revoked is not looked at: there is no CRL",
		    what);
	return 0;
}

static int check_root_crl(const struct pck_chain *chain, const struct checked_collateral *collateral,
			  const struct trust *trust, struct checks *checks)
{
	static const char name[] = "crls.intermediate-revocation", what[] = "the certificate of the PCK's CA";
	checks_join(checks, &collateral->root_crl_checks);
	if (checks_failed(&collateral->root_crl_checks))
		return 1;
	return collateral->has_root_crl
		       ? crl_check_revocation(&collateral->root_crl, CRL_OF_ROOT, &chain->certificates[PCK_CA],
					      STEP_CRLS, name, what, checks)
		       : skip_revocation(trust, name, what, checks);
}

static int check_pck_crl(const struct pck_chain *chain, const struct checked_collateral *collateral,
			 const struct trust *trust, int64_t now, struct checks *checks, struct err *err)
{
	static const char name[] = "crls.leaf-revocation", what[] = "the PCK certificate";
	checks_join(checks, &collateral->pck_crl_checks);
	if (checks_failed(&collateral->pck_crl_checks))
		return 1;
	if (!collateral->has_pck_crl)
		return skip_revocation(trust, name, what, checks);
	int status = crl_check(&collateral->pck_crl, CRL_OF_PCK_CA, &chain->certificates[PCK_CA], now, checks, err);
	return status ? status
		      : crl_check_revocation(&collateral->pck_crl, CRL_OF_PCK_CA, &chain->certificates[PCK], STEP_CRLS,
					     name, what, checks);
}

/* What was checked for one time may not be valid at another: a program that runs for long checks its collateral once.
 * And the root must be the same. */
static int check_circumstances(const struct checked_collateral *collateral, const struct trust *trust, int64_t now,
			       struct checks *checks)
{
	char from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE];
	bool is_early = now < collateral->valid_from;
	if (!view_is(collateral->root, trust->root))
		return -checks_fail(checks, STEP_CRLS, "crls.collateral-root", "root-mismatch", no_evidence,
				    "the collateral was checked under another root than the quote's chain");
	if (now == collateral->at || (!is_early && now <= collateral->valid_until))
		return 0;
	time_text(collateral->valid_from, from);
	time_text(collateral->valid_until, until);
	return -checks_fail(checks, STEP_CRLS, "crls.collateral-window",
			    is_early ? "document-not-yet-valid" : "document-expired", no_evidence,
			    "the collateral was checked for another time, and all of it is valid from %s to %s only: "
			    "fetch and check it again",
			    from, until);
}

int verify_crls(const struct pck_chain *chain, const struct checked_collateral *collateral, const struct trust *trust,
		int64_t now, struct checks *checks, struct err *err)
{
	int status = check_circumstances(collateral, trust, now, checks);
	if (!status)
		status = check_root_crl(chain, collateral, trust, checks);
	return status ? status : check_pck_crl(chain, collateral, trust, now, checks, err);
}

/* Step 5. */

int verify_pck_extension(const struct pck_chain *chain, struct checks *checks, struct err *err)
{
	const struct pck_extension *it = &chain->extension;
	char fmspc[13], pce_id[5], svns[2 * PCK_COMPONENTS + 1];
	struct view value = {0};
	(void)err;
	hex_write(it->fmspc.data, it->fmspc.size, fmspc);
	hex_write(it->pce_id.data, it->pce_id.size, pce_id);
	hex_write(it->component_svns, PCK_COMPONENTS, svns);
	certificate_find(&chain->certificates[PCK], pck_extension_oid(), &value);
	checks_hold(checks, STEP_PCK_EXTENSION, "pck-extension.content", evidence_of(SOURCE_CERTIFICATES, value),
		    "the platform is FMSPC %s, PCEID %s, with PCESVN %u and component SVNs %s", fmspc, pce_id,
		    it->pce_svn, svns);
	return 0;
}

/* Steps 6, 7 and 9. */

int verify_qe_report(const struct quote *quote, const struct pck_chain *chain, struct checks *checks, struct err *err)
{
	static const char name[] = "qe-report.signature";
	bool holds;
	struct view report = quote->qe_report.bytes;
	struct evidence evidence = evidence_of(SOURCE_QUOTE, report);
	if (certificate_verify_raw(&chain->certificates[PCK], report, quote->qe_report_signature.data, &holds, err))
		return -1;
	if (!holds)
		return -checks_fail(checks, STEP_QE_REPORT, name, "signature-invalid", evidence,
				    "the QE's report was not signed by the PCK: it is forged or damaged");
	checks_hold(checks, STEP_QE_REPORT, name, evidence, "the QE's report was signed by the PCK");
	return 0;
}

/* spec: quote-spec.md 2.7: the authentication data as long as they are */
static int bound_digest(const struct quote *quote, uint8_t digest[SHA256_SIZE], struct err *err)
{
	cleanup_hasher struct hasher *hasher = hasher_new(SHA256, err);
	if (!hasher)
		return -1;
	hasher_update(hasher, quote->key.data, quote->key.size);
	hasher_update(hasher, quote->qe_auth_data.data, quote->qe_auth_data.size);
	hasher_final(hasher, digest);
	return 0;
}

int verify_key_binding(const struct quote *quote, struct checks *checks, struct err *err)
{
	uint8_t digest[SHA256_SIZE];
	struct view data = quote->qe_report.report_data;
	struct view bound = view_of(data.data, SHA256_SIZE), rest = view_of(data.data + SHA256_SIZE, SHA256_SIZE);
	if (bound_digest(quote, digest, err))
		return -1;
	if (!view_is(bound, view_of(digest, sizeof digest)))
		return -checks_fail(checks, STEP_KEY_BINDING, "key-binding.digest", "key-binding-mismatch",
				    evidence_of(SOURCE_QUOTE, bound),
				    "the QE's report is of another attestation key than the one in the quote");
	checks_hold(checks, STEP_KEY_BINDING, "key-binding.digest", evidence_of(SOURCE_QUOTE, bound),
		    "the QE's report has the SHA-256 of the attestation key and %zu bytes of authentication data",
		    quote->qe_auth_data.size);
	if (!view_is_zero(rest))
		return -checks_fail(
			checks, STEP_KEY_BINDING, "key-binding.rest", "reserved-bits", evidence_of(SOURCE_QUOTE, rest),
			"the second half of the QE's report data is not zero: no QE of Intel's writes it so");
	checks_hold(checks, STEP_KEY_BINDING, "key-binding.rest", evidence_of(SOURCE_QUOTE, rest),
		    "the second half of the QE's report data is zero");
	return 0;
}

int verify_quote_signature(const struct quote *quote, struct checks *checks, struct err *err)
{
	static const char name[] = "quote-signature.signature";
	bool holds;
	struct view data = quote->signed_bytes;
	struct evidence evidence = evidence_of(SOURCE_QUOTE, data);
	if (p256_verify(quote->key.data, quote->signature.data, data.data, data.size, &holds, err))
		return -1;
	if (!holds)
		return -checks_fail(checks, STEP_QUOTE_SIGNATURE, name, "signature-invalid", evidence,
				    "header and body were not signed by the attestation key: the quote is forged or "
				    "damaged");
	checks_hold(checks, STEP_QUOTE_SIGNATURE, name, evidence, "header and body were signed by the attestation key");
	return 0;
}
