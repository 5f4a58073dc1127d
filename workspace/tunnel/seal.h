/* The primitives of the tunnel but for the cipher of version 2 (aead.h), by libsodium: X25519, sealed boxes, secret
 * boxes, BLAKE2b, SipHash, random bytes.
 *
 * Sources: spec: tunnel-spec.md 1.3, 1.4; docs/tunnel-protocol.md, "Keys".
 */
#ifndef TUNNEL_SEAL_H
#define TUNNEL_SEAL_H

#include "err.h"
#include "message.h"
#include "view.h"

enum {
	SEAL_KEY_SIZE = 32,
	SEAL_MARK_KEY_SIZE = 16,
};

/* Before everything else; any number of times. EX_SOFTWARE: there are no random bytes. */
int seal_start(struct err *err);

void seal_random(void *into, size_t size);
void seal_wipe(void *at, size_t size);

void seal_public(const uint8_t secret[SEAL_KEY_SIZE], uint8_t key[SEAL_KEY_SIZE]);

/* X25519. STATUS_BAD: the result is zero, since the public key is one of small order. */
int seal_shared(const uint8_t secret[SEAL_KEY_SIZE], const uint8_t key[SEAL_KEY_SIZE], uint8_t shared[SEAL_KEY_SIZE],
		struct err *err);

/* crypto_box_seal of a key. STATUS_BAD: the public key is one of small order; it does not open. */
int seal_key(const uint8_t secret[SEAL_KEY_SIZE], const uint8_t to[SEAL_KEY_SIZE], uint8_t sealed[SEALED_KEY_SIZE],
	     struct err *err);
int seal_key_open(const uint8_t sealed[SEALED_KEY_SIZE], const uint8_t public_key[SEAL_KEY_SIZE],
		  const uint8_t secret_key[SEAL_KEY_SIZE], uint8_t secret[SEAL_KEY_SIZE], struct err *err);

/* crypto_secretbox in place, for version 1: the tag is what stands before the bytes in the combined form. */
void seal_box(uint8_t *at, size_t size, uint8_t tag[BOX_TAG_SIZE], const uint8_t nonce[BOX_NONCE_SIZE],
	      const uint8_t key[SEAL_KEY_SIZE]);
bool seal_box_open(uint8_t *at, size_t size, const uint8_t tag[BOX_TAG_SIZE], const uint8_t nonce[BOX_NONCE_SIZE],
		   const uint8_t key[SEAL_KEY_SIZE]);

/* SipHash-2-4. */
uint64_t seal_mark(const uint8_t key[SEAL_MARK_KEY_SIZE], struct view of);

/* The clear frames of a handshake, hashed; docs/tunnel-protocol.md, "Keys". */
struct transcript;
struct transcript *transcript_new(struct err *err);
void transcript_free(struct transcript *transcript);
void transcript_add(struct transcript *transcript, struct view frame);

/* secret: 64 bytes, the sealed key and the shared one. Fills the key of each direction. */
void transcript_keys(const struct transcript *transcript, const uint8_t secret[2 * SEAL_KEY_SIZE],
		     uint8_t to_server[SEAL_KEY_SIZE], uint8_t to_client[SEAL_KEY_SIZE]);

#endif
