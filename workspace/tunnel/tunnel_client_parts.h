/* Inside the client: what it is when nothing is known of sockets, so that a test, or a fuzzer, can be its server.
 *
 * Lists only grow while callbacks may run; what has ended is marked, and swept before the next frame or tick.
 */
#ifndef TUNNEL_CLIENT_PARTS_H
#define TUNNEL_CLIENT_PARTS_H

#include "tunnel_client.h"

/* What carries the frames. */
struct tunnel_wire {
	void *context;
	int (*send)(void *context, struct bytes *frame, struct err *err); /* as websocket_send(), of binary messages */
	bool (*is_full)(void *context);
	void (*settle)(void *context, size_t cap);
	void (*close)(void *context, int code); /* may be called more than once */
};

enum client_state { CLIENT_CONNECTING, CLIENT_SHAKING, CLIENT_OPEN, CLIENT_OVER };

enum { CLIENT_STRAYS = 32 }; /* messages of version 1 that are passed over */

struct tunnel_client {
	struct tunnel_client_settings settings; /* its strings are not kept */
	struct tunnel_wire wire;
	struct channel *channel;
	struct channel_taken taken;
	enum client_state state;
	bool has_why;
	struct err why; /* it is over */
	uint8_t nonce[TUNNEL_NONCE_SIZE];
	char prefix[17]; /* of ids: the published server has one table for those of all clients */
	uint64_t ids;
	unsigned strays;
	int64_t now, deadline; /* milliseconds of any clock, as told by client_tick() */
	struct tunnel_request *requests;
	struct tunnel_socket *sockets;
};

struct tunnel_client *client_new(const struct tunnel_client_settings *settings, const struct tunnel_wire *wire,
				 int64_t now, struct err *err);
void client_free(struct tunnel_client *client);

void client_connected(struct tunnel_client *client);
void client_take(struct tunnel_client *client, uint8_t *frame, size_t size, bool is_binary);
void client_drained(struct tunnel_client *client);
void client_tick(struct tunnel_client *client, int64_t now);

/* It ends: whatever is under way is told why. err NULL: nobody is told. */
void client_over(struct tunnel_client *client, int code, const struct err *err);

/* The server did what it may not: the end, or in version 1 one of so many. */
void client_stray(struct tunnel_client *client, const char *what);

/* Seals and sends one payload. */
int client_send(struct tunnel_client *client, const struct message *message, struct err *err);

enum { CLIENT_ID_SIZE = 40 };
struct view client_id(const struct tunnel_client *client, uint64_t number, char text[CLIENT_ID_SIZE]);

/* The number of an id that was given out; 0: it never was. */
uint64_t client_id_number(const struct tunnel_client *client, struct view id);

/* Of tunnel_client_request.c and tunnel_client_socket.c. */
void requests_take(struct tunnel_client *client, const struct message *message);
void requests_drained(struct tunnel_client *client);
void requests_tick(struct tunnel_client *client);
void requests_over(struct tunnel_client *client, const struct err *err);
void requests_sweep(struct tunnel_client *client);
void sockets_take(struct tunnel_client *client, const struct message *message);
void sockets_drained(struct tunnel_client *client);
void sockets_tick(struct tunnel_client *client);
void sockets_over(struct tunnel_client *client, const struct err *err);
void sockets_sweep(struct tunnel_client *client);

#endif
