/* The head of a request as it goes to a backend: for backend.c. */
#ifndef TUNNEL_BACKEND_REQUEST_H
#define TUNNEL_BACKEND_REQUEST_H

#include "backend.h"

/* Appends it. authority: the Host when the headers have none. STATUS_BAD for what would not be read as it is meant. */
int backend_request_write(const struct backend_request *request, const char *authority, struct bytes *into,
			  struct err *err);

/* RFC 9110 9.2.2: may it be sent again when nobody knows whether it arrived? */
bool backend_request_is_idempotent(const struct backend_request *request);

#endif
