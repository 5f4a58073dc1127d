/* One WebSocket through a tunnel, between an input and an output: what tunnel-ws does between its options and its last
 * line.
 */
#ifndef ATTEST_CONVERSE_H
#define ATTEST_CONVERSE_H

#include "feed.h"
#include "tunnel_session.h"

enum { CONVERSE_CAP = 8 << 20 }; /* bytes of a message */

struct converse {
	const char *target; /* path and query */
	struct view protocols[MESSAGE_PROTOCOLS];
	size_t protocol_count;
	int in, out;
	bool is_binary, is_one, is_json; /* messages are; all of the input is one; the output's form */
	char separator;                  /* of messages, in both directions */
	unsigned linger;                 /* seconds of silence after the input's end until it is closed */

	struct tunnel_session session;
	int code; /* it was closed with; 0: it was not */
	struct bytes reason;

	struct tunnel_socket *socket;
	struct feed *feed;
	struct bytes line;         /* the beginning of a message */
	struct loop_watch *reader; /* of the output: does anybody read it? */
	struct loop_timer *timer;
	bool is_at_end;
};

void converse_free(struct converse *converse);
#define cleanup_converse cleanup(converse_free)

/* 0: it was opened, and closed by whoever (code). -1: the tunnel or the output failed. */
int converse_run(struct converse *converse, struct err *err);

/* What a code comes to: 0: all was said; STATUS_FALSE: the other end did not want to; STATUS_BAD: it found something
 * malformed, too large, or not supported; EX_TEMPFAIL: something broke. Source: RFC 6455 7.4. */
int converse_status(int code);

#endif
