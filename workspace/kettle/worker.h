/* The worker: workerd serving the bundled app through entry.js.
 *
 * One Durable Object takes all requests, so that an app has one place for its state, with SQL storage in the data
 * folder. Static files are with a second worker, in its memory. The listening socket is opened here and handed over: a
 * taken port is known before anything is compiled, and there is no moment at which someone else could take it.
 */
#ifndef KETTLE_WORKER_H
#define KETTLE_WORKER_H

#include "bytes.h"
#include "parts.h"
#include "static.h"
#include "supervise.h"

/* A socket bound to the port on every address (IPv6 and IPv4, or IPv4 where there is no IPv6), not listening yet. */
int worker_bind(unsigned port, struct err *err);

/* The quote service listens on this socket in the worker's folder; the app has it as env.QUOTE_SERVICE. It must stay
 * there as long as the worker serves; the other files need not. */
#define WORKER_QUOTE_SOCKET "quote.sock"

struct worker {
	const struct parts *parts;
	const char *folder;            /* holds app.js; the rest is written here */
	const char *data;              /* absolute path of the data folder */
	const struct statics *statics; /* the app has them as env.STATIC_FILES; NULL: none */
	unsigned port;
	int socket; /* from worker_bind(); -1 once the worker serves: it has the only copy then */
	bool is_verbose;
	void (*on_ready)(void *context); /* the worker listens and has read all it needs from folder */
	void *context;
};

/* Serves until the worker ends. */
int worker_run(const struct supervisor *supervisor, struct worker *worker, struct end *end, struct err *err);

#endif
