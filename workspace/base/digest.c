#include "digest.h"

#include "hex.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

struct hasher {
	EVP_MD_CTX *context;
	size_t size;
};

static const struct {
	const char *name;
	size_t size;
	const EVP_MD *(*md)(void);
} algorithms[] = {
	[SHA256] = {"sha256", SHA256_SIZE, EVP_sha256},
	[SHA384] = {"sha384", SHA384_SIZE, EVP_sha384},
	[SHA512] = {"sha512", SHA512_SIZE, EVP_sha512},
};

size_t digest_size(enum digest_algorithm algorithm)
{
	return algorithms[algorithm].size;
}

const char *digest_name(enum digest_algorithm algorithm)
{
	return algorithms[algorithm].name;
}

struct hasher *hasher_new(enum digest_algorithm algorithm, struct err *err)
{
	struct hasher *hasher = calloc(1, sizeof *hasher);
	if (hasher) {
		hasher->context = EVP_MD_CTX_new();
		hasher->size = algorithms[algorithm].size;
		if (hasher->context && EVP_DigestInit_ex(hasher->context, algorithms[algorithm].md(), NULL) == 1)
			return hasher;
	}
	hasher_free(hasher);
	err_set(err, EX_OSERR, "%s: cannot be set up", algorithms[algorithm].name);
	return NULL;
}

void hasher_free(struct hasher *hasher)
{
	if (hasher)
		EVP_MD_CTX_free(hasher->context);
	free(hasher);
}

void hasher_update(struct hasher *hasher, const void *data, size_t size)
{
	if (EVP_DigestUpdate(hasher->context, data, size) != 1)
		abort();
}

void hasher_final(struct hasher *hasher, uint8_t *out)
{
	/* Without an algorithm: the context keeps the one it has, and nothing is looked up again. */
	if (EVP_DigestFinal_ex(hasher->context, out, NULL) != 1 || EVP_DigestInit_ex(hasher->context, NULL, NULL) != 1)
		abort();
}

void hasher_final_hex(struct hasher *hasher, char out[DIGEST_HEX_MAX])
{
	uint8_t raw[DIGEST_MAX];
	hasher_final(hasher, raw);
	hex_write(raw, hasher->size, out);
}

int hasher_peek(const struct hasher *hasher, uint8_t *out, struct err *err)
{
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	int done = copy && EVP_MD_CTX_copy_ex(copy, hasher->context) == 1 && EVP_DigestFinal_ex(copy, out, NULL) == 1;
	EVP_MD_CTX_free(copy);
	return done ? 0 : err_set(err, EX_OSERR, "digest: cannot be copied");
}

int digest_raw(enum digest_algorithm algorithm, const void *data, size_t size, uint8_t *out, struct err *err)
{
	cleanup_hasher struct hasher *hasher = hasher_new(algorithm, err);
	if (!hasher)
		return -1;
	hasher_update(hasher, data, size);
	hasher_final(hasher, out);
	return 0;
}

int digest_bytes(enum digest_algorithm algorithm, const void *data, size_t size, char out[DIGEST_HEX_MAX],
		 struct err *err)
{
	uint8_t raw[DIGEST_MAX];
	if (digest_raw(algorithm, data, size, raw, err))
		return -1;
	hex_write(raw, digest_size(algorithm), out);
	return 0;
}

int digest_sha1(const void *data, size_t size, uint8_t out[SHA1_SIZE], struct err *err)
{
	return EVP_Digest(data, size, out, NULL, EVP_sha1(), NULL) == 1 ? 0
									: err_set(err, EX_OSERR, "sha1: cannot be had");
}

const char *digest_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}
