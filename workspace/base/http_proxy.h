/* The proxy that the environment asks for, read as curl reads it: https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY; and
 * not for what no_proxy or NO_PROXY lists: names, each with all below it, addresses, or "*".
 *
 * Only https:// goes through one, by CONNECT: http:// is for loopback addresses, and nothing on them ever does.
 */
#ifndef BASE_HTTP_PROXY_H
#define BASE_HTTP_PROXY_H

#include "http_url.h"

struct http_proxy {
	struct http_url url; /* of which host and port count */
	char login[91];      /* "user:password", decoded; libwebsockets takes no longer one. "": none */
};

/* 1: *proxy is to be used for url; 0: none is; -1: the variable cannot be used, STATUS_BAD names it. */
int http_proxy_find(const struct http_url *url, struct http_proxy *proxy, struct err *err);

#endif
