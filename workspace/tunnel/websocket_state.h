/* What the files of websocket.h share, and nobody else. */
#ifndef TUNNEL_WEBSOCKET_STATE_H
#define TUNNEL_WEBSOCKET_STATE_H

#include "http_head.h"
#include "websocket.h"
#include "websocket_frame.h"
#include "websocket_upgrade.h"

#include <libwebsockets.h>

enum {
	WEBSOCKET_PIECE =
		260
		<< 10, /* bytes written at once, of a server also a frame: a chunk of a body with what is around it */
	WEBSOCKET_REASON = 123, /* bytes; spec: RFC 6455 5.5, 7.1.6 */
	WEBSOCKET_CLOSE_SECONDS = 5,
};

/* A message that waits to be sent. */
struct websocket_outgoing {
	struct websocket_outgoing *next;
	struct bytes bytes;
	size_t at;
	bool is_binary;
};

/* What a client without TLS has more: libwebsockets carries its bytes, the WebSocket is ours. */
struct websocket_wire {
	char accept[UPGRADE_ACCEPT_SIZE + 1]; /* that the server has to answer */
	char *offered;                        /* protocols; NULL: none */
	struct bytes unread;                  /* the answer so far; later what came in before a pause */
	size_t looked;                        /* as of http_head_size() */
	struct bytes due;                     /* the request, or a control frame, that is being written */
	size_t due_at;
	struct frames frames;
	uint8_t mask[FRAME_MASK_SIZE];
	size_t masked; /* how far the first message that waits is masked; 0: it is not begun */
	uint8_t pong[FRAME_CONTROL_MAX];
	size_t pong_size;
	int goodbye; /* the code to leave with, when that is not what the caller is told; 0: none */
	bool wants_pong, has_heard_goodbye;
	bool is_deaf; /* nothing that comes is looked at any more */
};

struct websockets {
	struct loop *loop;
	struct websockets_settings settings;
	struct lws_context *context;
	struct lws_vhost *server, *client;
	char *ca_file;                     /* that the client's vhost trusts */
	struct lws_protocols protocols[3]; /* the last one empty */
	struct websocket *first;
	size_t count;
	size_t queued;              /* bytes that wait to be sent, of all connections */
	size_t held;                /* bytes in all the `incoming` */
	struct websocket *starting; /* whose descriptor libwebsockets is taking in right now */
	lws_sorted_usec_list_t sweep;
	bool is_stopped, has_failed;
	struct err err; /* when has_failed */
};

struct websocket {
	struct websockets *all;
	struct websocket *next, **before;
	struct lws *wsi; /* NULL: not yet */
	struct websocket_settings settings;
	lws_sorted_usec_list_t timer; /* to start, or until which it has to be open */

	int fd; /* a server's, before it is libwebsockets' */
	struct bytes
		head; /* a server's: what was read then; a client's with TLS: headers to send, name NUL value NUL … */
	struct websocket_wire *wire; /* a client's without TLS */
	char *protocol;              /* a client's; NULL: none */

	struct bytes incoming;
	struct websocket_outgoing *outgoing, **outgoing_end;
	size_t queued;
	int64_t moved; /* loop_now() when something was last written, or the queue began */
	int64_t heard; /* loop_now() when the other side was last heard of */
	int code;      /* it closes, or has closed, with; 0: not yet */
	char reason[WEBSOCKET_REASON + 1];
	bool is_open, is_closing, was_full, is_paused, wants_ping;
	bool has_left; /* the goodbye is on its way, or libwebsockets' to send */
	bool is_known; /* to the caller, who is told of its end */
	bool is_lost;  /* it ended before that */
};

/* Forgets what has come of a message. */
void websocket_forget(struct websocket *socket);

struct websocket *websocket_new(struct websockets *all, const struct websocket_settings *settings, struct err *err);

/* Tells the handler, releases. */
void websocket_gone(struct websocket *socket);

/* It will be closed with these, whether by a goodbye or not. The first call counts. */
void websocket_note(struct websocket *socket, int code, struct view reason);

/* Ends the connection without a goodbye, from the loop. */
void websocket_kill(struct websocket *socket);

/* Writes what is queued as far as the socket takes it. -1: the connection is to be ended. */
int websocket_write(struct websocket *socket);
void websocket_sent(struct websocket *socket); /* the first message that waited */
void websocket_queue_free(struct websocket *socket);

/* It is open; a piece of a message has come. -1 as above. */
int websocket_opened(struct websocket *socket, struct lws *wsi);
int websocket_take(struct websocket *socket, const struct frame *piece);

/* A client's. -1 as above. */
int websocket_wire_write(struct websocket *socket);
int websocket_wire_read(struct websocket *socket, uint8_t *data, size_t size);
void websocket_wire_resume(struct websocket *socket); /* after a pause */
void websocket_wire_free(struct websocket *socket);

/* Every event of libwebsockets. */
int websocket_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size);

#endif
