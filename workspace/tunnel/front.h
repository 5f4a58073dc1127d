/* The public port: tells tunnels from everything else, which passes through to the backend as it is, byte for byte.
 *
 * A request whose path begins with /__ra__ and that upgrades to WebSocket is a tunnel, also on a connection that was
 * used before; its socket is handed over with what was read. All other requests go to the backend, each framed strictly
 * (RFC 9112 6.3: no two readings of where it ends, else 400), upgrades of the app's own included. A plain request for a
 * path that is for tunnels only is answered with 403 "Encrypted channel required".
 *
 * Sources: spec: tunnel-spec.md 1.1, 1.4, 4 ("WebSocket"); RFC 9112.
 */
#ifndef TUNNEL_FRONT_H
#define TUNNEL_FRONT_H

#include "backend.h"

struct front_settings {
	int listener; /* a listening socket, not blocking; stays the caller's */
	const struct backend_place *backend;
	size_t connections;      /* at most; others wait in the listener's queue */
	unsigned head_seconds;   /* for a request's head to come */
	unsigned stall_seconds;  /* for a client whose turn it is, to send the rest of a request or to read; 0: 60 */
	unsigned silent_seconds; /* for which nothing may move while an answer is due; 0: for ever */
	const char *const *encrypted; /* paths for tunnels only, NULL at the end: "/a" is /a and /a/, "/a/" also what is
				       * below; compared in all the ways that http_target.h names; NULL: none */
	/* A tunnel: takes over fd. What was read is good until it returns; the front must not be freed meanwhile. */
	void (*tunnel)(void *context, int fd, const void *read, size_t size);
	void (*log)(void *context, const char *text); /* what was refused, once a reason and minute */
	void *context;
};

struct front;
struct front *front_new(struct loop *loop, const struct front_settings *settings, struct err *err);
void front_free(struct front *front);

/* The listener is shut down, whoever else has it open; requests under way get their answers, idle connections end.
 * done() when all have, from the loop. WebSockets of the app's own go on as long as they like: the caller has a limit
 * for them. */
void front_drain(struct front *front, void (*done)(void *context));

#endif
