/* WebSockets (RFC 6455) at either end, by libwebsockets: whole messages in, whole messages out, with bounds both ways.
 *
 * One `struct websockets` is the process's loop; it has a `struct loop` as its guest. No extension is ever agreed to,
 * text is checked to be UTF-8, pings keep both sides sure of each other.
 */
#ifndef TUNNEL_WEBSOCKET_H
#define TUNNEL_WEBSOCKET_H

#include "bytes.h"
#include "loop.h"
#include "message.h"

enum {
	WEBSOCKET_HEADROOM = 32, /* bytes that a message to send has free at its front */
};

struct websockets;
struct websocket;

struct websockets_settings {
	size_t connections;      /* at most, both ends together */
	unsigned ping_seconds;   /* of silence before a ping; 0: none */
	unsigned silent_seconds; /* of silence, or of not reading, before the connection is given up; 0: never */
	size_t other_fds;        /* descriptors that the process needs besides */
	size_t held_cap;         /* bytes of messages that have come in part, of all connections; 0: no bound */
	size_t read_size;        /* bytes a server reads at once, of which each of its connections has a buffer; 0:
				  * 16 KiB; at most 64. Clients have one between them, of which nothing depends. */
};

/* With many connections it sets the process's limit of descriptors to what they need, as far as that may be; and malloc
 * to keep some MiB that are free. */
struct websockets *websockets_new(struct loop *loop, const struct websockets_settings *settings, struct err *err);
void websockets_free(struct websockets *all); /* closes what is open, without a goodbye; each closed() is called */
size_t websockets_queued(const struct websockets *all); /* bytes */
size_t websockets_count(const struct websockets *all);

/* Serves both loops until websockets_stop() is called, from a callback. */
int websockets_run(struct websockets *all, struct err *err);
void websockets_stop(struct websockets *all);

struct websocket_handler {
	void (*opened)(void *context); /* NULL: nobody wants to know */
	/* A whole message; data may be changed in place. */
	void (*message)(void *context, uint8_t *data, size_t size, bool is_binary);
	/* What was queued has been written down to half of what websocket_is_full() asks for. */
	void (*drained)(void *context);
	/* It is gone, and so is the handle, when this returns. code and reason: the peer's, or those of
	 * websocket_close() when that was first; 1005 when the peer gave none, 1006 when the connection broke or never
	 * came to be (reason then says why), 1015 when a client has refused the server's certificate. Called once, whoever closed, never before the function that gives the
	 * handle has returned, and not from websocket_close(). */
	void (*closed)(void *context, int code, struct view reason);
};

struct websocket_settings {
	const struct websocket_handler *handler;
	void *context;
	size_t message_cap; /* bytes of a message; more ends the connection with 1009 */
	size_t queue_cap;   /* bytes queued for the peer from which websocket_is_full() is true */
};

/* A server's connection: a socket on which a client's upgrade has been read so far (`read`, its whole head). Takes over
 * fd in every case. */
struct websocket *websocket_adopt(struct websockets *all, int fd, const void *read, size_t size,
				  const struct websocket_settings *settings, struct err *err);

/* A client's. The handler's closed() tells when it does not come to be; what fails at once gives NULL instead. A name
 * is resolved at once, which may take a while. */
struct websocket_target {
	const char *url;    /* ws:// or wss:// */
	const char *socket; /* path of a unix socket instead of the URL's host; NULL: none */
	const char *host;   /* or a host and a port to connect to instead; NULL: none */
	unsigned port;
	const char *authority;      /* Host header; NULL: as in the URL */
	const char *const *headers; /* name, value, …, NULL; NULL: none */
	const char *protocols;      /* Sec-WebSocket-Protocol; NULL: none */
	const char *ca_file;        /* of certificates to trust besides the system's; NULL: none; always the same one */
	unsigned seconds;           /* to connect, upgrade included; 0: 20 */
};
struct websocket *websocket_connect(struct websockets *all, const struct websocket_target *target,
				    const struct websocket_settings *settings, struct err *err);
const char *websocket_protocol(const struct websocket *socket); /* agreed to; "" for none */

void websocket_settle(struct websocket *socket, size_t message_cap); /* from the next message on */

/* Queues WEBSOCKET_HEADROOM bytes of whatever, then the message; takes the bytes over, also on failure (memory). After
 * websocket_close() it is dropped. */
int websocket_send(struct websocket *socket, struct bytes *message, bool is_binary, struct err *err);
bool websocket_is_full(const struct websocket *socket);

void websocket_pause(struct websocket *socket, bool is_paused); /* nothing is read meanwhile */

/* Sends what is queued, says goodbye, and gives up waiting for the other's after a few seconds. */
void websocket_close(struct websocket *socket, int code, struct view reason);

#endif
