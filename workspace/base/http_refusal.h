/* Why a server's certificate was refused: libwebsockets tells it to its log alone, on the way to saying that a
 * connection failed.
 */
#ifndef BASE_HTTP_REFUSAL_H
#define BASE_HTTP_REFUSAL_H

#include <stdbool.h>

enum { HTTP_REFUSAL_SIZE = 120 };

/* From now on libwebsockets' log is read here, and by nobody else. */
void http_refusal_watch(void);

/* When a connection has failed: OpenSSL's words, such as "certificate has expired". false: no certificate was refused
 * since this was asked last. */
bool http_refusal_take(char text[HTTP_REFUSAL_SIZE]);

#endif
