/* Headers of a request as a user writes them: "Name: value", checked, those of one name next to each other as the
 * tunnel wants them.
 *
 * Source: RFC 9110 5.1, 5.5.
 */
#ifndef ATTEST_FETCH_HEADERS_H
#define ATTEST_FETCH_HEADERS_H

#include "message.h"

struct fetch_headers {
	struct message_header list[MESSAGE_HEADERS];
	size_t count;
};

void fetch_headers_free(struct fetch_headers *headers);

/* STATUS_BAD: not of this form. */
int fetch_headers_add(struct fetch_headers *headers, const char *text, struct err *err);
bool fetch_headers_have(const struct fetch_headers *headers, const char *name); /* whatever its case */

/* Are they letters of a name, as of a method too? */
bool fetch_is_token(const char *text, size_t size);

#endif
