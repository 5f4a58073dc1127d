/* For which platform collateral is fetched: its kind (FMSPC), who issued its PCK certificate, and the TEE.
 *
 * Sources: spec: quote-spec.md 2.5 (FMSPC), 3.1 (which CA).
 */
#ifndef ATTEST_PLATFORM_H
#define ATTEST_PLATFORM_H

#include "tcb_info.h"

struct platform {
	uint8_t fmspc[FMSPC_SIZE];
	bool is_tdx;       /* else SGX */
	bool is_processor; /* issued by the Processor CA; else by the Platform CA */
};

/* "platform", "processor", as a PCS wants them; back: STATUS_BAD. */
const char *platform_ca(const struct platform *platform);
int platform_ca_read(const char *name, struct platform *platform, struct err *err);

/* "tdx", "sgx". */
const char *platform_tee(const struct platform *platform);
int platform_tee_read(const char *name, struct platform *platform, struct err *err);

/* By the certificate of the PCK in the quote of a file, which is believed: a quote that lies gets collateral that does
 * not fit it. STATUS_BAD when it has none. */
int platform_of_quote(const char *path, struct platform *platform, struct err *err);

#endif
