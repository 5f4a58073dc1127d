/* The unix socket a server listens on. Made by ourselves and not by libwebsockets: for an error that says why, for the
 * mode, and because it would first remove whatever has that name. */
#ifndef BASE_HTTP_SERVER_SOCKET_H
#define BASE_HTTP_SERVER_SOCKET_H

#include "err.h"

/* A listening socket of mode 0600 at that path, which may be longer than the 107 bytes an address has room for; its
 * descriptor, not blocking, the caller closes. A socket that nobody serves any more is replaced. -1: EX_CANTCREAT. */
int http_server_listen(const char *path, struct err *err);

#endif
