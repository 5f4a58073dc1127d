/* Key, algorithm, critical extensions, basicConstraints and keyUsage of a certificate: what it may be used for.
 *
 * Sources: RFC 5280 4.2, 4.2.1.3, 4.2.1.9; RFC 5480 2.1.1, 2.2; RFC 5758 3.2; spec: quote-spec.md 2.3, 7.7.
 */
#ifndef QVL_CERTIFICATE_FORM_H
#define QVL_CERTIFICATE_FORM_H

#include "certificate.h"

enum { NO_PATH_LENGTH = -1 };

/* What a certificate must be. */
struct certificate_form {
	bool is_ca;      /* it signs certificates and CRLs, and says so; else it signs what is neither */
	int path_length; /* of a CA: exactly that one; NO_PATH_LENGTH: any that allows a CA below it, or none */
};

/* 0: it is. Else STATUS_BAD, err->text says what it "has" or "is", and *reason is a code: algorithm-unexpected,
 * key-unexpected, critical-extension, is-a-ca, not-a-ca, path-length, key-usage, malformed. */
int certificate_form_check(const struct certificate *it, const struct certificate_form *form, const char **reason,
			   struct err *err);

/* ecdsa-with-SHA256, as it stands in a certificate or CRL? */
bool algorithm_is_expected(struct view algorithm);

/* x ‖ y of a P-256 key, 64 bytes; empty when it is another key, or another form of one. */
struct view certificate_point(const struct certificate *it);

#endif
