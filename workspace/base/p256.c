#include "p256.h"

#include "digest.h"

/* OpenSSL has functions called as our constants are. */
#define SHA256 openssl_sha256
#define SHA384 openssl_sha384
#define SHA512 openssl_sha512
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#undef SHA256
#undef SHA384
#undef SHA512

#include <pthread.h>
#include <string.h>

CLEANUP_DEFINE(pkey, EVP_PKEY *, NULL, EVP_PKEY_free)
CLEANUP_DEFINE(pkey_context, EVP_PKEY_CTX *, NULL, EVP_PKEY_CTX_free)

enum { DER_MAX = 72 }; /* bytes of a signature */

/* P-256 without a point, made once and then copied: to find a curve by its name costs a third of a verification. */
static EVP_PKEY *p256_curve;
static pthread_once_t p256_once = PTHREAD_ONCE_INIT;

static void make_p256_curve(void)
{
	char name[] = "P-256";
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string("group", name, sizeof name - 1), OSSL_PARAM_END};
	cleanup(cleanup_pkey_context_at) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	if (context && EVP_PKEY_fromdata_init(context) == 1)
		EVP_PKEY_fromdata(context, &p256_curve, EVP_PKEY_KEY_PARAMETERS, params);
}

/* NULL, too, when the point is not on the curve. */
static EVP_PKEY *p256_key(const uint8_t point[P256_POINT_SIZE])
{
	uint8_t encoded[1 + P256_POINT_SIZE] = {POINT_CONVERSION_UNCOMPRESSED};
	cleanup(cleanup_pkey_at) EVP_PKEY *key = EVP_PKEY_new();
	memcpy(encoded + 1, point, P256_POINT_SIZE);
	bool is_made = key && EVP_PKEY_copy_parameters(key, p256_curve) == 1 &&
		       EVP_PKEY_set1_encoded_public_key(key, encoded, sizeof encoded) == 1;
	return is_made ? steal(&key) : NULL;
}

/* spec: RFC 3279 2.2.3; an INTEGER has no more zeros in front than keep it positive */
static size_t write_signature(const uint8_t signature[P256_SIGNATURE_SIZE], uint8_t der[DER_MAX])
{
	size_t at = 2;
	for (const uint8_t *half = signature; half < signature + P256_SIGNATURE_SIZE; half += P256_SIGNATURE_SIZE / 2) {
		const uint8_t *number = half;
		size_t size = P256_SIGNATURE_SIZE / 2;
		for (; size > 1 && !*number; size--)
			number++;
		size_t padding = *number >> 7;
		memcpy(der + at, (uint8_t[]){0x02, (uint8_t)(padding + size), 0}, 3);
		memcpy(der + at + 2 + padding, number, size);
		at += 2 + padding + size;
	}
	memcpy(der, (uint8_t[]){0x30, (uint8_t)(at - 2)}, 2);
	return at;
}

int p256_verify(const uint8_t point[P256_POINT_SIZE], const uint8_t signature[P256_SIGNATURE_SIZE], const void *data,
		size_t size, bool *holds, struct err *err)
{
	uint8_t der[DER_MAX], digest[SHA256_SIZE];
	*holds = false;
	if (pthread_once(&p256_once, make_p256_curve) || !p256_curve)
		return err_set(err, EX_OSFILE, "cannot verify: OpenSSL has no P-256");
	if (digest_raw(SHA256, data, size, digest, err))
		return -1;
	cleanup(cleanup_pkey_at) EVP_PKEY *key = p256_key(point);
	cleanup(cleanup_pkey_context_at) EVP_PKEY_CTX *context = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	*holds = context && EVP_PKEY_verify_init(context) == 1 &&
		 EVP_PKEY_verify(context, der, write_signature(signature, der), digest, sizeof digest) == 1;
	ERR_clear_error();
	return 0;
}
