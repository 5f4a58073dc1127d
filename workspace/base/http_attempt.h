/* One request to one address, by libwebsockets: what http_exchange() is made of.
 *
 * libwebsockets does the connection, TLS with its checks, and HTTP/1.1. What it leaves out is done here: that an answer
 * which ends early is not taken for a whole one, caps, and a reason in plain words.
 */
#ifndef BASE_HTTP_ATTEMPT_H
#define BASE_HTTP_ATTEMPT_H

#include "http.h"
#include "http_proxy.h"

#include <sys/socket.h>

/* Where to connect to: the server or its proxy. */
struct http_address {
	union {
		struct sockaddr any;
		struct sockaddr_storage storage;
	};
	socklen_t size;
	char text[128]; /* as libwebsockets and messages have it: numeric, or a unix socket's path */
};

struct http_attempt {
	const struct http_request *request;
	const struct http_url *url;
	const struct http_proxy *proxy; /* NULL: none */
	const struct http_address *address;
	bool with_headers; /* those of the caller, which another server must not get */
	int64_t deadline;  /* on http_now()'s clock */
	int64_t connect_deadline;
};

/* Milliseconds. */
int64_t http_now(void);

/* Fills status, body, headers of *answer. -1 as http_exchange(); *is_connected says whether the address answered to a
 * connection at all, so that another one may be tried. */
int http_attempt(const struct http_attempt *attempt, struct http_answer *answer, bool *is_connected, struct err *err);

#endif
