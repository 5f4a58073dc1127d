/* A DCAP quote taken apart: versions 3, 4 and 5; SGX enclaves, TDs of TDX 1.0 and 1.5.
 *
 * Parsing proves nothing. Every field is a view of the caller's bytes, so that what is said of one can be shown to
 * rest on them; numbers in them are little-endian (view_little()). Nothing is allocated.
 *
 *     header       48 bytes
 *     descriptor   6 bytes, version 5 only: type and size of the body
 *     body         384 (SGX), 584 (TD 1.0) or 648 (TD 1.5) bytes
 *     ------------ up to here it is what the attestation key signed: signed_bytes
 *     4 bytes L, then L bytes: signature, attestation key, and what makes the key worth something: the report of the
 *                  quoting enclave (QE), the PCK's signature of it, and certification data that says which PCK it is
 *     padding      whatever follows: unsigned. Zeros, or refused
 *
 * Versions 4 and 5 wrap what follows the attestation key in certification data of type 6. Lengths must close exactly.
 *
 * Refused by their names, since no rule for them is in the specification: attestation keys other than ECDSA P-256,
 * TEEs other than SGX and TDX, QEs of vendors other than Intel, bodies and certification data of unknown types. Not
 * compared with anything: SVNs of the header, user data, reserved bytes of SGX reports.
 *
 * Sources: spec: quote-spec.md 1 (layout), 2.1 (what is refused), 7.1, 7.4 (padding, lengths).
 */
#ifndef QVL_DCAP_QUOTE_H
#define QVL_DCAP_QUOTE_H

#include "view.h"

enum {
	QUOTE_CAP = 1 << 20, /* bytes; those seen have up to 8000, their padding included */
	QUOTE_HEADER_SIZE = 48,
	QUOTE_DESCRIPTOR_SIZE = 6,
	SGX_REPORT_SIZE = 384,
	TD10_REPORT_SIZE = 584,
	TD15_REPORT_SIZE = 648,
	QUOTE_SIGNATURE_SIZE = 64, /* r ‖ s, big-endian */
	QUOTE_KEY_SIZE = 64,       /* x ‖ y, big-endian */
	QUOTE_RTMRS = 4,
	TEE_SGX = 0,
	TEE_TDX = 0x81,
};

enum quote_body { BODY_SGX = 1, BODY_TD10 = 2, BODY_TD15 = 3 }; /* as in a descriptor */

/* Why a quote is refused: stable codes, for those who decide by them. */
enum quote_reason {
	QUOTE_FINE,
	QUOTE_TOO_LARGE,
	QUOTE_CUT_SHORT,            /* it ends within a field */
	QUOTE_VERSION,              /* none of 3, 4, 5 */
	QUOTE_KEY_TYPE,             /* no ECDSA P-256 attestation key */
	QUOTE_TEE_TYPE,             /* neither SGX nor TDX; of version 3: not SGX */
	QUOTE_QE_VENDOR,            /* not Intel's QE */
	QUOTE_BODY_TYPE,            /* unknown, or not of the header's TEE */
	QUOTE_BODY_SIZE,            /* not that of its type */
	QUOTE_CERTIFICATION_TYPE,   /* unknown, or in the wrong place */
	QUOTE_CERTIFICATION_LENGTH, /* types 1 to 3: not the size of what they hold */
	QUOTE_LENGTH,               /* lengths within the signature part do not close */
	QUOTE_TRAILING_BYTES,       /* what follows is not zeros */
	QUOTE_REASONS,
};

struct quote_header {
	struct view version;   /* 2 */
	struct view key_type;  /* 2: of the attestation key */
	struct view tee_type;  /* 4; of version 3 reserved */
	struct view qe_svn;    /* 2; version 3 only, else zero */
	struct view pce_svn;   /* 2; version 3 only, else zero */
	struct view vendor_id; /* 16: whose QE */
	struct view user_data; /* 20: the first 16 are the QE's id of the platform */
};

struct sgx_report {
	struct view bytes; /* all 384: what is signed of a QE's report */
	struct view cpu_svn, misc_select, reserved1;
	struct view attributes; /* 16: flags, and the XFRM */
	struct view mr_enclave, reserved2, mr_signer, reserved3, isv_prod_id, isv_svn, reserved4, report_data;
};

struct td_report {
	struct view bytes;
	struct view tee_tcb_svn, mr_seam, mr_signer_seam, seam_attributes, td_attributes, xfam, mr_td, mr_config_id;
	struct view mr_owner, mr_owner_config, rtmr[QUOTE_RTMRS], report_data;
	struct view tee_tcb_svn_2, mr_service_td; /* empty in TD 1.0 */
};

/* What the certification data says of the PCK that signed the QE's report. */
enum quote_certification_type {
	CERTIFICATION_PPID = 1,          /* PPID in clear, 16 bytes */
	CERTIFICATION_PPID_RSA2048 = 2,  /* encrypted, 256 */
	CERTIFICATION_PPID_RSA3072 = 3,  /* encrypted, 384 */
	CERTIFICATION_PCK_LEAF = 4,      /* PEM of the certificate */
	CERTIFICATION_PCK_CHAIN = 5,     /* PEM of it and of its issuers: pck_chain.h */
	CERTIFICATION_QE_REPORT_DATA = 6 /* outside, in versions 4 and 5 */
};

struct quote_certification {
	unsigned type; /* CERTIFICATION_PPID to CERTIFICATION_PCK_CHAIN */
	struct view type_bytes, size_bytes, data;
	struct view ppid, cpu_svn, pce_svn, pce_id; /* of types 1 to 3; else empty */
};

struct quote {
	struct view bytes; /* all that was given */
	unsigned version;
	enum quote_body body;
	struct quote_header header;
	struct view body_type, body_size; /* empty but in version 5 */
	struct sgx_report sgx;            /* of BODY_SGX; else empty */
	struct td_report td;              /* of the others; else empty */
	struct view signed_bytes;
	struct view signature_length; /* L */
	struct view signature, key;
	struct view outer_type, outer_size; /* empty in version 3 */
	struct sgx_report qe_report;
	struct view qe_report_signature, qe_auth_size, qe_auth_data;
	struct quote_certification certification;
	struct view padding;
	enum quote_reason reason; /* why it was refused; QUOTE_FINE */
};

/* Fills *quote. STATUS_BAD: `PART: reason`, and the code in quote->reason; the other fields are then not to be used. */
int quote_parse(const void *data, size_t size, struct quote *quote, struct err *err);

/* The same, and padding may be anything, for those who look at a quote and for the option of spec: quote-spec.md 7.1:
 * they must say that padding is not zero (view_is_zero()). */
int quote_parse_padded(const void *data, size_t size, struct quote *quote, struct err *err);

/* "cut-short", "version", …; "fine". */
const char *quote_reason_name(enum quote_reason reason);

/* "sgx", "td-1.0", "td-1.5". */
const char *quote_body_name(enum quote_body body);

/* "PPID", "PCK chain", …; NULL for an unknown type. */
const char *quote_certification_name(unsigned type);

#endif
