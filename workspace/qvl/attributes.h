/* What the bits of a TD's and of an enclave's attributes are called.
 *
 * Sources: spec: quote-spec.md 1.2 (td_attributes, SGX report), 7.12 (names by which a policy allows them).
 */
#ifndef QVL_ATTRIBUTES_H
#define QVL_ATTRIBUTES_H

#include <stdint.h>

/* Bits of td_attributes. 1 to 7 are under test with DEBUG and must be clear; those without a name are reserved. */
enum {
	TD_DEBUG = 0,
	TD_LASS = 27,
	TD_SEPT_VE_DISABLE = 28,
	TD_MIGRATABLE = 29,
	TD_PKS = 30,
	TD_KL = 31,
	TD_PERFMON = 63,
};

/* Bits of the flags, the first 8 bytes of an SGX report's attributes. */
enum {
	SGX_INIT = 0,
	SGX_DEBUG = 1,
	SGX_MODE64BIT = 2,
	SGX_PROVISION_KEY = 4,
};

/* "SEPT_VE_DISABLE"; NULL for a bit without a name. */
const char *td_attribute_name(unsigned bit);
const char *sgx_attribute_name(unsigned bit);

#endif
