/* Keys that sign, and their signatures. With digest, base64 and p256 the one place that knows OpenSSL.
 *
 * Three kinds of key are taken and no other: Ed25519; ECDSA on P-256 with SHA-256; ECDSA on P-384 with SHA-384, its
 * signature a DER sequence of two integers. A key is called by the SHA-256 of its SubjectPublicKeyInfo in DER, which
 * has one encoding here: the curve named, the point uncompressed. A key that says the same otherwise is refused, so
 * that none has two names.
 *
 * Sources: RFC 8032 (Ed25519), FIPS 186-5 (ECDSA), RFC 3279 2.2.3, RFC 5480 2 and RFC 8410 4 (encodings), RFC 6979
 * (deterministic nonces), RFC 7468 (PEM).
 */
#ifndef BASE_SIGNATURE_H
#define BASE_SIGNATURE_H

#include "bytes.h"
#include "digest.h"

#include <stdbool.h>

enum key_kind { KEY_ED25519, KEY_P256, KEY_P384 };

enum {
	KEY_ID_SIZE = 2 * SHA256_SIZE + 1, /* lower-case hex and a NUL */
	KEY_CAP = 64 << 10,                /* bytes a file with a key may have */
	PASSPHRASE_SIZE = 1024,            /* with its NUL */
	SIGNATURE_MAX = 128,               /* bytes of a signature that is taken */
};

/* "ed25519", "p256", "p384". */
const char *key_kind_name(enum key_kind kind);
int key_kind_find(const char *name, enum key_kind *kind);

/* A public key, or a private one, which has its public half. */
struct key;
void key_free(struct key *key);
CLEANUP_DEFINE(key, struct key *, NULL, key_free)
#define cleanup_key cleanup(cleanup_key_at)

enum key_kind key_kind(const struct key *key);
const char *key_id(const struct key *key);
bool key_is_private(const struct key *key);

/* The text of one PEM block "PUBLIC KEY". NULL: STATUS_BAD. */
struct key *key_read_public(const char *pem, size_t size, struct err *err);
struct key *key_load_public(const char *path, struct err *err);

/* Where a passphrase, or a token's PIN, comes from. ask() is called only for a key that wants one; it may not be there.
 * What it wrote is wiped. */
struct passphrase {
	int (*ask)(void *context, char into[PASSPHRASE_SIZE], struct err *err);
	void *context;
};

/* A file with one private key as PEM, PKCS#8 or as OpenSSL wrote them before, or the URI of one key that a provider of
 * OpenSSL has, as in pkcs11:token=release;object=key: a name that begins with a scheme and a colon. A provider called
 * as the scheme is loaded when the library's configuration names none. NULL: STATUS_BAD when the key is malformed, of
 * another kind, or not opened by the passphrase. */
struct key *key_load_private(const char *name, const struct passphrase *passphrase, struct err *err);

/* A new key, from the system's random numbers. */
struct key *key_generate(enum key_kind kind, struct err *err);

/* Appends the public half as PEM. */
int key_write_public(const struct key *key, struct bytes *into, struct err *err);

/* Writes the private half as PKCS#8 PEM to a descriptor; encrypted (AES-256-CBC, PBKDF2) when there is a passphrase. */
int key_write_private(const struct key *key, const char *passphrase, int fd, struct err *err);

/* SIGNATURE_SHA256: ECDSA over SHA-256 whatever the curve, as readers of sigstore's simple signing expect. Ed25519 has
 * no choice. */
enum signature_hash { SIGNATURE_OF_KIND, SIGNATURE_SHA256 };

/* Appends a signature, which has been verified with the public half. Signing the same again gives the same bytes with
 * Ed25519, and with ECDSA where libcrypto (3.2 or later) or the token derives the nonce as RFC 6979 says. */
int signature_make(const struct key *key, enum signature_hash hash, const void *data, size_t size, struct bytes *into,
		   struct err *err);

/* *holds: is it one of the data by this key? -1 when the system cannot say. */
int signature_verify(const struct key *key, enum signature_hash hash, const void *data, size_t size,
		     const void *signature, size_t signature_size, bool *holds, struct err *err);

#endif
