/* A small HTTP/1.1 server on a unix socket, by libwebsockets: each request is taken whole and answered whole.
 *
 * The socket is for its owner alone (mode 0600); a client is whoever may open it. The handler sees a request only when
 * it is complete and within the caps. A client that is slow to send or to read keeps nobody waiting; while the handler
 * works nobody else is answered, unless it works in processes of its own. Connections are kept for further requests. A
 * request whose client has gone is dropped.
 *
 * What never reaches the handler is answered with {"error": TEXT} and the end of the connection: 400 for a length that
 * is no number, 411 for a body without a length, 413 for one over the cap, 500 when a handler in a process of its own
 * ended without an answer, 501 for a body in chunks or otherwise coded, 503 when there can be no such process. A method
 * nobody knows gets 403 from libwebsockets, in HTML. Without an answer end: what is not HTTP/1, a header over 4096
 * bytes, the wish to speak another protocol, and a connection while there are HTTP_SERVER_CLIENTS others.
 *
 * Sources: RFC 9110 (semantics), RFC 9112 (HTTP/1.1).
 */
#ifndef BASE_HTTP_SERVER_H
#define BASE_HTTP_SERVER_H

#include "bytes.h"

#include <stdbool.h>

enum {
	HTTP_SERVER_CLIENTS = 64,
};

struct http_server_request {
	const char *method; /* "GET", "POST", … */
	const char *path;   /* without the query */
	const char *body;   /* body_size bytes and a NUL; "" when there is none */
	size_t body_size;
};

/* Filled by the handler; the server frees body. */
struct http_server_answer {
	int status;
	const char *type;  /* content-type, at most 63 characters; NULL: application/json */
	const char *allow; /* the methods there are, with a 405, as many; NULL: not said */
	struct bytes body;
};

struct http_server {
	const char *socket; /* path; made by http_serve() and removed when it returns */
	size_t cap;         /* bytes a request's body may have; more is answered with 413 */
	/* A connection on which nothing moves for so long ends. At least twice what the handler may take, or else those
	 * who wait for it meanwhile are taken for silent. */
	unsigned seconds;
	/* Called for each request; 0, or -1 when the server is to stop, which then gives no answer. With is_forked
	 * -1 is a failure: 500. */
	int (*answer)(void *context, const struct http_server_request *request, struct http_server_answer *answer);
	void *context;
	/* The handler is called in a process forked for this request: it may take long, or fail, and keeps no state. */
	bool is_forked;
	void (*on_listening)(void *context); /* NULL: nobody wants to know */
	/* The server ends, in good order, when this descriptor becomes readable or its other end closes; -1: there is
	 * none. */
	int stop;
};

/* Serves until told to stop: 0. -1: EX_CANTCREAT when the socket cannot be made, as when something of its name is there
 * already, unless it is a socket that nobody serves any more. A path may be longer than the 107 bytes an address has
 * room for. */
int http_serve(const struct http_server *server, struct err *err);

#endif
