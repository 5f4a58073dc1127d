/* ECDSA on P-256 over SHA-256 with keys and signatures as TEEs write them: x ‖ y, r ‖ s, big-endian. Faster than
 * signature.h, which also asks for more.
 *
 * Sources: FIPS 186-5 (ECDSA), RFC 3279 2.2.3 (what OpenSSL is given).
 */
#ifndef BASE_P256_H
#define BASE_P256_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { P256_POINT_SIZE = 64, P256_SIGNATURE_SIZE = 64 };

/* *holds is false, too, for a point that is not on the curve and for r or s out of range. -1 when the system cannot
 * say. */
int p256_verify(const uint8_t point[P256_POINT_SIZE], const uint8_t signature[P256_SIGNATURE_SIZE], const void *data,
		size_t size, bool *holds, struct err *err);

#endif
