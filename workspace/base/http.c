#include "http.h"

#include "http_attempt.h"

#include <libwebsockets.h>
#include <netdb.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>

enum {
	BACKOFF = 200, /* milliseconds before the first repetition; doubled for each further one */
	ADDRESSES_MAX = 8,
};

const char *http_library(void)
{
	static char text[64];
	const char *version = lws_get_library_version(); /* "4.3.5-" and how it was built */
	snprintf(text, sizeof text, "libwebsockets %.*s", (int)strcspn(version, "-"), version);
	return text;
}

/* The exchange as a whole. */
struct exchange {
	const struct http_request *request;
	struct http_url first, url; /* as asked for; as redirected to */
	int64_t deadline;
	unsigned redirects, repetitions; /* done so far */
};

static int socket_address(const char *path, struct http_address *address, struct err *err)
{
	struct sockaddr_un unix_address = {.sun_family = AF_UNIX};
	size_t size = strlen(path);
	/* libwebsockets would cut it off, and take a leading '@' for an abstract name. */
	if (!size || *path == '@' || size >= sizeof unix_address.sun_path)
		return err_bad(err, "%s: cannot be a socket's path", path);
	memcpy(unix_address.sun_path, path, size);
	memcpy(&address->storage, &unix_address, sizeof unix_address);
	address->size = sizeof unix_address;
	snprintf(address->text, sizeof address->text, "%s", path);
	return 1;
}

/* The addresses of a host. localhost is this machine's whatever the resolver says, and where there is none. spec: RFC
 * 6761 section 6.3 */
static int resolve(const struct http_url *url, struct http_address *addresses, struct err *err)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *all = NULL;
	char port[8];
	int count = 0;
	snprintf(port, sizeof port, "%u", url->port);
	int status = getaddrinfo(strcmp(url->host, "localhost") ? url->host : NULL, port, &hints, &all);
	if (status)
		return err_set(err, EX_TEMPFAIL, "cannot find the host %s: %s", url->host, gai_strerror(status));
	for (struct addrinfo *at = all; at && count < ADDRESSES_MAX; at = at->ai_next) {
		struct http_address *address = &addresses[count];
		memcpy(&address->storage, at->ai_addr, at->ai_addrlen);
		address->size = at->ai_addrlen;
		count += !getnameinfo(at->ai_addr, at->ai_addrlen, address->text, sizeof address->text, NULL, 0,
				      NI_NUMERICHOST);
	}
	freeaddrinfo(all);
	return count ? count : err_set(err, EX_TEMPFAIL, "cannot find the host %s: no address", url->host);
}

/* One attempt at every address in turn, until one is there. */
static int ask(const struct exchange *exchange, struct http_answer *answer, struct err *err)
{
	struct http_address addresses[ADDRESSES_MAX];
	struct http_proxy proxy;
	const char *socket = exchange->request->socket;
	int with_proxy = socket ? 0 : http_proxy_find(&exchange->url, &proxy, err);
	if (with_proxy < 0)
		return -1;
	int count = socket ? socket_address(socket, addresses, err)
			   : resolve(with_proxy ? &proxy.url : &exchange->url, addresses, err);
	if (count < 0 && with_proxy)
		err_prefix(err, "the proxy");
	bool is_connected = false;
	int status = -1;
	for (int i = 0; i < count && status && !is_connected; i++) {
		int64_t left = exchange->deadline - http_now();
		struct http_attempt attempt = {
			.request = exchange->request,
			.url = &exchange->url,
			.proxy = with_proxy ? &proxy : NULL,
			.address = &addresses[i],
			.with_headers = http_url_is_same_origin(&exchange->first, &exchange->url),
			.deadline = exchange->deadline,
			.connect_deadline = http_now() + left / (count - i),
		};
		http_answer_free(answer);
		status = http_attempt(&attempt, answer, &is_connected, err);
	}
	return status;
}

/* What is worth a repetition: no answer, or one of those that ask for patience. spec: RFC 9110 section 15.6, RFC 6585
 * section 4 */
