/* How a quote's report data bind an X25519 key, kettle's and the tunnel's: SHA-512("teekit-x25519-v1:" ‖ key ‖ nonce),
 * where no nonce is nothing. The tag names the use, so that a quote for another purpose is none for this one; the nonce
 * is the client's, who knows by it that the quote is not an old one.
 *
 * Source: spec: tunnel-spec.md 4, "Binding on dstack".
 */
#ifndef QVL_KEY_BINDING_H
#define QVL_KEY_BINDING_H

#include "err.h"

#include <stdint.h>

enum { KEY_BINDING_KEY = 32, KEY_BINDING_NONCE = 32, KEY_BINDING_SIZE = 64 };

/* nonce: NULL for none. */
int key_binding(const uint8_t key[KEY_BINDING_KEY], const uint8_t *nonce, uint8_t value[KEY_BINDING_SIZE],
		struct err *err);

#endif
