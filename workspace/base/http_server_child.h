/* A request's handler in a process of its own: http_server.c's way of not waiting for it.
 *
 * The child has none of the server's descriptors but standard input, output and error, and is killed with the server.
 * Its answer comes through a pipe: struct http_child_head, then the body, then the end. What comes is believed no more
 * than what a client sends.
 */
#ifndef BASE_HTTP_SERVER_CHILD_H
#define BASE_HTTP_SERVER_CHILD_H

#include "http_server.h"

#include <sys/types.h>

enum { HTTP_CHILD_CAP = 64 << 20 }; /* bytes */

struct http_child {
	pid_t pid;
	int pipe; /* not blocking */
	struct bytes got;
	char type[64], allow[64]; /* what the answer points to */
};

/* Owned by the caller, pipe excepted: whoever watches it closes it. NULL: it cannot be started. */
struct http_child *http_child_start(const struct http_server *server, const struct http_server_request *request);

/* Kills it, if it still runs, and releases. */
void http_child_free(struct http_child *child);

/* Takes what is there. 1 when that was all, 0 when there may be more, -1 when it failed. */
int http_child_read(struct http_child *child);

/* The answer, after http_child_read() gave 1: its texts live as long as the child. -1: it has given none. */
int http_child_answer(struct http_child *child, struct http_server_answer *answer);

#endif
