#include "crl_check.h"

#include "certificate_form.h"
#include "hex.h"
#include "validity.h"

enum { SERIAL_SHOWN = 20 };

static const char again[] = "fetch the collateral again";

static const struct {
	const char *what, *form, *issuer, *signature, *window;
	enum check_source source;
} kinds[CRL_KINDS] = {
	[CRL_OF_ROOT] = {"the root CRL", "crls.root-form", "crls.root-issuer", "crls.root-signature",
			 "crls.root-window", SOURCE_ROOT_CRL},
	[CRL_OF_PCK_CA] = {"the PCK CRL", "crls.pck-form", "crls.pck-issuer", "crls.pck-signature", "crls.pck-window",
			   SOURCE_PCK_CRL},
};

static int fail(enum crl_kind kind, const char *name, const char *reason, struct view bytes, const char *text,
		struct checks *checks)
{
	return -checks_fail(checks, STEP_CRLS, name, reason, (struct evidence){kinds[kind].source, bytes}, "%s %s: %s",
			    kinds[kind].what, text, again);
}

static void hold(enum crl_kind kind, const char *name, struct view bytes, const char *text, struct checks *checks)
{
	checks_hold(checks, STEP_CRLS, name, (struct evidence){kinds[kind].source, bytes}, "%s %s", kinds[kind].what,
		    text);
}

int crl_check_form(struct view der, enum crl_kind kind, bool may_be_missing, struct crl *it, struct checks *checks)
{
	struct err err;
	const char *name = kinds[kind].form;
	*it = (struct crl){0};
	if (!der.size && may_be_missing) {
		checks_skip(checks, STEP_CRLS, name, "not-supplied",
			    "%s was not given: nothing that it may revoke is looked for", kinds[kind].what);
		return 0;
	}
	if (!der.size)
		return fail(kind, name, "crl-missing", der, "is not in the collateral", checks);
	if (crl_parse(der, it, &err)) {
		*it = (struct crl){0};
		return fail(kind, name, "malformed", der, err.text, checks);
	}
	if (!algorithm_is_expected(it->algorithm))
		return fail(kind, name, "algorithm-unexpected", it->algorithm,
			    "is signed by another algorithm than ecdsa-with-SHA256", checks);
	checks_hold(checks, STEP_CRLS, name, (struct evidence){kinds[kind].source, der},
		    "%s is well formed and has %zu entries", kinds[kind].what, it->revoked_count);
	return 0;
}

/* spec: quote-spec.md 2.4: names are equal when their bytes are */
static int check_issuer(const struct crl *it, enum crl_kind kind, const struct certificate *issuer,
			struct checks *checks)
{
	const char *name = kinds[kind].issuer;
	if (!view_is(it->issuer, issuer->subject))
		return fail(kind, name, "issuer-mismatch", it->issuer,
			    "is of another issuer than the certificate it is wanted for", checks);
	if (!certificate_has_key_id(issuer, it->authority_key_id))
		return fail(kind, name, "issuer-mismatch", it->authority_key_id,
			    "has another authority key id than its issuer's", checks);
	hold(kind, name, it->issuer, "names the issuer that is there", checks);
	return 0;
}

int crl_check(const struct crl *it, enum crl_kind kind, const struct certificate *issuer, int64_t now,
	      struct checks *checks, struct err *err)
{
	bool holds;
	struct validity validity;
	struct validity_subject subject = {
		STEP_CRLS, kinds[kind].window, VALIDITY_CRL, kinds[kind].what, again, {kinds[kind].source, it->bytes}};
	if (check_issuer(it, kind, issuer, checks))
		return 1;
	if (certificate_verify(issuer, it->signed_bytes, it->signature, &holds, err) ||
	    validity_read(it->this_update, it->next_update, &validity, err))
		return -1;
	if (!holds)
		return fail(kind, kinds[kind].signature, "signature-invalid", it->signed_bytes,
			    "was not signed by its issuer: it is forged or damaged", checks);
	hold(kind, kinds[kind].signature, it->signed_bytes, "was signed by its issuer", checks);
	return validity_check(&validity, &subject, now, checks);
}

/* As openssl shows it, without a zero that keeps it positive; cut where it is too long. */
static void write_serial(struct view serial, char text[2 * SERIAL_SHOWN + 1])
{
	if (serial.size > 1 && !serial.data[0])
		serial = view_of(serial.data + 1, serial.size - 1);
	hex_write(serial.data, serial.size < SERIAL_SHOWN ? serial.size : SERIAL_SHOWN, text);
}

int crl_check_revocation(const struct crl *it, enum crl_kind kind, const struct certificate *certificate,
			 enum verify_step step, const char *name, const char *what, struct checks *checks)
{
	char serial[2 * SERIAL_SHOWN + 1];
	write_serial(certificate->serial, serial);
	struct evidence evidence = {kinds[kind].source, it->bytes};
	if (crl_revokes(it, certificate->serial))
		return -checks_fail(checks, step, name, "revoked", evidence,
				    "%s, serial number %s, is revoked by %s: do not trust it", what, serial,
				    kinds[kind].what);
	checks_hold(checks, step, name, evidence, "%s, serial number %s, is not revoked by %s", what, serial,
		    kinds[kind].what);
	return 0;
}
