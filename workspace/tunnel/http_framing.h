/* Where the body of a message ends, and its connection: for http_head.c. */
#ifndef TUNNEL_HTTP_FRAMING_H
#define TUNNEL_HTTP_FRAMING_H

#include "http_head.h"

/* Fill what follows from the headers. */
int http_frame_request(struct http_head *head, struct err *err);
int http_frame_response(struct http_head *head, bool is_to_head, struct err *err);

#endif
