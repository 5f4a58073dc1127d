/* Tunnels at the server's end: the handshake with its evidence, requests that go to the backend, WebSockets that are
 * opened to it.
 *
 * Bounds, of each tunnel and of all: requests and WebSockets at once; bytes of bodies that are kept whole because
 * version 1 has no streams (while they are over the limit the tunnel is not read, and of several answers only the
 * oldest goes on); bytes queued for the client, above which nothing that would make more is read, from the backend or
 * the client. So a slow end slows the other down, and a full backend slows the tunnel.
 *
 * Sources: spec: tunnel-spec.md 1.2, 1.4, 4; docs/tunnel-protocol.md.
 */
#ifndef TUNNEL_ENDPOINT_H
#define TUNNEL_ENDPOINT_H

#include "offers.h"
#include "tally.h"
#include "websocket.h"

struct endpoints_settings {
	struct loop *loop;
	struct websockets *websockets;
	struct backend *backend;
	const struct backend_place *place; /* of the backend, for WebSockets */
	struct offers *offers;
	struct tally *tally;
	size_t requests, sockets; /* at once */
	size_t memory;            /* bytes of bodies kept whole */
	size_t all_requests;      /* at once, of all tunnels, from which on each may have one; 0: no bound */
	size_t inner_sockets;     /* WebSockets to the backend, of all tunnels */
	size_t kept_cap;   /* bytes of bodies kept whole, and of what waits to be sent, of all tunnels; 0: no bound */
	size_t sealed_cap; /* bytes of a message */
	unsigned handshake_seconds;
	bool only_version_2;
};

struct endpoints;
struct endpoints *endpoints_new(const struct endpoints_settings *settings, struct err *err);
void endpoints_free(struct endpoints *all); /* tunnels end without a goodbye */
size_t endpoints_count(const struct endpoints *all);

/* A tunnel: takes over fd, on which an upgrade to a WebSocket was read, its whole head and maybe more. What is wrong
 * with it is logged. */
void endpoint_begin(struct endpoints *all, int fd, const void *read, size_t size);

/* No further request is taken (503). Tunnels without any under way say goodbye with 1001, the others when theirs are
 * answered; WebSockets at once. done() when none is left. */
void endpoints_drain(struct endpoints *all, void (*done)(void *context), void *context);
void endpoints_leave(struct endpoints *all); /* the same without waiting for answers */

#endif
