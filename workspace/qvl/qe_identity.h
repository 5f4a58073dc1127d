/* QE identity: what Intel says a genuine quoting enclave looks like. Taken from its signed text, whose signature is
 * somebody else's to check (collateral_check.h).
 *
 * Version 2 only. Strict as tcb_info.h.
 *
 * Sources: spec: quote-spec.md 4, 7.6, 7.9, 7.10.
 */
#ifndef QVL_QE_IDENTITY_H
#define QVL_QE_IDENTITY_H

#include "tcb_info.h"

enum { MISC_SELECT_SIZE = 4, QE_ATTRIBUTES_SIZE = 16, QE_MR_SIGNER_SIZE = 32 };

struct qe_identity {
	bool is_tdx; /* TD_QE; else QE */
	int64_t issued, next_update;
	char issued_text[TCB_DATE_SIZE + 1], next_update_text[TCB_DATE_SIZE + 1];
	uint32_t evaluation_number;
	uint8_t misc_select[MISC_SELECT_SIZE], misc_select_mask[MISC_SELECT_SIZE];
	uint8_t attributes[QE_ATTRIBUTES_SIZE], attributes_mask[QE_ATTRIBUTES_SIZE];
	uint8_t mr_signer[QE_MR_SIGNER_SIZE];
	uint16_t isv_prod_id;
	struct isv_levels levels;
};

void qe_identity_free(struct qe_identity *identity);
#define cleanup_qe_identity cleanup(qe_identity_free)

/* Fills *identity, which the caller frees in any case. STATUS_BAD: `MEMBER: reason`. */
int qe_identity_parse(const char *text, size_t size, struct qe_identity *identity, struct err *err);

#endif
