/* SHA-2 digests. The one place that knows OpenSSL's EVP interface.
 *
 * Sources: FIPS 180-4 (SHA-256, SHA-384, SHA-512; SHA-1). Sizes in bytes.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include "cleanup.h"
#include "err.h"

#include <stddef.h>
#include <stdint.h>

enum digest_algorithm { SHA256, SHA384, SHA512 };

enum {
	SHA256_SIZE = 32,
	SHA384_SIZE = 48,
	SHA512_SIZE = 64,
	DIGEST_MAX = 64,
	DIGEST_HEX_MAX = 2 * DIGEST_MAX + 1, /* lower-case hex and a NUL */
};

/* Bytes of a digest. */
size_t digest_size(enum digest_algorithm algorithm);

/* "sha256", "sha384", "sha512". */
const char *digest_name(enum digest_algorithm algorithm);

/* A digest being computed. Owned by the caller; NULL when memory or the algorithm is missing (err filled). */
struct hasher;
struct hasher *hasher_new(enum digest_algorithm algorithm, struct err *err);
void hasher_free(struct hasher *hasher);
CLEANUP_DEFINE(hasher, struct hasher *, NULL, hasher_free)
#define cleanup_hasher cleanup(cleanup_hasher_at)

/* OpenSSL's update cannot fail on a context that hasher_new() gave; a failure would abort. */
void hasher_update(struct hasher *hasher, const void *data, size_t size);

/* Writes digest_size() bytes; the hasher starts afresh. */
void hasher_final(struct hasher *hasher, uint8_t *out);

/* As hasher_final, in lower-case hex. */
void hasher_final_hex(struct hasher *hasher, char out[DIGEST_HEX_MAX]);

/* What hasher_final() would write now; the hasher goes on. Returns 0 or -1. */
int hasher_peek(const struct hasher *hasher, uint8_t *out, struct err *err);

/* All at once, digest_size() bytes. Returns 0 or -1. */
int digest_raw(enum digest_algorithm algorithm, const void *data, size_t size, uint8_t *out, struct err *err);

/* The same in lower-case hex. */
int digest_bytes(enum digest_algorithm algorithm, const void *data, size_t size, char out[DIGEST_HEX_MAX],
		 struct err *err);

/* SHA-1, for protocols that have it as a checksum: nothing may be vouched for by it. Returns 0 or -1. */
enum { SHA1_SIZE = 20 };
int digest_sha1(const void *data, size_t size, uint8_t out[SHA1_SIZE], struct err *err);

/* The library's own version text, for --version. */
const char *digest_library(void);

#endif
