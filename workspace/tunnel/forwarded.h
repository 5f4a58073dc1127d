/* What the backend is told of a tunnelled request: the host the tunnel was opened to, and what came before it.
 *
 * Sources: spec: tunnel-spec.md 1.4 (x-forwarded-proto, -host, -port).
 */
#ifndef TUNNEL_FORWARDED_H
#define TUNNEL_FORWARDED_H

#include "message.h"

/* Of a tunnel's upgrade. One block of memory. */
struct forwarded {
	char *host; /* as its Host header */
	const char *proto, *port;
};

/* upgrade: what was read of it, its whole head and maybe more. The proto is that of its x-forwarded-proto, if it is one
 * of HTTP's, else http. */
int forwarded_read(struct view upgrade, struct forwarded *forwarded, struct err *err);
void forwarded_free(struct forwarded *forwarded);

enum { FORWARDED_HEADERS = 4 }; /* that are added */

/* The headers for the backend: those given but for Host, and what claims to be from a proxy, and then ours. into: room
 * for count + FORWARDED_HEADERS. Their number. */
size_t forwarded_headers(const struct forwarded *forwarded, const struct message_header *given, size_t count,
			 struct message_header *into);

/* Path and query of a URL, which may be absolute: begins with '/'. Of no data: it is none. Into: the URL's size and two
 * bytes. */
struct view forwarded_target(struct view url, char *into);

#endif
