/* AES-256-GCM by OpenSSL, in place: what version 2 of the tunnel seals its frames with.
 *
 * Sources: RFC 5116 5.2 (AEAD_AES_256_GCM, no associated data); docs/tunnel-protocol.md, "Version 2: frames".
 */
#ifndef TUNNEL_AEAD_H
#define TUNNEL_AEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	AEAD_KEY_SIZE = 32,
	AEAD_NONCE_SIZE = 12,
	AEAD_TAG_SIZE = 16,
};

/* Both are false, and at has zeros alone, when there is no memory or size is above INT_MAX; so is the second when the
 * tag is another. */

/* A key and a nonce are together used once. */
bool aead_seal(uint8_t *at, size_t size, uint8_t tag[AEAD_TAG_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
	       const uint8_t key[AEAD_KEY_SIZE]);

bool aead_open(uint8_t *at, size_t size, const uint8_t tag[AEAD_TAG_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
	       const uint8_t key[AEAD_KEY_SIZE]);

#endif
