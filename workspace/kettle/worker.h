/* The worker: workerd serving the bundled app through entry.js.
 *
 * One Durable Object takes all requests, so that an app has one place for its state, with SQL storage in the data
 * folder. Static files are with a second worker, in its memory. It serves on two unix sockets, and tells the object
 * through which of them a request came: that one is tunnelled is said by nothing that a client could send.
 */
#ifndef KETTLE_WORKER_H
#define KETTLE_WORKER_H

#include "bytes.h"
#include "parts.h"
#include "static.h"
#include "supervise.h"

/* Sockets in the worker's folder, which must stay there as long as the worker serves; the other files need not. Those
 * of the worker's for plain and for tunnelled requests; and the quote service's, which the app has as
 * env.QUOTE_SERVICE. */
#define WORKER_PLAIN_SOCKET "plain.sock"
#define WORKER_TUNNEL_SOCKET "tunnel.sock"
#define WORKER_QUOTE_SOCKET "quote.sock"

struct worker {
	const struct parts *parts;
	const char *folder;            /* holds app.js; the rest is written here */
	const char *data;              /* absolute path of the data folder */
	const struct statics *statics; /* the app has them as env.STATIC_FILES; NULL: none */
	bool is_verbose;
	void (*on_ready)(void *context); /* the worker listens on both sockets and has read all it needs from folder */
	void *context;
};

/* Serves until the worker ends. */
int worker_run(const struct supervisor *supervisor, const struct worker *worker, struct end *end, struct err *err);

#endif
