#include "collateral_check.h"

#include "crl_check.h"
#include "pem.h"
#include "validity.h"

#include <stdio.h>

enum { SIGNERS = 2 }; /* signer, root: spec: quote-spec.md 7.7 */

/* What the checks of a signed document are called. */
struct document_names {
	enum verify_step step;
	enum check_source source;
	const char *what, *chain, *revocation, *signature, *form, *window;
	struct certificate_names signer;
};

static const struct document_names tcb_info_names = {
	STEP_TCB_INFO,
	SOURCE_TCB_INFO,
	"the TCB info",
	"tcb-info.signer-chain",
	"tcb-info.signer-revocation",
	"tcb-info.signature",
	"tcb-info.form",
	"tcb-info.window",
	CERTIFICATE_NAMES(STEP_TCB_INFO, "tcb-info.signer"),
};

static const struct document_names qe_identity_names = {
	STEP_QE_IDENTITY,
	SOURCE_QE_IDENTITY,
	"the QE identity",
	"qe-identity.signer-chain",
	"qe-identity.signer-revocation",
	"qe-identity.signature",
	"qe-identity.form",
	"qe-identity.window",
	CERTIFICATE_NAMES(STEP_QE_IDENTITY, "qe-identity.signer"),
};

/* What the parts of one check work with. */
struct checking {
	const struct trust *trust;
	struct certificate root;
	int64_t now;
	struct checked_collateral *it;
	struct err *err;
};

void checked_collateral_free(struct checked_collateral *it)
{
	tcb_info_free(&it->tcb_info);
	qe_identity_free(&it->qe_identity);
	bytes_free(&it->tcb_info_signers);
	bytes_free(&it->qe_identity_signers);
}

static struct view view_of_bytes(const struct bytes *bytes)
{
	return view_of(bytes->data, bytes->size);
}

static void narrow(struct checked_collateral *it, int64_t from, int64_t until)
{
	if (from > it->valid_from)
		it->valid_from = from;
	if (until < it->valid_until)
		it->valid_until = until;
}

static int narrow_to(struct checked_collateral *it, struct view from, struct view until, struct err *err)
{
	struct validity validity;
	if (validity_read(from, until, &validity, err))
		return -1;
	narrow(it, validity.from, validity.until);
	return 0;
}

/* CRLs. */

static int check_root_crl(struct checking *c)
{
	struct checked_collateral *it = c->it;
	struct view der = view_of_bytes(&it->raw->root_crl);
	if (crl_check_form(der, CRL_OF_ROOT, c->trust->allow_no_crls, &it->root_crl, &it->root_crl_checks) || !der.size)
		return 0;
	int status = crl_check(&it->root_crl, CRL_OF_ROOT, &c->root, c->now, &it->root_crl_checks, c->err);
	it->has_root_crl = !status;
	return status < 0 ? -1 : narrow_to(it, it->root_crl.this_update, it->root_crl.next_update, c->err);
}

static int check_pck_crl(struct checking *c)
{
	struct checked_collateral *it = c->it;
	struct view der = view_of_bytes(&it->raw->pck_crl);
	it->has_pck_crl =
		!crl_check_form(der, CRL_OF_PCK_CA, c->trust->allow_no_crls, &it->pck_crl, &it->pck_crl_checks) &&
		der.size;
	return it->has_pck_crl ? narrow_to(it, it->pck_crl.this_update, it->pck_crl.next_update, c->err) : 0;
}

/* Signed documents. Each part returns as certificate_check() does. */

static int split_signers(const struct bytes *pem, struct bytes *der, struct certificate signers[SIGNERS],
			 struct err *err)
{
	struct view rest = view_of_bytes(pem);
	size_t sizes[SIGNERS];
	for (size_t i = 0, before = 0; i < SIGNERS; before = der->size, i++) {
		if (pem_take(&rest, der, err))
			return err_prefix(err, "certificate %zu", i + 1);
		sizes[i] = der->size - before;
	}
	for (size_t i = 0; i < rest.size; i++)
		if (rest.data[i] && rest.data[i] != '\n' && rest.data[i] != '\r')
			return err_bad(err, "something behind a signer and a root");
	const char *at = der->data;
	for (size_t i = 0; i < SIGNERS; at += sizes[i], i++)
		if (certificate_parse(view_of(at, sizes[i]), &signers[i], err))
			return err_prefix(err, "certificate %zu", i + 1);
	return 0;
}

/* spec: quote-spec.md 7.7 */
static int check_signers(const struct checking *c, const struct signed_document *document,
			 const struct document_names *names, struct bytes *der, struct certificate signers[SIGNERS],
			 struct checks *checks)
{
	struct err err;
	if (!document->issuer_chain.size)
		return -checks_fail(checks, names->step, names->chain, "not-supplied", no_evidence,
				    "%s has no issuer chain: fetch the collateral again", names->what);
	if (split_signers(&document->issuer_chain, der, signers, &err)) {
		if (err.status != STATUS_BAD) {
			*c->err = err;
			return -1;
		}
		return -checks_fail(checks, names->step, names->chain, "malformed", no_evidence,
				    "the issuer chain of %s: %s", names->what, err.text);
	}
	struct evidence evidence = {SOURCE_CERTIFICATES, signers[1].bytes};
	if (!view_is(signers[1].bytes, c->trust->root))
		return -checks_fail(checks, names->step, names->chain, "root-mismatch", evidence,
				    "the issuer chain of %s does not end in the trusted root", names->what);
	checks_hold(checks, names->step, names->chain, evidence, "the issuer chain of %s ends in the trusted root",
		    names->what);
	return 0;
}

