/* Collateral: what Intel publishes for the verification of quotes, as it was fetched, unverified.
 *
 * One JSON file in dcap-qvl's form (QuoteCollateralV3), or a folder with the answers of a PCS or PCCS as served:
 *
 *     tcb-info.json      {"tcbInfo":{…},"signature":"…"}             tcb-info.pem      its issuer chain
 *     qe-identity.json   {"enclaveIdentity":{…},"signature":"…"}     qe-identity.pem   its issuer chain
 *     root-ca.crl        DER, hex or PEM                             pck.crl           DER, hex or PEM
 *                                                                    pck-crl.pem       its issuer chain
 *     pck.pem            optional: the PCK's chain, for quotes that do not carry one
 *
 * Signed texts are kept byte for byte. What is there of the three parts about revocation and about a PCK may be
 * missing, or null; that is for the one who verifies to judge. Other members and other files are ignored.
 *
 * Chains are text, which is all that is looked at here.
 *
 * Sources: spec: quote-spec.md 3.2, 4 (exact bytes), 7.5, 7.6.
 */
#ifndef QVL_COLLATERAL_H
#define QVL_COLLATERAL_H

#include "bytes.h"
#include "view.h"

enum {
	COLLATERAL_CAP = 16 << 20, /* bytes of a file */
	COLLATERAL_SIGNATURE_SIZE = 64,
};

struct signed_document {
	struct bytes text;                            /* the inner object, from { to } */
	uint8_t signature[COLLATERAL_SIGNATURE_SIZE]; /* r ‖ s */
	struct bytes issuer_chain;                    /* PEM: signer, then root */
};

struct collateral {
	struct signed_document tcb_info, qe_identity;
	struct bytes root_crl, pck_crl; /* DER; empty: not there */
	struct bytes pck_chain;         /* PEM; empty: not there */
	/* PEM; empty: not there. Never used for a quote, whose own chain says who issues its CRL (spec: quote-spec.md
	 * 7.5): kept for those who read what is written. */
	struct bytes pck_crl_chain;
};

void collateral_free(struct collateral *collateral);
#define cleanup_collateral cleanup(collateral_free)

/* Fills *collateral, which the caller frees in any case. STATUS_BAD: `MEMBER: reason`, or `FILE: reason` in a folder.
 */
int collateral_parse(const char *text, size_t size, struct collateral *collateral, struct err *err);
int collateral_load(const char *path, struct collateral *collateral, struct err *err);

/* Appends the JSON form, members sorted by name; signed texts in it are the exact bytes. */
int collateral_write(const struct collateral *collateral, struct bytes *into, struct err *err);

/* The folder's form: writes those files of it that there is something for into a folder that is there. An answer is
 * written as a PCS serves it: the object's exact bytes, then the signature. */
int collateral_write_folder(const struct collateral *collateral, const char *path, struct err *err);

/* The name of a file that a folder of collateral may have; NULL behind the last. */
const char *collateral_file_name(size_t index);

/* The inner object of a served answer, byte for byte, and its signature. member is "tcbInfo" or "enclaveIdentity".
 * Refused: the member twice, no such member, a signature that is not 128 hex digits. */
int signed_document_parse(const char *text, size_t size, const char *member, struct signed_document *document,
			  struct err *err);

/* Is it text as PEM is? Whether certificates are in it, pem.h says. STATUS_BAD. */
int collateral_chain_check(const struct bytes *chain, struct err *err);

void signed_document_free(struct signed_document *document);

/* DER, its hex with or without white space behind it, or PEM "X509 CRL" → DER. That it is a list, crl.h says. */
int crl_decode(const void *data, size_t size, struct bytes *der, struct err *err);

#endif
