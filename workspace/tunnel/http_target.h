/* What a request asks for: for http_head.c and front.c. */
#ifndef TUNNEL_HTTP_TARGET_H
#define TUNNEL_HTTP_TARGET_H

#include "http_head.h"

/* Fills head->path. STATUS_BAD for what is none of: a path and a query; http(s)://AUTHORITY with or without them; "*"
 * of OPTIONS; and for a fragment, a backslash in the path, and characters beyond ASCII. RFC 9112 3.2. */
int http_target_read(struct http_head *head, struct err *err);

/* May some server take the path for one of these, or for one below one of them that ends in '/'? paths ends with NULL.
 *
 * The answer is yes when it is for any of the ways in which servers are known to read a path: percent-decoded never,
 * once or more often, with or without dot segments removed (RFC 3986 5.2.4), before or after doubled slashes are made
 * one, without parameters (;…), up to a decoded '?', '#' or NUL, with '//host' in front taken for an authority, with
 * or without regard to case and to a slash at the end. */
bool http_path_is_of(struct view path, const char *const *paths);

#endif
