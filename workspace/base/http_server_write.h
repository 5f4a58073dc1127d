/* Puts an answer onto a connection. */
#ifndef BASE_HTTP_SERVER_WRITE_H
#define BASE_HTTP_SERVER_WRITE_H

#include "http_server.h"

struct lws;

/* Headers and body; what the client does not take at once libwebsockets keeps. method is the request's: HEAD gets no
 * body. is_last: the connection ends with it, which is for the caller to do. 0, or -1 when the connection is of no use.
 */
int http_server_write(struct lws *wsi, const struct http_server_answer *answer, const char *method, bool is_last);

#endif
