/* The opening handshake of a WebSocket, as a client writes and reads it. RFC 6455 4.1, 4.2.2 */
#ifndef TUNNEL_WEBSOCKET_UPGRADE_H
#define TUNNEL_WEBSOCKET_UPGRADE_H

#include "bytes.h"
#include "view.h"

enum {
	UPGRADE_NONCE_SIZE = 16,
	UPGRADE_ACCEPT_SIZE = 28, /* characters of base64 */
};

struct upgrade {
	const char *authority, *target;
	const char *const *headers; /* name, value, …, NULL; NULL: none */
	const char *protocols;      /* offered, separated by commas; NULL: none */
};

/* Appends the request. STATUS_BAD: something would not be what it is to be in a head. */
int upgrade_write(const struct upgrade *upgrade, const uint8_t nonce[UPGRADE_NONCE_SIZE], struct bytes *into,
		  struct err *err);

/* What the server has to answer to the nonce. */
int upgrade_accept(const uint8_t nonce[UPGRADE_NONCE_SIZE], char accept[UPGRADE_ACCEPT_SIZE + 1], struct err *err);

/* head: whole. *protocol: the one agreed to, in the head; of no data for none. STATUS_BAD: it is no answer that opens a
 * WebSocket. */
int upgrade_read(struct view head, const char *accept, const char *protocols, struct view *protocol, struct err *err);

#endif
