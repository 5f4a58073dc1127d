/* DSSE envelopes: a payload, and signatures over it and its type.
 *
 * An envelope is a JSON object of exactly payload (base64), payloadType and signatures, an array of at least one object
 * of exactly sig (base64) and, if it likes, keyid. The one payload type is DSSE_TYPE. What a signature is over is the
 * "pre-authentication encoding" of type and payload (dsse_pae), never JSON.
 *
 * Nothing of an envelope is believed before its signature holds: dsse_payload() gives nothing until dsse_verify() has
 * found a signature that does.
 *
 * A keyid is the id of the key that signed (signature.h), or empty, or not there. It says which key to try; a signature
 * whose keyid names another key does not count, though it may hold, so that no byte of an envelope can change unseen.
 *
 * Source: DSSE 1.0.2, envelope.md and protocol.md.
 */
#ifndef BASE_DSSE_H
#define BASE_DSSE_H

#include "keyring.h"

#define DSSE_TYPE "application/vnd.in-toto+json"

enum {
	DSSE_CAP = 16 << 20,                        /* bytes of an envelope */
	DSSE_PAYLOAD_CAP = (12 << 20) - (64 << 10), /* bytes of a payload that is signed: in base64, with room */
	DSSE_SIGNATURES = 64,
	DSSE_KEYID_MAX = 256, /* bytes of a keyid, ours or not */
};

/* What a signature is worth. DSSE_UNKNOWN: its keyid is that of no key there is, or it has none and holds for none. */
enum dsse_standing { DSSE_UNKNOWN, DSSE_HOLDS, DSSE_BROKEN };

struct dsse_signature {
	char keyid[DSSE_KEYID_MAX + 1]; /* as claimed */
	uint8_t sig[SIGNATURE_MAX];
	size_t size;
	enum dsse_standing standing;
	const struct keyring_key *by; /* when it holds or is broken */
};

struct dsse;
void dsse_free(struct dsse *dsse);
CLEANUP_DEFINE(dsse, struct dsse *, NULL, dsse_free)
#define cleanup_dsse cleanup(cleanup_dsse_at)

/* NULL: STATUS_BAD, whatever is wrong with it. */
struct dsse *dsse_parse(const char *text, size_t size, struct err *err);
struct dsse *dsse_load(const char *path, struct err *err);

/* Without a signature. */
struct dsse *dsse_new(const void *payload, size_t size, struct err *err);

/* Adds a signature by a private key. One that is there by this key stays if it holds, else it is replaced. */
int dsse_sign(struct dsse *dsse, const struct key *key, struct err *err);

/* Appends the envelope: compact JSON without a final newline, signatures sorted by keyid. */
int dsse_write(const struct dsse *dsse, struct bytes *into, struct err *err);

/* Fills in the standing of each signature. Returns 0 whatever it is; -1 when the system fails. ring must outlive dsse.
 */
int dsse_verify(struct dsse *dsse, const struct keyring *ring, struct err *err);

const struct dsse_signature *dsse_signatures(const struct dsse *dsse, size_t *count);

/* The payload, as long as dsse lives; NULL (STATUS_FALSE) when no signature holds. */
const char *dsse_payload(const struct dsse *dsse, size_t *size, struct err *err);

/* Byte for byte? Nothing is said of what they hold. */
bool dsse_is_same_payload(const struct dsse *a, const struct dsse *b);

/* Appends what is signed. */
int dsse_pae(const char *type, const void *payload, size_t size, struct bytes *into, struct err *err);

#endif
