/* TCB info: what Intel says of the security versions of platforms of one kind (FMSPC). Taken from its signed text,
 * whose signature is somebody else's to check (collateral_check.h).
 *
 * Version 3 for SGX and TDX; version 2 for SGX only. Unknown members are ignored, a name twice is refused, as is a
 * status that is not in the table, an array of components with other than 16 entries, an SVN over 65535, a date that
 * is not YYYY-MM-DDTHH:MM:SSZ, and a level, for TDX, without tdxtcbcomponents.
 *
 * Sources: spec: quote-spec.md 4, 7.6, 7.9, 7.10.
 */
#ifndef QVL_TCB_INFO_H
#define QVL_TCB_INFO_H

#include "bytes.h"

#include <stdbool.h>

enum {
	TCB_COMPONENTS = 16,
	TCB_DATE_SIZE = 20, /* "2018-05-21T10:45:10Z" */
	FMSPC_SIZE = 6,
	PCE_ID_SIZE = 2,
	MR_SIGNER_SEAM_SIZE = 48,
	SEAM_ATTRIBUTES_SIZE = 8,
	MODULE_ID_SIZE = 16, /* "TDX_03" and a NUL, and room */
};

enum tcb_status {
	TCB_UP_TO_DATE,
	TCB_SW_HARDENING_NEEDED,
	TCB_CONFIGURATION_NEEDED,
	TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED,
	TCB_OUT_OF_DATE,
	TCB_OUT_OF_DATE_CONFIGURATION_NEEDED,
	TCB_REVOKED,
	TCB_TD_RELAUNCH_ADVISED, /* the last two are never in a document: they are results (step 14) */
	TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED,
	TCB_STATUSES,
};

/* "UpToDate", as Intel writes it, and back; STATUS_BAD. */
const char *tcb_status_name(enum tcb_status status);
int tcb_status_find(const char *name, enum tcb_status *status, struct err *err);

struct advisories {
	char **ids; /* "INTEL-SA-00615" */
	size_t count;
};

struct tcb_level {
	uint16_t sgx[TCB_COMPONENTS];
	uint16_t pce_svn;
	uint16_t tdx[TCB_COMPONENTS]; /* of a document for TDX */
	enum tcb_status status;
	char date[TCB_DATE_SIZE + 1];
	struct advisories advisories;
};

/* A level of a TDX module or of a QE. */
struct isv_level {
	uint16_t isv_svn;
	enum tcb_status status; /* UpToDate, OutOfDate or Revoked */
	char date[TCB_DATE_SIZE + 1];
	struct advisories advisories;
};

struct isv_levels {
	struct isv_level *list; /* as written: whoever compares sorts */
	size_t count;
};

struct tdx_module {
	char id[MODULE_ID_SIZE]; /* as written; "" in tdxModule */
	uint8_t mr_signer[MR_SIGNER_SEAM_SIZE];
	uint8_t attributes[SEAM_ATTRIBUTES_SIZE], attributes_mask[SEAM_ATTRIBUTES_SIZE]; /* in memory order */
	struct isv_levels levels;                                                        /* none in tdxModule */
};

struct tcb_info {
	bool is_tdx;
	unsigned version;
	int64_t issued, next_update; /* seconds since 1970 */
	char issued_text[TCB_DATE_SIZE + 1], next_update_text[TCB_DATE_SIZE + 1];
	uint8_t fmspc[FMSPC_SIZE], pce_id[PCE_ID_SIZE];
	uint32_t tcb_type, evaluation_number;
	bool has_module;
	struct tdx_module module; /* tdxModule */
	bool has_identities;      /* is tdxModuleIdentities there at all? */
	struct tdx_module *identities;
	size_t identity_count;
	struct tcb_level *levels; /* as written: whoever compares sorts */
	size_t level_count;
};

void tcb_info_free(struct tcb_info *info);
#define cleanup_tcb_info cleanup(tcb_info_free)

/* Fills *info, which the caller frees in any case, from the inner object's exact text. STATUS_BAD: `MEMBER: reason`. */
int tcb_info_parse(const char *text, size_t size, struct tcb_info *info, struct err *err);

/* Frees what is in them. */
void isv_levels_free(struct isv_levels *levels);
void advisories_free(struct advisories *advisories);

#endif
