/* Whether a certificate is what Intel's certificates of its kind are, who issued it, and when it is valid; and the
 * signatures that such certificates make.
 *
 * Of all: what certificate_form.h has, P-256 and ecdsa-with-SHA256 and no other.
 * An authority key id, where both sides have one, is the issuer's subject key id. Of each kind:
 *
 *     root            CA, keyCertSign and cRLSign; that it is the trusted one is pck_verify.h's to say
 *     PCK CA          the same, and pathlen 0; "Intel SGX PCK Platform CA" or "Intel SGX PCK Processor CA"
 *     PCK             no CA, digitalSignature; "Intel SGX PCK Certificate"
 *     TCB signer      no CA, digitalSignature; "Intel SGX TCB Signing"
 *
 * Functions that append checks return 0 when all of them hold, 1 when one failed, which is then the last of the list,
 * and -1 when the system failed.
 *
 * Sources: RFC 5280 4.2.1.1, 4.2.1.2, 6.1; spec: quote-spec.md 2.3, 4, 7.7.
 */
#ifndef QVL_CERTIFICATE_CHECK_H
#define QVL_CERTIFICATE_CHECK_H

#include "certificate.h"
#include "checks.h"

enum certificate_role { ROLE_ROOT, ROLE_PCK_CA, ROLE_PCK, ROLE_TCB_SIGNER, ROLES };

/* What the checks are called. */
struct certificate_names {
	enum verify_step step;
	const char *form, *name, *issuer, *signature, *window;
};
#define CERTIFICATE_NAMES(step, prefix)                                                                                \
	((struct certificate_names){step, prefix "-form", prefix "-name", prefix "-issuer", prefix "-signature",       \
				    prefix "-window"})

/* Form, name, issuer, signature and window, in this order; of a root, whose issuer is NULL, form and window. The issuer
 * has been checked before. now: seconds since 1970. */
int certificate_check(const struct certificate *it, enum certificate_role role, const struct certificate *issuer,
		      int64_t now, const struct certificate_names *names, struct checks *checks, struct err *err);

/* Is an authority key id that of this issuer? Also when the issuer does not say which it has. */
bool certificate_has_key_id(const struct certificate *issuer, struct view key_id);

/* Signatures by the key of a certificate whose form has been checked: DER, as in certificates; or raw r ‖ s. A DER that
 * is none, or not the only one for its numbers, does not hold. */
int certificate_verify(const struct certificate *signer, struct view data, struct view der_signature, bool *holds,
		       struct err *err);
int certificate_verify_raw(const struct certificate *signer, struct view data, const uint8_t *signature, bool *holds,
			   struct err *err);

#endif
