/* From when until when something signed is valid; both ends are within.
 *
 * Sources: RFC 5280 4.1.2.5, 5.1.2.4, 5.1.2.5; spec: quote-spec.md 2.3, 2.4, 2.8, 2.10.
 */
#ifndef QVL_VALIDITY_H
#define QVL_VALIDITY_H

#include "certificate.h"
#include "checks.h"

enum validity_kind { VALIDITY_CERTIFICATE, VALIDITY_CRL, VALIDITY_DOCUMENT };

enum { TIME_TEXT_SIZE = 40 };

/* As certificates and documents have it, or, where there is no such year, the number. */
void time_text(int64_t seconds, char text[TIME_TEXT_SIZE]);

struct validity {
	int64_t from, until; /* seconds since 1970 */
	char from_text[CERTIFICATE_TIME_SIZE + 1], until_text[CERTIFICATE_TIME_SIZE + 1];
};

/* What a check of it says: where it stands in the list, and for people what it is of ("the root CRL") and what to do
 * when it is over. */
struct validity_subject {
	enum verify_step step;
	const char *name;
	enum validity_kind kind; /* gives the reason: "certificate-expired", "crl-not-yet-valid", … */
	const char *what, *remedy;
	struct evidence evidence;
};

/* Of times in DER. STATUS_BAD. */
int validity_read(struct view from, struct view until, struct validity *it, struct err *err);

/* Appends a check; 0 when it holds, 1 when not. */
int validity_check(const struct validity *it, const struct validity_subject *subject, int64_t now,
		   struct checks *checks);

#endif
