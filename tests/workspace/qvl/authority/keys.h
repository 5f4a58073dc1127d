/* The keys of the test authority, and ECDSA on P-256 with them. They come from their names, and nonces from what is
 * signed, so that every run makes the same bytes and sets made apart fit each other. */
#ifndef AUTHORITY_KEYS_H
#define AUTHORITY_KEYS_H

#define OPENSSL_SUPPRESS_DEPRECATED /* a nonce can be chosen with the old functions alone */

#include "der.h"

#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

enum key_name {
	KEY_ROOT,
	KEY_OTHER_ROOT,
	KEY_PLATFORM_CA,
	KEY_PROCESSOR_CA,
	KEY_PCK,
	KEY_SIGNER,
	KEY_ATTESTATION,
	KEY_OTHER,
	KEYS
};

enum { HALF = 32, POINT = 2 * HALF, SIGNATURE = 2 * HALF };

static void sure(bool holds)
{
	if (!holds)
		die(EX_SOFTWARE, "libcrypto failed");
}

static EC_KEY *key_make(enum key_name name)
{
	uint8_t scalar[HALF];
	char label[64];
	snprintf(label, sizeof label, "kettle-dstack test authority %d", (int)name);
	SHA256((const uint8_t *)label, strlen(label), scalar);
	EC_KEY *key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT *point = EC_POINT_new(EC_KEY_get0_group(key));
	BIGNUM *number = BN_bin2bn(scalar, sizeof scalar, NULL);
	sure(EC_POINT_mul(EC_KEY_get0_group(key), point, number, NULL, NULL, NULL) &&
	     EC_KEY_set_private_key(key, number) && EC_KEY_set_public_key(key, point));
	BN_free(number);
	EC_POINT_free(point);
	return key;
}

static EC_KEY *key_of(enum key_name name)
{
	static EC_KEY *made[KEYS];
	if (!made[name])
		made[name] = key_make(name);
	return made[name];
}

/* x ‖ y */
static void key_point(enum key_name name, uint8_t point[POINT])
{
	uint8_t octets[1 + POINT];
	EC_KEY *key = key_of(name);
	sure(EC_POINT_point2oct(EC_KEY_get0_group(key), EC_KEY_get0_public_key(key), POINT_CONVERSION_UNCOMPRESSED,
				octets, sizeof octets, NULL) == sizeof octets);
	memcpy(point, octets + 1, POINT);
}

static void key_write(enum key_name name, struct bytes *pem)
{
	char *text;
	EVP_PKEY *key = EVP_PKEY_new();
	BIO *bio = BIO_new(BIO_s_mem());
	sure(EVP_PKEY_set1_EC_KEY(key, key_of(name)) &&
	     PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL));
	long size = BIO_get_mem_data(bio, &text);
	put(pem, text, (size_t)size);
	BIO_free(bio);
	EVP_PKEY_free(key);
}

/* kG's x modulo the order, and 1/k: what ECDSA_do_sign_ex() takes instead of a random nonce. */
static void nonce_of(const EC_KEY *key, const uint8_t digest[HALF], BIGNUM **inverse, BIGNUM **x)
{
	uint8_t input[2 * HALF], nonce[HALF];
	const EC_GROUP *group = EC_KEY_get0_group(key);
	BN_CTX *context = BN_CTX_new();
	EC_POINT *point = EC_POINT_new(group);
	BIGNUM *number = BN_new();
	sure(BN_bn2binpad(EC_KEY_get0_private_key(key), input, HALF) == HALF);
	memcpy(input + HALF, digest, HALF);
	SHA256(input, sizeof input, nonce);
	*x = BN_new();
	sure(BN_bin2bn(nonce, HALF, number) && EC_POINT_mul(group, point, number, NULL, NULL, context) &&
	     EC_POINT_get_affine_coordinates(group, point, *x, NULL, context) &&
	     BN_nnmod(*x, *x, EC_GROUP_get0_order(group), context));
	*inverse = BN_mod_inverse(NULL, number, EC_GROUP_get0_order(group), context);
	BN_free(number);
	EC_POINT_free(point);
	BN_CTX_free(context);
}

/* r ‖ s over SHA-256 */
static void key_sign(enum key_name name, const void *data, size_t size, uint8_t signature[SIGNATURE])
{
	uint8_t digest[HALF];
	BIGNUM *inverse, *x;
	EC_KEY *key = key_of(name);
	SHA256(data, size, digest);
	nonce_of(key, digest, &inverse, &x);
	ECDSA_SIG *made = ECDSA_do_sign_ex(digest, sizeof digest, inverse, x, key);
	sure(made && BN_bn2binpad(ECDSA_SIG_get0_r(made), signature, HALF) == HALF &&
	     BN_bn2binpad(ECDSA_SIG_get0_s(made), signature + HALF, HALF) == HALF);
	ECDSA_SIG_free(made);
	BN_free(inverse);
	BN_free(x);
}

#endif
