/* The messages of the tunnel: what one frame, or the plaintext of an encrypted one, says.
 *
 * Reading gives views of the bytes that were read, so a message is good as long as they are. What is not exactly of the
 * profile (cbor_profile.h), misses a member, or has one of another kind is refused by STATUS_BAD, whose text names the
 * type and the member; members that nobody knows are passed over. Nothing here is about who may send what: channel.h.
 *
 * Sources: spec: tunnel-spec.md 1.2 (handshake), 1.4 (payloads), 4 (amendments); docs/tunnel-protocol.md for what only
 * version 2 has: version, nonce, share, http_chunk, http_window, http_cancel, binary request bodies, is_streamed.
 */
#ifndef TUNNEL_MESSAGE_H
#define TUNNEL_MESSAGE_H

#include "bytes.h"
#include "view.h"

enum {
	TUNNEL_KEY_SIZE = 32,
	TUNNEL_NONCE_SIZE = 32, /* of a client, for freshness */
	SEALED_KEY_SIZE = 80,   /* crypto_box_seal of 32 bytes */
	BOX_NONCE_SIZE = 24,
	BOX_TAG_SIZE = 16,
	MESSAGE_ID = 128,          /* bytes of a requestId or connectionId */
	MESSAGE_HEADERS = 256,     /* of a request or an answer */
	MESSAGE_PROTOCOLS = 16,    /* of a ws_connect */
	MESSAGE_CHUNK = 256 << 10, /* bytes of an http_chunk */
	MESSAGE_CREDIT = 16 << 20, /* bytes of an http_window */
};

enum message_type {
	/* in clear */
	CLIENT_KX_READY,
	SERVER_KX,
	CLIENT_KX,
	ENC,
	/* encrypted */
	HTTP_REQUEST,
	HTTP_RESPONSE,
	WS_CONNECT,
	WS_MESSAGE,
	WS_CLOSE,
	WS_EVENT,
	/* encrypted, version 2 alone */
	HTTP_CHUNK,
	HTTP_WINDOW,
	HTTP_CANCEL,
	MESSAGE_TYPES
};

enum content_kind { CONTENT_NONE, CONTENT_TEXT, CONTENT_BYTES };
struct content {
	enum content_kind kind;
	struct view bytes;
};

enum ws_event { WS_EVENT_OPEN, WS_EVENT_CLOSE, WS_EVENT_ERROR };

/* A value that is an array on the wire is as many of these, one after the other; what is written may have them
 * anywhere, in any case. */
struct message_header {
	struct view name, value;
};

/* An absent text is a view of no data (NULL); an empty one has data. */
struct message {
	enum message_type type;
	struct view id; /* requestId or connectionId: 1 to 128 bytes */

	/* client_kx_ready, server_kx */
	int version; /* 1 when there is no such member */
	struct view nonce, public_key, quote, event_log, vm_config;
	struct view share; /* an X25519 key of this connection alone; server_kx and client_kx of version 2 */
	/* client_kx; enc */
	struct view sealed_key, box_nonce, ciphertext;

	/* http_request, http_response, ws_connect (url, protocols alone) */
	struct view method, url;
	struct message_header *headers;
	size_t header_count;
	struct content body; /* also: data of ws_message and http_chunk */
	bool is_streamed;    /* the body comes in http_chunk messages instead; version 2 */
	uint32_t timeout;    /* ms; 0: none was given */
	int status;          /* 100 to 599 */
	struct view status_text, error;
	struct view *protocols;
	size_t protocol_count;

	/* ws_close, ws_event */
	enum ws_event event;
	int code; /* 0: absent */
	struct view reason;

	/* http_chunk; http_window */
	bool is_last;
	uint32_t credit; /* bytes */
};

void message_free(struct message *message);
#define cleanup_message cleanup(message_free)

const char *message_name(enum message_type type); /* as on the wire */

/* *message need not be zeroed; what was read before a failure is left for message_free(). */
int message_read(const void *data, size_t size, struct message *message, struct err *err);

/* Appends. Of server_kx: verifier_data, runtime_data and sev_snp_data as null. STATUS_BAD: message_read() would refuse
 * it. */
int message_write(const struct message *message, struct bytes *into, struct err *err);

/* The same in two steps, for who has the room: would it be read; its bytes (at NULL: only their number). */
int message_check(const struct message *message, struct err *err);
size_t message_put(const struct message *message, uint8_t *at);

#endif