static int check_revocation(const struct checking *c, const struct certificate *signer,
			    const struct document_names *names, struct checks *checks)
{
	const struct check *failed = checks_failed(&c->it->root_crl_checks);
	if (c->it->has_root_crl)
		return crl_check_revocation(&c->it->root_crl, CRL_OF_ROOT, signer, names->step, names->revocation,
					    "the signer's certificate", checks);
	if (failed)
		return -checks_fail(checks, names->step, names->revocation, failed->reason, no_evidence,
				    "nobody says whether the signer's certificate is revoked: %s", failed->text);
	checks_skip(checks, names->step, names->revocation, "not-supplied",
		    "the root CRL was not given: whether the signer's certificate is revoked is not looked at");
	return 0;
}

static int check_signer(struct checking *c, const struct certificate *signer, const struct document_names *names,
			struct checks *checks)
{
	if (narrow_to(c->it, signer->not_before, signer->not_after, c->err))
		return -1;
	int status = certificate_check(signer, ROLE_TCB_SIGNER, &c->root, c->now, &names->signer, checks, c->err);
	return status ? status : check_revocation(c, signer, names, checks);
}

/* spec: quote-spec.md 4: over the exact bytes */
static int check_signature(const struct checking *c, const struct signed_document *document,
			   const struct certificate *signer, const struct document_names *names, struct checks *checks)
{
	bool holds;
	struct view text = view_of_bytes(&document->text);
	struct evidence evidence = {names->source, text};
	if (certificate_verify_raw(signer, text, document->signature, &holds, c->err))
		return -1;
	if (!holds)
		return -checks_fail(checks, names->step, names->signature, "signature-invalid", evidence,
				    "%s is not what its signer signed: it was changed, if only in its white space",
				    names->what);
	checks_hold(checks, names->step, names->signature, evidence, "%s was signed by its signer", names->what);
	return 0;
}

static int check_document(struct checking *c, const struct signed_document *document,
			  const struct document_names *names, struct bytes *der, struct checks *checks)
{
	struct certificate signers[SIGNERS];
	if (!document->text.size)
		return -checks_fail(checks, names->step, names->signature, "not-supplied", no_evidence,
				    "%s is not in the collateral: fetch it", names->what);
	int status = check_signers(c, document, names, der, signers, checks);
	if (!status)
		status = check_signer(c, &signers[0], names, checks);
	return status ? status : check_signature(c, document, &signers[0], names, checks);
}

/* What parsing a document gave, and its window. */
static int check_content(const struct checking *c, int parsed, const struct validity *validity,
			 const struct err *malformed, const struct signed_document *document,
			 const struct document_names *names, struct checks *checks)
{
	struct evidence evidence = {names->source, view_of_bytes(&document->text)};
	struct validity_subject subject = {
		names->step, names->window, VALIDITY_DOCUMENT, names->what, "fetch the collateral again", evidence};
	if (parsed && malformed->status != STATUS_BAD) {
		*c->err = *malformed;
		return -1;
	}
	if (parsed)
		return -checks_fail(checks, names->step, names->form, "malformed", evidence, "%s: %s", names->what,
				    malformed->text);
	checks_hold(checks, names->step, names->form, evidence, "%s is well formed", names->what);
	narrow(c->it, validity->from, validity->until);
	return validity_check(validity, &subject, c->now, checks);
}

static struct validity validity_of(int64_t from, int64_t until, const char *from_text, const char *until_text)
{
	struct validity it = {.from = from, .until = until};
	snprintf(it.from_text, sizeof it.from_text, "%s", from_text);
	snprintf(it.until_text, sizeof it.until_text, "%s", until_text);
	return it;
}

static int check_tcb_info(struct checking *c)
{
	struct err malformed = {0};
	struct checked_collateral *it = c->it;
	const struct signed_document *document = &it->raw->tcb_info;
	int status = check_document(c, document, &tcb_info_names, &it->tcb_info_signers, &it->tcb_info_checks);
	if (status)
		return status;
	struct tcb_info *info = &it->tcb_info;
	int parsed = tcb_info_parse(document->text.data, document->text.size, info, &malformed);
	struct validity validity =
		validity_of(info->issued, info->next_update, info->issued_text, info->next_update_text);
	return check_content(c, parsed, &validity, &malformed, document, &tcb_info_names, &it->tcb_info_checks);
}

static int check_qe_identity(struct checking *c)
{
	struct err malformed = {0};
	struct checked_collateral *it = c->it;
	const struct signed_document *document = &it->raw->qe_identity;
	int status = check_document(c, document, &qe_identity_names, &it->qe_identity_signers, &it->qe_identity_checks);
	if (status)
		return status;
	struct qe_identity *identity = &it->qe_identity;
	int parsed = qe_identity_parse(document->text.data, document->text.size, identity, &malformed);
	struct validity validity =
		validity_of(identity->issued, identity->next_update, identity->issued_text, identity->next_update_text);
	return check_content(c, parsed, &validity, &malformed, document, &qe_identity_names, &it->qe_identity_checks);
}

int collateral_check(const struct collateral *raw, const struct trust *trust, int64_t now,
		     struct checked_collateral *it, struct err *err)
{
	struct checking c = {.trust = trust, .now = now, .it = it, .err = err};
	*it = (struct checked_collateral){
		.raw = raw, .at = now, .root = trust->root, .valid_from = INT64_MIN, .valid_until = INT64_MAX};
	if (certificate_parse(trust->root, &c.root, err))
		return err_prefix(err, "root");
	return narrow_to(it, c.root.not_before, c.root.not_after, err) || check_root_crl(&c) < 0 ||
			       check_pck_crl(&c) < 0 || check_tcb_info(&c) < 0 || check_qe_identity(&c) < 0
		       ? -1
		       : 0;
}
