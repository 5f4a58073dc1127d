#include "certificate_check.h"

#include "certificate_form.h"
#include "p256.h"
#include "validity.h"

#include <string.h>

/* 2.5.29.14, 2.5.29.35: spec: RFC 5280 4.2.1.1, 4.2.1.2 */
static const uint8_t subject_key_id[] = {0x55, 0x1d, 0x0e}, authority_key_id[] = {0x55, 0x1d, 0x23};

enum { NAMES_MAX = 2 };

/* spec: quote-spec.md 2.3, 4 */
static const struct role {
	const char *what, *remedy, *names[NAMES_MAX];
	struct certificate_form form;
} roles[ROLES] = {
	[ROLE_ROOT] =
		{
			.what = "the root",
			.remedy = "no chain can hold any more",
			.form = {true, NO_PATH_LENGTH},
		},
	[ROLE_PCK_CA] =
		{
			.what = "the certificate of the PCK's CA",
			.remedy = "the platform must get new ones",
			.names = {"Intel SGX PCK Platform CA", "Intel SGX PCK Processor CA"},
			.form = {true, 0},
		},
	[ROLE_PCK] =
		{
			.what = "the PCK certificate",
			.remedy = "the platform must get a new one",
			.names = {"Intel SGX PCK Certificate"},
			.form = {false, NO_PATH_LENGTH},
		},
	[ROLE_TCB_SIGNER] =
		{
			.what = "the signer's certificate",
			.remedy = "fetch the collateral again",
			.names = {"Intel SGX TCB Signing"},
			.form = {false, NO_PATH_LENGTH},
		},
};

static int check_form(const struct certificate *it, enum certificate_role role, const struct certificate_names *names,
		      struct evidence evidence, struct checks *checks)
{
	struct err err;
	const char *reason;
	if (certificate_form_check(it, &roles[role].form, &reason, &err))
		return -checks_fail(checks, names->step, names->form, reason, evidence,
				    "%s %s: it is not one that Intel issues", roles[role].what, err.text);
	checks_hold(checks, names->step, names->form, evidence,
		    "%s has a P-256 key, and the constraints and usage of its kind", roles[role].what);
	return 0;
}

static int check_name(const struct certificate *it, enum certificate_role role, const struct certificate_names *names,
		      struct evidence evidence, struct checks *checks)
{
	struct view name = certificate_common_name(it->subject);
	for (size_t i = 0; i < NAMES_MAX && roles[role].names[i]; i++) {
		const char *wanted = roles[role].names[i];
		if (!view_is(name, view_of(wanted, strlen(wanted))))
			continue;
		checks_hold(checks, names->step, names->name, evidence, "%s is called %s", roles[role].what, wanted);
		return 0;
	}
	return -checks_fail(checks, names->step, names->name, "name-unexpected", evidence,
			    "%s is called otherwise than %s%s%s: it was issued for something else", roles[role].what,
			    roles[role].names[0], roles[role].names[1] ? " or " : "",
			    roles[role].names[1] ? roles[role].names[1] : "");
}

bool certificate_has_key_id(const struct certificate *issuer, struct view key_id)
{
	struct err err;
	struct view value, id;
	if (!certificate_find(issuer, view_of(subject_key_id, sizeof subject_key_id), &value))
		return true;
	return !der_take(&value, DER_OCTET_STRING, "subject key id", &id, &err) && !value.size && view_is(id, key_id);
}

static int check_issuer(const struct certificate *it, enum certificate_role role, const struct certificate *issuer,
			const struct certificate_names *names, struct evidence evidence, struct checks *checks)
{
	struct err err;
	struct view value, id;
	if (!view_is(it->issuer, issuer->subject))
		return -checks_fail(checks, names->step, names->issuer, "issuer-mismatch", evidence,
				    "%s names another issuer than the certificate that follows it", roles[role].what);
	if (certificate_find(it, view_of(authority_key_id, sizeof authority_key_id), &value) &&
	    (certificate_authority_key_id(value, &id, &err) || !certificate_has_key_id(issuer, id)))
		return -checks_fail(checks, names->step, names->issuer, "issuer-mismatch", evidence,
				    "%s has another authority key id than its issuer's", roles[role].what);
	checks_hold(checks, names->step, names->issuer, evidence, "%s names the issuer that is there",
		    roles[role].what);
	return 0;
}

