#include "key.h"

#include "key_slot.h"
#include "seal.h"
#include "seen.h"

#include <string.h>

enum {
	OPENED_CAP = 1 << 20,            /* 16 MiB of memory */
	OPENED_WORN = OPENED_CAP / 4 * 3 /* leaves time to make another */
};

struct tunnel_key {
	size_t holders;
	uint8_t public_key[TUNNEL_KEY_SIZE];
	uint8_t *secret; /* a slot */
	struct seen *opened;
};

static void release(struct tunnel_key *key)
{
	key_slot_free(key->secret);
	seen_free(key->opened);
	free(key);
}

/* secret: NULL for a random one. */
static struct tunnel_key *make(const uint8_t *secret, struct err *err)
{
	if (seal_start(err))
		return NULL;
	struct tunnel_key *key = calloc(1, sizeof *key);
	if (!key) {
		err_system(err, EX_OSERR, "a key");
		return NULL;
	}
	key->secret = key_slot_new(err);
	key->opened = key->secret ? seen_new(OPENED_CAP, err) : NULL;
	if (!key->opened) {
		release(key);
		return NULL;
	}
	key->holders = 1;
	if (secret)
		memcpy(key->secret, secret, TUNNEL_KEY_SIZE);
	else
		seal_random(key->secret, TUNNEL_KEY_SIZE);
	seal_public(key->secret, key->public_key);
	return key;
}

struct tunnel_key *tunnel_key_new(struct err *err)
{
	return make(NULL, err);
}

struct tunnel_key *tunnel_key_of(const uint8_t secret[TUNNEL_KEY_SIZE], struct err *err)
{
	return make(secret, err);
}

struct tunnel_key *tunnel_key_hold(struct tunnel_key *key)
{
	key->holders++;
	return key;
}

void tunnel_key_free(struct tunnel_key *key)
{
	if (key && !--key->holders)
		release(key);
}

const uint8_t *tunnel_key_public(const struct tunnel_key *key)
{
	return key->public_key;
}

bool tunnel_key_is_worn(const struct tunnel_key *key)
{
	return seen_count(key->opened) >= OPENED_WORN;
}

int tunnel_key_open(struct tunnel_key *key, struct view sealed, uint8_t secret[TUNNEL_KEY_SIZE], struct err *err)
{
	if (seal_key_open(sealed.data, key->public_key, key->secret, secret, err))
		return -1;
	switch (seen_add(key->opened, sealed, err)) {
	case SEEN_NEW:
		return 0;
	case SEEN_BEFORE:
		return err_bad(err, "a sealed key that was used before");
	case SEEN_FULL:
		return err_set(err, EX_TEMPFAIL, "the server's key has opened too many others");
	default:
		return -1;
	}
}
