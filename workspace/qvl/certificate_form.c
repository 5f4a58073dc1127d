#include "certificate_form.h"

#include <string.h>

/* Within 2.5.29: spec: RFC 5280 4.2.1 */
enum { KEY_USAGE = 15, BASIC_CONSTRAINTS = 19, ID_CE_SIZE = 3 };

/* Bits of keyUsage: spec: RFC 5280 4.2.1.3 */
enum { DIGITAL_SIGNATURE = 0x80, KEY_CERT_SIGN = 0x04, CRL_SIGN = 0x02, USAGE_BYTES = 2 };

enum { SPKI_PREFIX_SIZE = 27, POINT_SIZE = 64 };

/* spec: RFC 5758 3.2 */
static const uint8_t ecdsa_with_sha256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

/* What a SubjectPublicKeyInfo begins with when its curve is named and its point uncompressed. spec: RFC 5480 2.1.1, 2.2
 */
static const uint8_t p256_prefix[SPKI_PREFIX_SIZE] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
						      0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
						      0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};

bool algorithm_is_expected(struct view algorithm)
{
	return view_is(algorithm, view_of(ecdsa_with_sha256, sizeof ecdsa_with_sha256));
}

struct view certificate_point(const struct certificate *it)
{
	struct view key = it->public_key;
	bool is_point = key.size == SPKI_PREFIX_SIZE + POINT_SIZE && !memcmp(key.data, p256_prefix, SPKI_PREFIX_SIZE);
	return is_point ? view_of(key.data + SPKI_PREFIX_SIZE, POINT_SIZE) : (struct view){0};
}

static bool is_ce(struct view oid, unsigned last)
{
	return oid.size == ID_CE_SIZE && oid.data[0] == 0x55 && oid.data[1] == 0x1d && oid.data[2] == last;
}

static bool find_ce(const struct certificate *it, unsigned last, struct certificate_extension *extension)
{
	for (struct view rest = it->extensions; certificate_extension(&rest, extension);)
		if (is_ce(extension->oid, last))
			return true;
	return false;
}

/* spec: RFC 5280 4.2; quote-spec.md 7.7 */
static int check_critical(const struct certificate *it, const char **reason, struct err *err)
{
	struct certificate_extension extension;
	char text[64];
	*reason = "critical-extension";
	for (struct view rest = it->extensions; certificate_extension(&rest, &extension);) {
		if (!extension.is_critical || is_ce(extension.oid, KEY_USAGE) ||
		    is_ce(extension.oid, BASIC_CONSTRAINTS))
			continue;
		der_oid_text(extension.oid, text, sizeof text);
		return err_bad(err, "has a critical extension that is not known, %s", text);
	}
	return 0;
}

struct constraints {
	bool is_ca, is_critical;
	int path_length;
};

/* spec: RFC 5280 4.2.1.9; what is not there is the default */
static int read_constraints(const struct certificate *it, struct constraints *constraints, struct err *err)
{
	struct certificate_extension extension;
	struct view inside;
	uint32_t number;
	*constraints = (struct constraints){.path_length = NO_PATH_LENGTH};
	if (!find_ce(it, BASIC_CONSTRAINTS, &extension))
		return 0;
	constraints->is_critical = extension.is_critical;
	if (der_take(&extension.value, DER_SEQUENCE, "basicConstraints", &inside, err) ||
	    der_end(extension.value, "basicConstraints", err))
		return -1;
	bool is_given = der_has(inside, DER_BOOLEAN);
	if (is_given && der_take_boolean(&inside, "basicConstraints", &constraints->is_ca, err))
		return -1;
	if (is_given && !constraints->is_ca)
		return err_bad(err, "basicConstraints: the default, which DER leaves out");
	if (!inside.size)
		return 0;
	if (der_take_number(&inside, DER_INTEGER, 255, "basicConstraints: pathlen", &number, err))
		return -1;
	constraints->path_length = (int)number;
	return der_end(inside, "basicConstraints", err);
}

static int check_path_length(int path_length, const struct certificate_form *form, struct err *err)
{
	if (!form->is_ca)
		return path_length == NO_PATH_LENGTH ? 0 : err_bad(err, "has a pathlen without being a CA's");
	if (form->path_length != NO_PATH_LENGTH && path_length != form->path_length)
		return err_bad(err, "has not the pathlen of its kind, %d", form->path_length);
	return form->path_length == NO_PATH_LENGTH && !path_length
		       ? err_bad(err, "has a pathlen that allows no CA below it")
		       : 0;
}

/* spec: quote-spec.md 2.3, 7.7 */
static int check_constraints(const struct certificate *it, const struct certificate_form *form, const char **reason,
			     struct err *err)
{
	struct constraints constraints;
	*reason = "malformed";
	if (read_constraints(it, &constraints, err))
		return err_prefix(err, "is malformed");
	*reason = form->is_ca ? "not-a-ca" : "is-a-ca";
	if (constraints.is_ca != form->is_ca)
		return err_bad(err, form->is_ca ? "is not a CA's" : "is a CA's, and must not be");
	if (form->is_ca && !constraints.is_critical)
		return err_bad(err, "is a CA's, but basicConstraints are not critical");
	*reason = "path-length";
	return check_path_length(constraints.path_length, form, err);
}

/* A BIT STRING of named bits: it ends with the last one that is set. spec: X.690 11.2.2 */
static int read_usage(struct view value, unsigned *usage, struct err *err)
{
	struct view bits;
	if (der_take(&value, DER_BIT_STRING, "keyUsage", &bits, err) || der_end(value, "keyUsage", err))
		return -1;
	if (bits.size < 2 || bits.size > 1 + USAGE_BYTES)
		return err_bad(err, "keyUsage: no bits, or too many");
	unsigned unused = bits.data[0], last = bits.data[bits.size - 1];
	if (unused > 7 || !(last >> unused & 1) || last & ((1u << unused) - 1))
		return err_bad(err, "keyUsage: bits that DER writes otherwise");
	*usage = bits.data[1];
	return 0;
}

static int check_usage(const struct certificate *it, const struct certificate_form *form, const char **reason,
		       struct err *err)
{
	struct certificate_extension extension;
	unsigned usage = 0, of_ca = KEY_CERT_SIGN | CRL_SIGN;
	*reason = "key-usage";
	if (!find_ce(it, KEY_USAGE, &extension))
		return err_bad(err, "has no keyUsage");
	*reason = "malformed";
	if (read_usage(extension.value, &usage, err))
		return err_prefix(err, "is malformed");
	*reason = "key-usage";
	if (form->is_ca)
		return (usage & of_ca) == of_ca ? 0
						: err_bad(err, "has no keyUsage to sign both certificates and CRLs");
	if (!(usage & DIGITAL_SIGNATURE))
		return err_bad(err, "has no keyUsage to sign");
	return usage & of_ca ? err_bad(err, "has a CA's keyUsage without being a CA's") : 0;
}

static int check_key(const struct certificate *it, const char **reason, struct err *err)
{
	*reason = "algorithm-unexpected";
	if (!algorithm_is_expected(it->algorithm))
		return err_bad(err, "is signed by another algorithm than ecdsa-with-SHA256");
	*reason = "key-unexpected";
	return certificate_point(it).size ? 0 : err_bad(err, "has a key that is no uncompressed point of P-256");
}

int certificate_form_check(const struct certificate *it, const struct certificate_form *form, const char **reason,
			   struct err *err)
{
	return check_key(it, reason, err) || check_critical(it, reason, err) ||
			       check_constraints(it, form, reason, err) || check_usage(it, form, reason, err)
		       ? -1
		       : 0;
}
