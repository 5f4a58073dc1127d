/* Where requests go: an HTTP/1.1 server, reached over TCP or a unix socket, with connections kept between requests.
 *
 * A call is one request and its answer, both streamed, both with bounds. Answers are read strictly (http_head.h): what
 * two readers could take for different things is refused. Hop-by-hop headers are dropped in both directions.
 *
 * Sources: RFC 9110, RFC 9112.
 */
#ifndef TUNNEL_BACKEND_H
#define TUNNEL_BACKEND_H

#include "loop.h"
#include "message.h"

enum {
	BACKEND_KEPT = 64,          /* idle connections */
	BACKEND_IDLE_SECONDS = 4,   /* that one is kept: less than servers do, so that few close when we write */
	BACKEND_BUFFER = 256 << 10, /* bytes of a request's body taken before the backend reads them */
	BACKEND_PIECE = 256 << 10,  /* bytes that data() gets at most */
};

struct backend_place {
	char *socket; /* path of a unix socket, or NULL */
	char *host;   /* or a host and a port */
	unsigned port;
	char *authority; /* Host header for requests that have none */
};

/* http://HOST:PORT or unix:PATH. STATUS_BAD; EX_NOHOST when the name has no address. The host is an address afterwards.
 */
int backend_place_parse(const char *text, struct backend_place *place, struct err *err);
void backend_place_free(struct backend_place *place);

/* A connection to it that is still being made: a descriptor, not blocking. EX_TEMPFAIL. */
int backend_connect(const struct backend_place *place, struct err *err);

struct backend;
/* place must outlive it. What is left of calls when it is freed is dropped. */
struct backend *backend_new(struct loop *loop, const struct backend_place *place, struct err *err);
void backend_free(struct backend *backend);
void backend_drop_idle(struct backend *backend);

struct backend_handler {
	/* status, status_text and headers of the final answer (informational ones are passed over) */
	void (*head)(void *context, const struct message *head);
	void (*data)(void *context, const void *data, size_t size);
	void (*end)(void *context);
	/* BACKEND_BUFFER has room again, after backend_send() said that it had none */
	void (*writable)(void *context);
	/* No answer, or not all of it: EX_TEMPFAIL (cannot connect, cut off; is_silent: nothing came for too long),
	 * STATUS_BAD (not HTTP). After end() or failed() the call is gone. */
	void (*failed)(void *context, bool is_silent, const struct err *err);
};

struct backend_request {
	struct view method, target; /* target begins with '/' */
	const struct message_header *headers;
	size_t header_count;
	bool has_body;
	int64_t body_size;            /* -1: not known, chunks are sent */
	unsigned silent_milliseconds; /* for which nothing may move while it is not paused; 0: 60 seconds */
};

struct backend_call;
/* Names and values are checked (RFC 9110 5.5, 5.6.2): STATUS_BAD says what is wrong with which header. EX_TEMPFAIL when
 * it is known at once that there is no connection. Of the headers, those of one hop, Content-Length and Expect are
 * dropped; a Host is added when there is none. No callback comes before this returns. */
struct backend_call *backend_begin(struct backend *backend, const struct backend_request *request,
				   const struct backend_handler *handler, void *context, struct err *err);

/* Takes all of it. 1: that is BACKEND_BUFFER and more now, wait for writable(). STATUS_BAD: more than body_size. */
int backend_send(struct backend_call *call, const void *data, size_t size, struct err *err);
void backend_finish(struct backend_call *call); /* of the body; when it is too short the call fails, later */

/* Its answer is not read meanwhile; what was read already, at most BACKEND_PIECE bytes, still comes. */
void backend_pause(struct backend_call *call, bool is_paused);
void backend_drop(struct backend_call *call); /* nobody wants the answer; no further callback */

#endif
