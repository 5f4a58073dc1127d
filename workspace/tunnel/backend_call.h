/* One request and its answer under way: for backend.c and backend_answer.c. */
#ifndef TUNNEL_BACKEND_CALL_H
#define TUNNEL_BACKEND_CALL_H

#include "backend_pool.h"
#include "http_body.h"

struct backend {
	struct backend_pool pool;
	struct backend_call *calls;
	uint8_t piece[BACKEND_PIECE]; /* what is read, before somebody has it */
};

struct backend_call {
	struct backend *backend;
	struct backend_call *previous, *next;
	struct backend_link *link;
	const struct backend_handler *handler;
	void *context;

	struct bytes out; /* of the request; what has been sent of it stays in front for a while */
	size_t sent;
	int64_t left;         /* bytes of its body that may still come; -1: in chunks, as many as there are */
	bool is_finished;     /* its body is complete */
	bool is_full;         /* backend_send() has said so */
	bool is_deaf;         /* the backend reads no more of it, but may answer */
	int error;            /* why it is deaf */
	bool may_be_repeated; /* as long as nothing of the answer has come */

	struct bytes head; /* of the answer, while it is not complete */
	size_t looked;
	struct http_body body;
	bool is_to_head, has_head, is_last, is_paused;

	unsigned silent;
	bool was_silent; /* for too long */
	int64_t moved;
	struct loop_timer *timer;
	unsigned depth; /* of our frames on the stack that still use it */
	bool is_gone;
};

/* Takes what has come from the backend. The call may be gone afterwards; who uses it then holds it by depth. */
void backend_call_feed(struct backend_call *call, uint8_t *data, size_t size);
void backend_call_cut(struct backend_call *call, bool is_orderly); /* nothing more will come */

/* Ends: as a success, whose connection is kept if it can be, or not. */
void backend_call_end(struct backend_call *call, bool may_be_kept);
void backend_call_fail(struct backend_call *call, const struct err *err);

#endif
