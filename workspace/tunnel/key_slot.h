/* Memory for secrets: slots of one size in pages that are locked where the system's limit allows it, left out of core
 * dumps, and stand between pages that nobody may touch. A slot costs its bytes, so ten thousand tunnels may have one.
 */
#ifndef TUNNEL_KEY_SLOT_H
#define TUNNEL_KEY_SLOT_H

#include "err.h"

#include <stdint.h>

enum { KEY_SLOT_SIZE = 64 };

/* Zeroed. Its pages are kept for the next, never given back. */
uint8_t *key_slot_new(struct err *err);
void key_slot_free(uint8_t *slot); /* wipes it; NULL is none */

#endif
