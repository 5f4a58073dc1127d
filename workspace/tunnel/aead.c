#include "aead.h"

#include "cleanup.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

CLEANUP_DEFINE(cipher_context, EVP_CIPHER_CTX *, NULL, EVP_CIPHER_CTX_free)

/* Found once: looking for it takes longer than a short frame. */
static EVP_CIPHER *cipher;

static void find_cipher(void)
{
	cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
}

/* The context has the key no longer than one frame takes, and is wiped with it. */
static bool run(EVP_CIPHER_CTX *context, bool seals, uint8_t *at, size_t size, const uint8_t *nonce, const uint8_t *key)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int n;
	return size <= INT_MAX && context && !pthread_once(&once, find_cipher) && cipher &&
	       EVP_CipherInit_ex2(context, cipher, key, nonce, seals, NULL) == 1 &&
	       EVP_CipherUpdate(context, at, &n, at, (int)size) == 1;
}

bool aead_seal(uint8_t *at, size_t size, uint8_t tag[AEAD_TAG_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
	       const uint8_t key[AEAD_KEY_SIZE])
{
	int n;
	cleanup(cleanup_cipher_context_at) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	bool is_sealed = run(context, true, at, size, nonce, key) && EVP_CipherFinal_ex(context, tag, &n) == 1 &&
			 EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_SIZE, tag) == 1;
	if (!is_sealed)
		OPENSSL_cleanse(at, size);
	return is_sealed;
}

/* OpenSSL decrypts before it knows the tag to be right: what it made is wiped then. */
bool aead_open(uint8_t *at, size_t size, const uint8_t tag[AEAD_TAG_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
	       const uint8_t key[AEAD_KEY_SIZE])
{
	int n;
	uint8_t expected[AEAD_TAG_SIZE], rest[AEAD_TAG_SIZE];
	cleanup(cleanup_cipher_context_at) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	memcpy(expected, tag, sizeof expected); /* OpenSSL takes one that can be changed */
	bool is_open = run(context, false, at, size, nonce, key) &&
		       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, sizeof expected, expected) == 1 &&
		       EVP_CipherFinal_ex(context, rest, &n) == 1;
	if (!is_open)
		OPENSSL_cleanse(at, size);
	return is_open;
}