static bool may_pass(int status, const struct http_answer *answer, const struct err *err)
{
	static const int passing[] = {429, 500, 502, 503, 504};
	if (status)
		return err->status == EX_TEMPFAIL;
	for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
		if (answer->status == passing[i])
			return true;
	return false;
}

/* Milliseconds until the next repetition. spec: RFC 9110 section 10.2.3, the form in seconds */
static int64_t pause_for(const struct exchange *exchange, const struct http_answer *answer)
{
	const char *text = http_header(answer, "retry-after");
	size_t digits = text ? strspn(text, "0123456789") : 0;
	if (digits && digits < 8 && !text[digits])
		return 1000 * (int64_t)strtol(text, NULL, 10);
	return (int64_t)BACKOFF << exchange->repetitions;
}

static int ask_patiently(struct exchange *exchange, struct http_answer *answer, struct err *err)
{
	for (;;) {
		int status = ask(exchange, answer, err);
		if (exchange->repetitions >= exchange->request->repetitions || !may_pass(status, answer, err))
			return status;
		int64_t pause = pause_for(exchange, answer);
		if (pause >= exchange->deadline - http_now())
			return status;
		struct timespec time = {pause / 1000, pause % 1000 * 1000000};
		while (nanosleep(&time, &time) && errno == EINTR) {
		}
		exchange->repetitions++;
	}
}

/* Plain http:// is read and changed by whoever is in between; on loopback nobody is, nor on a socket of this machine.
 */
static int is_allowed(const struct http_request *request, const struct http_url *url, struct err *err)
{
	if (url->is_tls && strchr(url->host, ':'))
		return err_bad(err, "https:// to an IPv6 address is not supported: certificates are for names");
	if (url->is_tls || request->socket || http_url_is_loopback(url))
		return 0;
	return err_bad(err, "http:// is for this machine's own addresses only; use https://");
}

static int follow(struct exchange *exchange, const char *location, struct err *err)
{
	struct http_url next;
	if (exchange->redirects++ >= exchange->request->redirects)
		return err_bad(err, "more than %u redirects", exchange->request->redirects);
	if (http_url_join(&exchange->url, location, &next, err))
		return err_prefix(err, "a redirect to '%s'", location);
	if (exchange->url.is_tls && !next.is_tls)
		return err_bad(err, "a redirect from https:// to http://");
	if (is_allowed(exchange->request, &next, err))
		return err_prefix(err, "a redirect to '%s'", location);
	exchange->url = next;
	return 0;
}

static bool is_redirect(const struct http_request *request, const struct http_answer *answer)
{
	int status = answer->status;
	return request->redirects && !strcmp(request->method, "GET") && http_header(answer, "location") &&
	       (status == 301 || status == 302 || status == 303 || status == 307 || status == 308);
}

/* A line break in a header would be the end of it, and the start of another. */
static int headers_check(const struct http_request *request, struct err *err)
{
	for (const char *const *at = request->headers; at && *at; at++)
		for (const char *c = *at; *c; c++)
			if ((unsigned char)*c < ' ' || *c == 0x7f)
				return err_bad(err, "a control character in a header of the request");
	return 0;
}

int http_exchange(const struct http_request *request, struct http_answer *answer, struct err *err)
{
	struct exchange exchange = {.request = request, .deadline = http_now() + 1000 * (int64_t)request->seconds};
	cleanup(http_answer_free) struct http_answer got = {0};
	*answer = (struct http_answer){0};
	if (http_url_parse(request->url, &exchange.first, err) || is_allowed(request, &exchange.first, err) ||
	    headers_check(request, err))
		return -1;
	exchange.url = exchange.first;
	for (;;) {
		if (ask_patiently(&exchange, &got, err))
			return -1;
		if (!is_redirect(request, &got))
			break;
		if (follow(&exchange, http_header(&got, "location"), err))
			return -1;
	}
	got.url = http_url_text(&exchange.url, err);
	if (!got.url)
		return -1;
	*answer = got;
	got = (struct http_answer){0};
	return 0;
}
