/* URLs of http:// and https://, read strictly: what two readers could take for two places is refused.
 *
 * Refused are: other schemes, a user or password, an empty or odd host, a port out of range, characters that RFC 3986
 * does not have, '%' without two hexadecimal digits. A fragment is dropped: it is never sent.
 *
 * Source: RFC 3986 sections 3 and 5.2.
 */
#ifndef BASE_HTTP_URL_H
#define BASE_HTTP_URL_H

#include "bytes.h"

#include <stdbool.h>

enum {
	HTTP_URL_MAX = 1900, /* libwebsockets cuts off a longer request line without a word */
	HTTP_HOST_MAX = 99,  /* and a longer host in its CONNECT to a proxy */
};

struct http_url {
	bool is_tls;
	char host[HTTP_HOST_MAX + 1]; /* lower-case; an IPv6 address without its brackets */
	unsigned port;
	char target[HTTP_URL_MAX + 1]; /* path and query; begins with '/' */
};

/* STATUS_BAD says what is wrong, without the URL. */
int http_url_parse(const char *text, struct http_url *url, struct err *err);

/* As parsed: "https://host/path", with the port when it is not the scheme's own, without a fragment. Owned by the
 * caller; NULL when memory is out. */
char *http_url_text(const struct http_url *url, struct err *err);

/* The host as in a URL and a Host header, with its port when that is not the scheme's own. */
void http_url_authority(const struct http_url *url, char into[HTTP_HOST_MAX + 16]);

/* What reference means when it is found at base: a URL, //host/path, /path, ?query, or a path beside base's own. '..'
 * in it is refused, since what it leads to depends on who resolves it. */
int http_url_join(const struct http_url *base, const char *reference, struct http_url *url, struct err *err);

/* 127.0.0.0/8, ::1 or localhost? */
bool http_url_is_loopback(const struct http_url *url);

/* The same scheme, host and port? */
bool http_url_is_same_origin(const struct http_url *a, const struct http_url *b);

#endif
