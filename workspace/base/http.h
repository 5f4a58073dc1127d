/* HTTP: one request and its answer, by libwebsockets, over TCP, TLS or a unix socket.
 *
 * The answer is whole or there is none: a body that ends before its length says so, that has no length, that grows over
 * the caller's cap, or that takes longer than the limit is an error. Certificates are always checked, against the
 * system's CA bundle (SSL_CERT_FILE, as OpenSSL reads it) and the host's name. http:// goes to loopback addresses only,
 * unless a unix socket is named; https:// goes through the proxy that the environment names (http_proxy.h).
 *
 * The call blocks. Its limit covers all but the system's resolver, which has its own. Bytes from elsewhere are parsed
 * in the process that calls: what reads from just anyone runs in a child (kettle/fetch).
 *
 * Sources: RFC 9110 (semantics), RFC 9112 (HTTP/1.1), RFC 3986 (URLs).
 */
#ifndef BASE_HTTP_H
#define BASE_HTTP_H

#include "bytes.h"

enum { HTTP_VALUE_MAX = 16384 }; /* bytes of a kept header */

struct http_request {
	const char *method; /* "GET", "POST" */
	const char *url;    /* http:// or https:// */
	const char *socket; /* path of a unix socket that is connected to instead of the URL's host; NULL: none */
	const char *const *headers; /* name, value, name, value, …, NULL; NULL: none of the caller's */
	const char *const *kept;    /* headers of the answer to keep besides, in lower case, then NULL; NULL: none */
	const char *body;           /* NULL: none */
	size_t body_size;
	size_t cap;       /* bytes the answer's body may have */
	unsigned seconds; /* from the call to the last byte of the answer, redirects and repetitions included */
	/* GET only. Redirects that are followed: never from https:// to http://, and with the caller's headers only to
	 * the same scheme, host and port. 0: a redirect is an answer like others. */
	unsigned redirects;
	/* Further attempts after a failure that may pass: no connection, cut off, 429, 500, 502, 503, 504. After 0.2
	 * seconds, then twice that, and so on, or what Retry-After says; none when that is beyond the limit. A POST
	 * that failed may have had its effect: 0 where that matters. */
	unsigned repetitions;
};

struct http_header {
	char *name, *value; /* name in lower case */
};

struct http_answer {
	int status;
	struct bytes body;
	struct http_header *headers; /* `count` of them */
	size_t count;
	char *url; /* that answered, after redirects */
};

void http_answer_free(struct http_answer *answer);
#define cleanup_http_answer cleanup(http_answer_free)

/* The value of a header, or NULL. Kept are: location, retry-after, content-type, x-oauth-scopes, x-ratelimit-remaining,
 * x-ratelimit-reset, of up to HTTP_URL_MAX bytes, and what the request says, of up to HTTP_VALUE_MAX. One that is empty
 * or longer is as good as none; of two of one name the first is kept. */
const char *http_header(const struct http_answer *answer, const char *name);

/* 0 whatever the answer's status is. -1: EX_TEMPFAIL when it may go better later (no connection, time-out, cut off),
 * STATUS_BAD for what will not (not a URL, certificate refused, too large, a weaker or endless redirect). The text says
 * which, without the URL, which the caller puts in front. */
int http_exchange(const struct http_request *request, struct http_answer *answer, struct err *err);

/* The version of libwebsockets, for --version. */
const char *http_library(void);

#endif
