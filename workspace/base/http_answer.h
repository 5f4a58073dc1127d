/* The head of an answer: its status, the headers that are kept, and how its body will end. */
#ifndef BASE_HTTP_ANSWER_H
#define BASE_HTTP_ANSWER_H

#include "http.h"

#include <stdbool.h>

struct lws;

/* Takes over what libwebsockets has read of the head. 1: a body follows, *is_chunked says in which form; 0: none does.
 * STATUS_BAD: where the body ends cannot be told for sure, it is in a form that was not asked for, or it will have more
 * than the request's cap. */
int http_answer_begin(struct http_answer *answer, struct lws *wsi, const struct http_request *request, bool *is_chunked,
		      struct err *err);

#endif
