/* What the files of endpoint.h share, and nobody else. */
#ifndef TUNNEL_ENDPOINT_STATE_H
#define TUNNEL_ENDPOINT_STATE_H

#include "backend.h"
#include "endpoint.h"
#include "forwarded.h"

enum {
	ENDPOINT_QUEUE = 1 << 20,       /* bytes for the client that may wait to be sent */
	ENDPOINT_WINDOW = 1 << 20,      /* credit of a body, from the start; docs/tunnel-protocol.md */
	ENDPOINT_WHOLE = MESSAGE_CHUNK, /* bytes of an answer that is not streamed, in version 2 */
	ENDPOINT_OVERHEAD = 40 << 10,   /* of a message, beside a body: its head, and what encryption adds */
	ENDPOINT_STRANGE = 32,          /* messages that make no sense, until the tunnel ends */
	ENDPOINT_TIMEOUT = 3600 * 1000, /* ms that a client may give a request at most */
};

struct endpoints {
	struct endpoints_settings settings;
	struct endpoint *first;
	size_t count;
	size_t kept, request_count, inner_count; /* of all tunnels */
	bool is_draining;
	void (*done)(void *context);
	void *context;
	struct loop_timer *done_timer;
};

struct endpoint {
	struct endpoints *all;
	struct endpoint *next, **before;
	struct websocket *websocket;
	struct channel *channel;
	struct channel_taken taken;
	struct forwarded forwarded;
	struct loop_timer *handshake; /* until which the channel has to be open */
	struct offer *offer;          /* that was made, or is going to be; until the channel is open */
	struct offer_call *call;      /* for one */

	struct request *requests; /* the oldest first */
	size_t request_count;
	struct inner *inners;
	size_t inner_count, inners_full;
	size_t kept;    /* bytes of bodies kept whole */
	size_t strange; /* messages that made no sense */
	bool is_choked; /* the client does not read */
	bool is_ending;
};

/* A body's bytes, and a head, that wait for the rest. */
struct kept_head {
	int status;
	struct view status_text;
	struct message_header *headers;
	size_t header_count;
	char *block; /* that the views are of */
};

/* A request under way. It is over when both bodies are, or the answer is complete. */
struct request {
	struct endpoint *endpoint;
	struct request *next, **before;
	struct backend_call *call; /* NULL: its answer is complete */
	struct loop_timer *timer;
	struct view id;
	char id_bytes[MESSAGE_ID];

	/* its body */
	bool is_body_open; /* more chunks may come */
	bool is_full;      /* the backend takes no more just now */
	size_t kept_body;  /* bytes counted in endpoint->kept */
	size_t credit;     /* that the client has left */
	size_t owed;       /* that it may get back */

	/* the answer */
	bool is_to_head, is_streamed, is_paused, is_complete;
	struct kept_head head;
	struct bytes body; /* whole so far, or what there was no credit for */
	size_t answer_credit;
};

/* A WebSocket to the backend. */
struct inner {
	struct endpoint *endpoint;
	struct inner *next, **before;
	struct websocket *websocket;
	struct view id;
	char id_bytes[MESSAGE_ID];
	bool is_full, is_ending;
};

/* Sends one payload. -1: it is not one that can be sent (STATUS_BAD), or memory is out. */
int endpoint_send(struct endpoint *endpoint, const struct message *message, struct err *err);

/* Ends the tunnel: what is under way is dropped, and the reason logged. */
void endpoint_end(struct endpoint *endpoint, int code, const char *reason);

/* The same, since it cannot be gone on with. */
void endpoint_fail(struct endpoint *endpoint, const struct err *err);

/* Something of the client's that makes no sense: logged, and at a limit the tunnel ends. */
void endpoint_strange(struct endpoint *endpoint, const char *what);

/* So many bytes more, or less, of bodies are kept. */
void endpoint_keep(struct endpoint *endpoint, size_t more, size_t less);

/* Is the memory for all tunnels used up, by bodies kept whole and by what waits to be sent? */
bool endpoints_are_full(const struct endpoints *all);

/* Looks what may be read now: to be called when something was queued, was sent, is kept or is gone. */
void endpoint_flow(struct endpoint *endpoint);
void endpoint_quiet(struct endpoint *endpoint); /* a request or a WebSocket has ended: is it to end, too? */

/* Payloads from the client. */
void request_begin(struct endpoint *endpoint, const struct message *message);
void request_chunk(struct endpoint *endpoint, const struct message *message);
void request_window(struct endpoint *endpoint, const struct message *message);
void request_cancel(struct endpoint *endpoint, const struct message *message);
void requests_flow(struct endpoint *endpoint);
void request_writable(struct request *request); /* the backend has read what it was given */
void request_end(struct request *request);      /* without a word */
void request_fail(struct request *request, int status, const char *error);
void request_refuse(struct endpoint *endpoint, struct view id, int status, const char *error);

extern const struct backend_handler request_handler;
void answer_continue(struct request *request); /* there is credit */
bool answer_may_go_on(const struct request *request);
void kept_head_free(struct kept_head *head);

void inner_begin(struct endpoint *endpoint, const struct message *message);
void inner_message(struct endpoint *endpoint, const struct message *message);
void inner_close(struct endpoint *endpoint, const struct message *message);
void inners_flow(struct endpoint *endpoint);
void inners_leave(struct endpoint *endpoint, int code, const char *reason); /* says goodbye at both ends */
void inner_end(struct inner *inner, int code, const char *reason);          /* says nothing to the client */

#endif
