/* One tunnel's cryptography, at either end: whole WebSocket messages in, whole WebSocket messages out. No sockets, no
 * clock, nothing waits.
 *
 *     client                                              server
 *     channel_hello()          client_kx_ready  ────▶     channel_take(): CHANNEL_ASKED
 *     channel_take(): CHANNEL_OFFERED  ◀────  server_kx   channel_offer()
 *       (the caller verifies the evidence)
 *     channel_accept()         client_kx        ────▶     channel_take(): CHANNEL_OPENED
 *     channel_seal(), channel_take(): CHANNEL_PAYLOAD ◀─▶ the same
 *
 * What must not be is ignored and counted in version 1, and after too many the connection ends: clear messages after
 * the handshake, frames that do not open or were there before, types that the other side may not send, wrong lengths,
 * bad CBOR. In version 2, from when it is agreed, the first of these ends it: nothing but an attack or a fault gives
 * one, and a chunk that was left out would be a hole in a body.
 *
 * A key and the channels that use it are for one thread at a time.
 *
 * Secrets are wiped when released, and are in memory that no core dump has, locked where the system's limit allows it;
 * but for a key while a frame is sealed or opened with it.
 *
 * Sources: spec: tunnel-spec.md 1.2 to 1.4, 4; docs/tunnel-protocol.md (version 2).
 */
#ifndef TUNNEL_CHANNEL_H
#define TUNNEL_CHANNEL_H

#include "message.h"

/* A server's X25519 key, made in memory and never written. */
struct tunnel_key;
struct tunnel_key *tunnel_key_new(struct err *err);
struct tunnel_key *tunnel_key_of(const uint8_t secret[TUNNEL_KEY_SIZE], struct err *err); /* for known answers */
const uint8_t *tunnel_key_public(const struct tunnel_key *key);
bool tunnel_key_is_worn(const struct tunnel_key *key); /* another is to be made: soon this one opens nothing more */
void tunnel_key_free(struct tunnel_key *key);          /* channels that have offered it keep it until they are open */

enum channel_role { CHANNEL_SERVER, CHANNEL_CLIENT };

struct channel_settings {
	enum channel_role role;
	struct tunnel_key *key;       /* the server's, which the channel holds too */
	bool only_version_2;          /* server: other clients are refused; client: other servers are */
	bool no_version_2;            /* client: does not offer it; server: does not know it */
	const uint8_t *nonce;         /* client: TUNNEL_NONCE_SIZE bytes, copied; NULL: sends none */
	size_t clear_cap, sealed_cap; /* bytes of a frame before and after the handshake; 0: 1 MiB and 16 MiB */
	size_t refused_cap;           /* of ignored messages and repeated questions; 0: 32 */
	size_t frames_cap;            /* received, of version 1, which has to remember them; 0: 2^20 (16 MiB then) */
};

enum channel_result {
	CHANNEL_IGNORED, /* counted; *err says why, in one line without the peer's bytes */
	CHANNEL_ASKED,   /* server: taken.message is client_kx_ready, to be answered; again when it is repeated */
	CHANNEL_OFFERED, /* client: taken.message is server_kx, to be judged */
	CHANNEL_OPENED,  /* server: the handshake is complete */
	CHANNEL_PAYLOAD, /* taken.message is one */
	CHANNEL_OVER,    /* the connection is to be closed (code 1008, 1009 or 1002 in taken.code); *err says why */
};

struct channel_taken {
	struct message message; /* views into the frame that was given */
	int code;
};

struct channel;
struct channel *channel_new(const struct channel_settings *settings, struct err *err);
void channel_free(struct channel *channel);

bool channel_is_open(const struct channel *channel);
int channel_version(const struct channel *channel);      /* 1 or 2; 0 before it is agreed */
size_t channel_frame_cap(const struct channel *channel); /* that the next message may have */
size_t channel_refused(const struct channel *channel);

/* Takes one whole binary message, which is decrypted in place. Frees and fills *taken in every case (zero it once; free
 * its message in the end). An enum channel_result, or -1 when memory is out. */
int channel_take(struct channel *channel, uint8_t *frame, size_t size, struct channel_taken *taken, struct err *err);

/* The client's first frame. These four append one frame. */
int channel_hello(struct channel *channel, struct bytes *frame, struct err *err);

/* The server's answer, any number of times; of *evidence quote, event_log and vm_config are used. */
int channel_offer(struct channel *channel, const struct message *evidence, struct bytes *frame, struct err *err);

/* The client has judged the offer: makes and seals the key, and is open. STATUS_BAD: the public key is one of small
 * order. */
int channel_accept(struct channel *channel, struct bytes *frame, struct err *err);

/* Seals one payload. STATUS_BAD: it may not be sent. EX_TEMPFAIL: no frame may any more, of version 2. */
int channel_seal(struct channel *channel, const struct message *message, struct bytes *frame, struct err *err);

/* A server that has changed its key, before channel_offer(): clients that come later get it. */
void channel_rekey(struct channel *channel, struct tunnel_key *key);

#endif
