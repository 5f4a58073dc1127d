/* The public port: the tunnel's server (tunnel_server.h) in a process of its own, in front of the worker.
 *
 * Plain requests reach the worker through one unix socket, tunnelled ones through another (worker.h), and that alone is
 * how the app knows them apart. The listening socket is opened here, before anything is compiled, and stays ours: a
 * taken port is known early, there is no moment at which someone else could take it, and when that process dies,
 * connections wait for the next. The next has a new key, since no process hands one on.
 *
 * Quotes for the tunnel's key are made by quote_make(). Where there is no guest agent tunnels are closed with 1011, and
 * plain requests go on.
 */
#ifndef KETTLE_PORT_H
#define KETTLE_PORT_H

#include "supervise.h"

struct port_settings {
	unsigned number;
	const char *const *encrypted; /* paths for tunnels only, as front.h; NULL: the app says itself */
	unsigned key_seconds;         /* a key's life; 0: the tunnel's default */
	bool only_version_2;          /* clients of version 1 are refused */
};

struct port {
	const struct port_settings *settings;
	int listener; /* all -1 before port_open() */
	int start[2]; /* a pipe whose end says that connections may be taken */
};

/* Takes the port on every address (IPv6 and IPv4, or IPv4 where there is no IPv6). Nobody can connect yet. */
int port_open(struct port *port, const struct port_settings *settings, struct err *err);

/* Listens, and starts the server as a front of the supervisor's, in the worker's folder. Who connects waits for
 * port_start(). *port must outlive the supervisor. */
int port_serve(struct port *port, struct supervisor *supervisor, const char *folder, struct err *err);

/* The worker serves: connections are taken from now on. */
void port_start(struct port *port);

void port_close(struct port *port);

#endif
