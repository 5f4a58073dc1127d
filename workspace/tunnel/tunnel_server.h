/* The server: tunnels and everything else on one port, in front of an HTTP backend, in one single-threaded process.
 *
 * The X25519 key is made by this process and never leaves it. Quotes are made by another process, forked before the key
 * is there: it talks to the guest agent, which may hang and whose answers are not trusted.
 *
 * A tunnelled request reaches the backend as ordinary HTTP with x-forwarded-proto, -host and -port (what the client
 * sent of these is dropped), a tunnelled WebSocket as a WebSocket. Bounds: of connections, of requests and WebSockets
 * of one tunnel and of all, of bytes kept for one and for all; whoever does not read is not read from.
 *
 * Sources: spec: tunnel-spec.md 1, 2.2, 4; docs/tunnel-protocol.md.
 */
#ifndef TUNNEL_SERVER_H
#define TUNNEL_SERVER_H

#include "backend.h"
#include "message.h"

struct tunnel_evidence {
	struct bytes quote, event_log, vm_config; /* raw; JSON text; JSON text or empty */
};

struct tunnel_server {
	int listener;                        /* listening; the caller's; shut down (shutdown(2)) by a drain */
	const struct backend_place *backend; /* for what is plain */
	const struct backend_place *inner;   /* for what came through a tunnel; NULL: the same */
	/* A quote that binds the key and the nonce (NULL: none), by the binding of key_binding.h. Called in the process
	 * for quotes, may block. */
	int (*quote)(void *context, const uint8_t key[TUNNEL_KEY_SIZE], const uint8_t *nonce,
		     struct tunnel_evidence *evidence, struct err *err);
	unsigned quote_seconds;                                      /* a call may take */
	void (*log)(void *context, bool is_error, const char *text); /* one line; called in the server's process */
	void (*on_listening)(void *context);                         /* NULL: nobody wants to know */
	void *context;
	int start; /* readable, or closed at its other end: connections are taken from now on; -1: at once */
	int stop;  /* the same: drain */

	/* Limits; 0 is the default below. */
	size_t connections, requests, sockets; /* tunnels, plain ones, requests of all; of one tunnel */
	size_t memory;                         /* bytes kept for one tunnel */
	size_t held_cap;          /* bytes, of all tunnels, of messages that have come in part; as many again
				   * of bodies that are kept whole and of what waits to be sent */
	size_t sealed_cap;        /* bytes of a frame, and so of a body of version 1 */
	unsigned key_seconds;     /* a key's life; tunnels of the old one go on */
	unsigned quotes_a_minute; /* with a client's nonce, in all */
	unsigned ping_seconds, silent_seconds, drain_seconds, handshake_seconds;
	bool only_version_2;
	const char *const *encrypted; /* front.h */
};

enum {
	TUNNEL_CONNECTIONS = 10240,
	TUNNEL_REQUESTS = 128,
	TUNNEL_SOCKETS = 32,
	TUNNEL_MEMORY = 32 << 20,
	TUNNEL_HELD_CAP = 512 << 20,
	TUNNEL_SEALED_CAP = 16 << 20,
	TUNNEL_KEY_SECONDS = 24 * 3600,
	TUNNEL_QUOTES_A_MINUTE = 60,
	TUNNEL_QUOTE_SECONDS = 15,
	TUNNEL_PING_SECONDS = 30,
	TUNNEL_SILENT_SECONDS = 60,
	TUNNEL_DRAIN_SECONDS = 20,
	TUNNEL_HANDSHAKE_SECONDS = 30,
	TUNNEL_HEAD_SECONDS = 30,     /* for a plain request's head to come */
	TUNNEL_CAP_LEAST = 512 << 10, /* that a frame's limit may be: a chunk of version 2 fits */
};

/* Serves until stopped, then drains: 0. -1: it could not start, or the system failed. While it serves the process
 * leaves no core and is not to be traced. Forks: to be called where there are no threads. */
int tunnel_serve(const struct tunnel_server *server, struct err *err);

#endif
