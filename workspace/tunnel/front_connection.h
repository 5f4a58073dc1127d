/* One connection of a client, and the one to the backend that belongs to it: for front*.c.
 *
 * Requests are forwarded one at a time: the next head is read when the answer is over, so that every answer, also one
 * of ours, comes in its turn, and what an upgrade becomes is known before anything behind it goes on. Both directions
 * are framed, to know where messages end, and passed on as they came. A backend's bytes that no request asked for end
 * the connection.
 */
#ifndef TUNNEL_FRONT_CONNECTION_H
#define TUNNEL_FRONT_CONNECTION_H

#include "front.h"
#include "front_log.h"
#include "http_body.h"

enum {
	FRONT_PIECE = 128 << 10, /* bytes that are read at once, and may wait to be written, per direction */
	FRONT_STALL_SECONDS = 60,
	FRONT_IDLE_SECONDS = 75,        /* between requests */
	FRONT_LINGER_SECONDS = 2,       /* for a client to see an answer, when it may still be sending */
	FRONT_RETRY_MILLISECONDS = 100, /* until connections are taken again, when the system had no room for one */
};

struct front {
	struct loop *loop;
	struct front_settings settings;
	struct loop_watch *listener;
	struct loop_timer *retry, *farewell;
	struct front_connection *connections;
	size_t count;
	bool is_draining;
	void (*done)(void *context);
	struct front_log log;
	uint8_t piece[FRONT_PIECE]; /* what is read, before it is written */
};

/* One end: a socket, and what waits to be written to it. */
struct front_end {
	int fd;
	struct loop_watch *watch;
	uint32_t events;
	struct bytes held;
	size_t sent;     /* of what is held */
	bool is_over;    /* it has sent all it will */
	bool is_deaf;    /* it reads no more */
	int error;       /* why it is deaf */
	bool ends_after; /* it is told the end when nothing is held */
};

enum front_state {
	FRONT_WAITING, /* for the head of a request */
	FRONT_EXCHANGE,
	FRONT_RAW,    /* what was HTTP is something else now */
	FRONT_LINGER, /* all is said; waits for the client to see it */
};

struct front_connection {
	struct front *front;
	struct front_connection *previous, *next;
	struct front_end client, server; /* server.fd -1: there is none */
	enum front_state state;

	struct bytes in; /* of the client, not yet used */
	size_t in_looked;
	struct http_body request;
	bool is_to_head, is_websocket, expects_continue, is_last;

	struct bytes head; /* of an answer, incomplete */
	size_t head_looked;
	struct http_body answer;
	bool has_answer; /* its final head */
	bool is_answer_last, has_continue, has_excess;
	bool is_answer_begun; /* bytes of it went to the client */
	bool is_server_used;  /* the server has answered on this connection */

	struct loop_timer *timer;
	int64_t rings, deadline; /* 0: none */
	bool has_queued;         /* the client has ended behind requests that wait */
	bool is_gone;
	unsigned depth;
};

/* Takes over fd in every case. */
void front_connection_new(struct front *front, int fd);
void front_connection_free(struct front_connection *c);
bool front_connection_is_idle(const struct front_connection *c);

/* Also sees to it that a connection whose end the client could take for a whole answer breaks off instead. */
void front_connection_abort(struct front_connection *c);

/* All is said, once what is held for the client is written. */
void front_connection_finish(struct front_connection *c);
void front_connection_log(struct front_connection *c, const char *what, const char *why);
void front_connection_deadline(struct front_connection *c, unsigned seconds); /* 0: none */
void front_connection_moved(struct front_connection *c); /* the deadline is for what is to move next */
void front_connection_drop_server(struct front_connection *c);
void front_connection_arm(struct front_connection *c);

/* Waits for what can be used now. fired: what has just been told of the client. */
void front_connection_update(struct front_connection *c, uint32_t fired);
void front_has_room(struct front *front); /* for one connection more */

/* Writes, or holds. -1: memory is out. What somebody deaf would get is dropped. */
int front_write(struct front_end *to, const void *data, size_t size);
void front_flush(struct front_end *to);
bool front_holds(const struct front_end *end);

/* An answer of ours, after which the connection ends. */
void front_refuse(struct front_connection *c, int status, const char *text);

/* What the client has sent: all that can be used now. */
void front_take_request(struct front_connection *c, const uint8_t *data, size_t size);
void front_take_held(struct front_connection *c);
void front_request_ended(struct front_connection *c); /* the client sends no more */

/* What the backend has sent. */
void front_take_answer(struct front_connection *c, const uint8_t *data, size_t size);
void front_answer_ended(struct front_connection *c, int error); /* 0: in order */

/* Of both directions, perhaps: then the next request. */
void front_exchange_over(struct front_connection *c);

/* A connection to the backend is there, or is being made. -1: refused by an answer. */
int front_connect(struct front_connection *c);

#endif
