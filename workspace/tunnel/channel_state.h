/* What a channel is. Private to channel*.c. */
#ifndef TUNNEL_CHANNEL_STATE_H
#define TUNNEL_CHANNEL_STATE_H

#include "channel.h"

#include "aead.h"
#include "key.h"
#include "seal.h"
#include "seen.h"

enum { CLOSE_PROTOCOL = 1002, CLOSE_POLICY = 1008, CLOSE_TOO_LARGE = 1009 };

enum stage {
	STAGE_NEW,
	STAGE_ASKED,   /* client: hello was written; server: was read */
	STAGE_OFFERED, /* server_kx was written, or read */
	STAGE_OPEN,
	STAGE_OVER,
};

/* What a direction of version 2 has had. */
struct channel_count {
	uint64_t frames, bytes;
};

struct channel {
	struct channel_settings settings; /* with the defaults in place; nonce is not used */
	enum stage stage;
	int version; /* 0: not agreed */
	size_t refused;
	uint8_t nonce[TUNNEL_NONCE_SIZE];
	bool has_nonce;

	/* A slot. Open: the keys to seal and to open with, which are one in version 1. Before, of a server with version
	 * 2: the secret of its share. */
	uint8_t *secret;
	struct transcript *transcript;                                /* of a handshake that may be of version 2 */
	uint8_t offered_key[TUNNEL_KEY_SIZE], share[TUNNEL_KEY_SIZE]; /* the server's, at the client */
	struct channel_count sent, received;
	struct seen *seen;               /* nonces received, of version 1 */
	uint8_t own[SEAL_MARK_KEY_SIZE]; /* marks nonces of this end's */
};

static inline uint8_t *channel_key_to_seal(const struct channel *channel)
{
	return channel->secret;
}

static inline uint8_t *channel_key_to_open(const struct channel *channel)
{
	return channel->secret + SEAL_KEY_SIZE;
}

/* The connection is to end: *err says why. CHANNEL_OVER. */
int channel_end(struct channel *channel, struct channel_taken *taken, int code);

/* A message is refused: *err says why, or that memory is out. In version 2 it ends the connection, else it is counted.
 */
int channel_refuse(struct channel *channel, struct channel_taken *taken, struct err *err);

/* One more that does not count for nothing: CHANNEL_IGNORED, or CHANNEL_OVER. */
int channel_count(struct channel *channel, struct channel_taken *taken, struct err *err);

/* A frame before the channel is open. */
int channel_take_clear(struct channel *channel, struct view frame, struct channel_taken *taken, struct err *err);

/* A frame after it is. */
int channel_take_sealed(struct channel *channel, uint8_t *frame, size_t size, struct channel_taken *taken,
			struct err *err);

/* The secrets of the handshake are no longer needed: the key is what the secret slot has. */
void channel_open(struct channel *channel);

#endif
