/* A server's X25519 key, as channel.c has it. channel.h has what others call.
 *
 * A key is held by who made it and by each channel that has offered it and waits for a client's key; the last to let go
 * of it wipes it. It remembers which sealed keys it has opened, so that the whole connection of a client cannot be
 * played again on another.
 */
#ifndef TUNNEL_KEY_H
#define TUNNEL_KEY_H

#include "channel.h"

struct tunnel_key *tunnel_key_hold(struct tunnel_key *key);

/* STATUS_BAD: it does not open, or was there before; EX_TEMPFAIL: it has opened as many as it can remember. */
int tunnel_key_open(struct tunnel_key *key, struct view sealed, uint8_t secret[TUNNEL_KEY_SIZE], struct err *err);

#endif
