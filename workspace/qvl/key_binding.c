#include "key_binding.h"

#include "digest.h"

#include <string.h>

int key_binding(const uint8_t key[KEY_BINDING_KEY], const uint8_t *nonce, uint8_t value[KEY_BINDING_SIZE],
		struct err *err)
{
	static const char tag[] = "teekit-x25519-v1:";
	_Static_assert((int)SHA512_SIZE == (int)KEY_BINDING_SIZE, "report data are one digest");
	cleanup_hasher struct hasher *hasher = hasher_new(SHA512, err);
	if (!hasher)
		return -1;
	hasher_update(hasher, tag, strlen(tag));
	hasher_update(hasher, key, KEY_BINDING_KEY);
	if (nonce)
		hasher_update(hasher, nonce, KEY_BINDING_NONCE);
	hasher_final(hasher, value);
	return 0;
}
