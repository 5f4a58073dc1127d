#include "seal.h"

#include "cleanup.h"

#include <sodium.h>
#include <string.h>

int seal_start(struct err *err)
{
	return sodium_init() < 0 ? err_set(err, EX_SOFTWARE, "libsodium does not start") : 0;
}

void seal_random(void *into, size_t size)
{
	randombytes_buf(into, size);
}

void seal_wipe(void *at, size_t size)
{
	sodium_memzero(at, size);
}

void seal_public(const uint8_t secret[SEAL_KEY_SIZE], uint8_t key[SEAL_KEY_SIZE])
{
	crypto_scalarmult_base(key, secret);
}

/* spec: tunnel-spec.md 1.3, "Reject an all-zero X25519 result" */
int seal_shared(const uint8_t secret[SEAL_KEY_SIZE], const uint8_t key[SEAL_KEY_SIZE], uint8_t shared[SEAL_KEY_SIZE],
		struct err *err)
{
	return crypto_scalarmult(shared, secret, key) ? err_bad(err, "an X25519 key of small order") : 0;
}

/* spec: tunnel-spec.md 1.3 */
int seal_key(const uint8_t secret[SEAL_KEY_SIZE], const uint8_t to[SEAL_KEY_SIZE], uint8_t sealed[SEALED_KEY_SIZE],
	     struct err *err)
{
	_Static_assert(SEALED_KEY_SIZE == SEAL_KEY_SIZE + crypto_box_SEALBYTES, "a sealed key's size");
	if (crypto_box_seal(sealed, secret, SEAL_KEY_SIZE, to))
		return err_bad(err, "an X25519 key of small order");
	return 0;
}

int seal_key_open(const uint8_t sealed[SEALED_KEY_SIZE], const uint8_t public_key[SEAL_KEY_SIZE],
		  const uint8_t secret_key[SEAL_KEY_SIZE], uint8_t secret[SEAL_KEY_SIZE], struct err *err)
{
	if (crypto_box_seal_open(secret, sealed, SEALED_KEY_SIZE, public_key, secret_key))
		return err_bad(err, "the sealed key does not open");
	return 0;
}

/* spec: tunnel-spec.md 1.4 */
void seal_box(uint8_t *at, size_t size, uint8_t tag[BOX_TAG_SIZE], const uint8_t nonce[BOX_NONCE_SIZE],
	      const uint8_t key[SEAL_KEY_SIZE])
{
	crypto_secretbox_detached(at, tag, at, size, nonce, key);
}

bool seal_box_open(uint8_t *at, size_t size, const uint8_t tag[BOX_TAG_SIZE], const uint8_t nonce[BOX_NONCE_SIZE],
		   const uint8_t key[SEAL_KEY_SIZE])
{
	return !crypto_secretbox_open_detached(at, at, tag, size, nonce, key);
}

uint64_t seal_mark(const uint8_t key[SEAL_MARK_KEY_SIZE], struct view of)
{
	uint8_t mark[8];
	_Static_assert(sizeof mark == crypto_shorthash_BYTES && SEAL_MARK_KEY_SIZE == crypto_shorthash_KEYBYTES,
		       "SipHash's sizes");
	crypto_shorthash(mark, of.data, of.size, key);
	return view_little(view_of(mark, sizeof mark));
}

struct transcript {
	crypto_generichash_state *state;
};

/* docs/tunnel-protocol.md, "Keys" */
static const char protocol[] = "dstack-tunnel-v2";
static const char label_to_server[] = "client to server";
static const char label_to_client[] = "server to client";
enum { HASH_SIZE = 64 };

struct transcript *transcript_new(struct err *err)
{
	struct transcript *transcript = malloc(sizeof *transcript);
	crypto_generichash_state *state = NULL;
	if (!transcript || posix_memalign((void **)&state, 64, crypto_generichash_statebytes())) {
		free(transcript);
		err_system(err, EX_OSERR, "a transcript");
		return NULL;
	}
	transcript->state = state;
	crypto_generichash_init(state, NULL, 0, HASH_SIZE);
	crypto_generichash_update(state, (const uint8_t *)protocol, sizeof protocol - 1);
	return transcript;
}

void transcript_free(struct transcript *transcript)
{
	if (transcript)
		free(transcript->state);
	free(transcript);
}

void transcript_add(struct transcript *transcript, struct view frame)
{
	uint8_t size[8];
	for (size_t i = 0; i < sizeof size; i++)
		size[i] = (uint8_t)((uint64_t)frame.size >> 8 * i);
	crypto_generichash_update(transcript->state, size, sizeof size);
	crypto_generichash_update(transcript->state, frame.data, frame.size);
}

static void derive(const uint8_t secret[2 * SEAL_KEY_SIZE], const char *label, const uint8_t hash[HASH_SIZE],
		   uint8_t key[SEAL_KEY_SIZE])
{
	crypto_generichash_state state;
	crypto_generichash_init(&state, secret, 2 * SEAL_KEY_SIZE, SEAL_KEY_SIZE);
	crypto_generichash_update(&state, (const uint8_t *)label, strlen(label));
	crypto_generichash_update(&state, hash, HASH_SIZE);
	crypto_generichash_final(&state, key, SEAL_KEY_SIZE);
	seal_wipe(&state, sizeof state);
}

void transcript_keys(const struct transcript *transcript, const uint8_t secret[2 * SEAL_KEY_SIZE],
		     uint8_t to_server[SEAL_KEY_SIZE], uint8_t to_client[SEAL_KEY_SIZE])
{
	uint8_t hash[HASH_SIZE];
	crypto_generichash_final(transcript->state, hash, sizeof hash);
	derive(secret, label_to_server, hash, to_server);
	derive(secret, label_to_client, hash, to_client);
}
