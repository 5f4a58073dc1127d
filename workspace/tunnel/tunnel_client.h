/* The client: one tunnel, on which requests are made and WebSockets opened, once the evidence was judged.
 *
 * There is no default judge and no way around one: before it says yes nothing of a request is sent, and no key exists.
 * All in one thread, by callbacks from websockets_run(). A callback may call anything here; what it ends is gone only
 * when it has returned.
 *
 * What a server may not do ends the tunnel, or, in version 1, where anybody on the way can bring about some of it, is
 * passed over so many times: answers to requests that were never made, more of a body than it was given room for, a
 * second head, messages of WebSockets that do not exist.
 *
 * Errors: STATUS_FALSE: refused, the text begins with "refused: "; STATUS_BAD: not the tunnel's protocol, or a
 * certificate that is refused; EX_TEMPFAIL: no connection, cut off, silent for too long, used up; EX_OSERR.
 *
 * Sources: spec: tunnel-spec.md 1, 4; docs/tunnel-protocol.md.
 */
#ifndef TUNNEL_CLIENT_H
#define TUNNEL_CLIENT_H

#include "channel.h"
#include "websocket.h"

struct tunnel_client;

struct tunnel_client_settings {
	const char *url;     /* http://, https://, ws:// or wss://; its path is not part of the tunnel's address, which
			      * is /__ra__ at its host */
	const char *socket;  /* path of a unix socket instead of the host; NULL: none */
	const char *ca_file; /* websocket.h */
	bool sends_nonce;    /* then only a quote that has it is genuine */
	bool only_version_2, no_version_2;
	unsigned seconds;        /* to the end of the handshake; 0: 30 */
	unsigned silent_seconds; /* for which nothing of a request may move; 0: 60 */
	size_t sealed_cap;       /* channel.h */
	/* Is that the machine that was meant? 0: yes; -1 and *err: no, and the tunnel ends. report_data are what the
	 * quote must have (key_binding.h): judging that is its business, like the signature. */
	int (*judge)(void *context, const struct message *offer, const uint8_t report_data[64], bool is_fresh,
		     struct err *err);
	void (*opened)(void *context);
	/* The tunnel is over, and the handle gone, when this returns; its requests and WebSockets were told before.
	 * Never called from a call of the caller's. err NULL: by tunnel_client_close(). */
	void (*closed)(void *context, const struct err *err);
	void *context;
};

/* STATUS_BAD: the URL. */
struct tunnel_client *tunnel_client_new(struct websockets *all, struct loop *loop,
					const struct tunnel_client_settings *settings, struct err *err);
int tunnel_client_version(const struct tunnel_client *client); /* 1 or 2; 0 before it is agreed */

/* Nothing is called any more but closed(), later. What was sent is written first. */
void tunnel_client_close(struct tunnel_client *client);

enum {
	TUNNEL_CREDIT = 1 << 20,   /* bytes of a body that may be under way from the start */
	TUNNEL_RECEIVES = 8 << 20, /* bytes of an answer's body that a server may have under way to this client */
};

struct tunnel_answer_handler {
	void (*head)(void *context, const struct message *head);
	void (*data)(void *context, const void *data, size_t size); /* of version 1: the whole body */
	void (*end)(void *context);
	void (*writable)(void *context); /* after tunnel_request_send() said to wait; NULL when nothing is sent */
	void (*failed)(void *context, const struct err *err);
};

/* After end() or failed() the request is gone. */
struct tunnel_request;

/* message: method, url, headers, timeout; with a body, or is_streamed for tunnel_request_send() (version 2 alone). Its
 * id is made here. STATUS_BAD: version 1 cannot carry it. */
struct tunnel_request *tunnel_request_new(struct tunnel_client *client, const struct message *message,
					  const struct tunnel_answer_handler *handler, void *context, struct err *err);

/* More of the body, which is taken in any case. 1: wait for writable() before giving more. */
int tunnel_request_send(struct tunnel_request *request, const void *data, size_t size, struct err *err);
int tunnel_request_finish(struct tunnel_request *request, struct err *err);

/* No more room is given to the server meanwhile: up to TUNNEL_RECEIVES may still come. */
void tunnel_request_pause(struct tunnel_request *request, bool is_paused);
void tunnel_request_drop(struct tunnel_request *request); /* nobody wants the answer; no further callback */

/* A WebSocket through the tunnel. Of the handler closed() is the last call, also after tunnel_socket_close(); its code
 * is 1006 when the tunnel broke or the server could not connect, and reason then says why. */
struct tunnel_socket;
/* connect: url, protocols. */
struct tunnel_socket *tunnel_socket_new(struct tunnel_client *client, const struct message *connect,
					const struct websocket_handler *handler, void *context, struct err *err);
/* Taken in any case. 1: wait for drained(). */
int tunnel_socket_send(struct tunnel_socket *socket, struct view data, bool is_binary, struct err *err);
void tunnel_socket_close(struct tunnel_socket *socket, int code, struct view reason);

#endif
