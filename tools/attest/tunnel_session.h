/* One tunnel of a program: from its options to its end, in one call.
 */
#ifndef ATTEST_TUNNEL_SESSION_H
#define ATTEST_TUNNEL_SESSION_H

#include "tunnel_client.h"
#include "tunnel_judge.h"

struct tunnel_session {
	const char *url;
	const struct tunnel_options *options;
	unsigned seconds; /* to the end of the handshake; for which nothing may move afterwards. 0: the defaults */
	void (*opened)(void *context); /* now ask */
	void *context;

	struct tunnel_judge judge;
	struct loop *loop;
	struct tunnel_client *client; /* NULL: there is none any more */
	int version;                  /* 0: it was never agreed */

	struct websockets *all;
	struct err why;
	bool failed;
};

void tunnel_session_free(struct tunnel_session *session);
#define cleanup_tunnel_session cleanup(tunnel_session_free)

/* Loads what the options name: what goes wrong has the file in front. Sets loop. */
int tunnel_session_load(struct tunnel_session *session, struct err *err);

/* Connects, judges, and serves until tunnel_session_end(): 0. -1: the tunnel came to another end. */
int tunnel_session_run(struct tunnel_session *session, struct err *err);

/* What was sent is written, and run() returns 0; or -1 with err, when there is one. */
void tunnel_session_end(struct tunnel_session *session, const struct err *err);

#endif