static int check_signature(const struct certificate *it, enum certificate_role role, const struct certificate *issuer,
			   const struct certificate_names *names, struct checks *checks, struct err *err)
{
	bool holds;
	struct evidence evidence = {SOURCE_CERTIFICATES, it->signed_bytes};
	if (certificate_verify(issuer, it->signed_bytes, it->signature, &holds, err))
		return -1;
	if (!holds)
		return -checks_fail(checks, names->step, names->signature, "signature-invalid", evidence,
				    "%s was not signed by its issuer: it is forged or damaged", roles[role].what);
	checks_hold(checks, names->step, names->signature, evidence, "%s was signed by its issuer", roles[role].what);
	return 0;
}

static int check_window(const struct certificate *it, enum certificate_role role, int64_t now,
			const struct certificate_names *names, struct evidence evidence, struct checks *checks,
			struct err *err)
{
	struct validity validity;
	struct validity_subject subject = {names->step,      names->window,      VALIDITY_CERTIFICATE,
					   roles[role].what, roles[role].remedy, evidence};
	return validity_read(it->not_before, it->not_after, &validity, err)
		       ? -1
		       : validity_check(&validity, &subject, now, checks);
}

int certificate_check(const struct certificate *it, enum certificate_role role, const struct certificate *issuer,
		      int64_t now, const struct certificate_names *names, struct checks *checks, struct err *err)
{
	struct evidence evidence = {SOURCE_CERTIFICATES, it->bytes};
	int status = check_form(it, role, names, evidence, checks);
	if (!status && issuer)
		status = check_name(it, role, names, evidence, checks);
	if (!status && issuer)
		status = check_issuer(it, role, issuer, names, evidence, checks);
	if (!status && issuer)
		status = check_signature(it, role, issuer, names, checks, err);
	return status ? status : check_window(it, role, now, names, evidence, checks, err);
}

/* The number in a DER signature, in 32 bytes; STATUS_BAD. */
static int take_half(struct view *rest, uint8_t *half, struct err *err)
{
	struct view number;
	size_t size = P256_SIGNATURE_SIZE / 2;
	if (der_take_integer(rest, "signature", &number, err))
		return -1;
	if (number.data[0] & 0x80)
		return err_bad(err, "signature: negative");
	if (!number.data[0])
		number = view_of(number.data + 1, number.size - 1);
	if (number.size > size)
		return err_bad(err, "signature: a number of %zu bytes", number.size);
	memset(half, 0, size);
	if (number.size)
		memcpy(half + size - number.size, number.data, number.size);
	return 0;
}

/* spec: RFC 3279 2.2.3 */
static int read_signature(struct view der, uint8_t raw[P256_SIGNATURE_SIZE], struct err *err)
{
	struct view inside;
	return der_take(&der, DER_SEQUENCE, "signature", &inside, err) || der_end(der, "signature", err) ||
			       take_half(&inside, raw, err) || take_half(&inside, raw + P256_SIGNATURE_SIZE / 2, err) ||
			       der_end(inside, "signature", err)
		       ? -1
		       : 0;
}

int certificate_verify(const struct certificate *signer, struct view data, struct view der_signature, bool *holds,
		       struct err *err)
{
	struct err malformed;
	uint8_t raw[P256_SIGNATURE_SIZE];
	*holds = false;
	return read_signature(der_signature, raw, &malformed) ? 0
							      : certificate_verify_raw(signer, data, raw, holds, err);
}

int certificate_verify_raw(const struct certificate *signer, struct view data, const uint8_t *signature, bool *holds,
			   struct err *err)
{
	struct view point = certificate_point(signer);
	*holds = false;
	return point.size ? p256_verify(point.data, signature, data.data, data.size, holds, err) : 0;
}
