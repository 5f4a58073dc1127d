#include "http_attempt.h"

#include "http_answer.h"
#include "http_refusal.h"

#include <libwebsockets.h>
#include <poll.h>
#include <string.h>
#include <time.h>

enum { BLOCK = 16384 };

/* One attempt as its callbacks see it. */
struct session {
	const struct http_attempt *attempt;
	struct http_answer *answer;
	struct err *err;
	struct lws *wsi;  /* once it has asked */
	size_t sent;      /* of the request's body */
	bool has_failed;  /* err is filled */
	bool has_asked;   /* there is a connection, and the request is on its way */
	bool is_answered; /* the head of an answer is here */
	bool is_done;     /* all of it is */
	bool is_over;     /* the connection is gone */
	bool is_chunked;
	char reason[160]; /* libwebsockets' own, when it fails */
	/* What is being read; at moves when libwebsockets has made something of it. */
	char *at, block[BLOCK];
};

int64_t http_now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static int header_add(struct lws *wsi, const char *name, const char *value, unsigned char **at, unsigned char *end)
{
	char named[80];
	snprintf(named, sizeof named, "%s:", name);
	return lws_add_http_header_by_name(wsi, (const unsigned char *)named, (const unsigned char *)value,
					   (int)strlen(value), at, end);
}

static int on_asking(struct session *session, struct lws *wsi, unsigned char **at, unsigned char *end)
{
	const struct http_request *request = session->attempt->request;
	char size[24];
	session->wsi = wsi;
	session->has_asked = true;
	snprintf(size, sizeof size, "%zu", request->body ? request->body_size : 0);
	int status = header_add(wsi, "user-agent", "kettle/" VERSION, at, end);
	if (request->body || !strcmp(request->method, "POST"))
		status |= header_add(wsi, "content-length", size, at, end);
	for (const char *const *header = request->headers; session->attempt->with_headers && header && *header;
	     header += 2)
		status |= header_add(wsi, header[0], header[1], at, end);
	if (status)
		return err_bad(session->err, "the request's headers are too large");
	if (request->body && request->body_size) {
		lws_client_http_body_pending(wsi, 1);
		lws_callback_on_writable(wsi);
	}
	return 0;
}

static bool is_sending(const struct session *session)
{
	const struct http_request *request = session->attempt->request;
	bool is_open = session->has_asked && !session->is_answered && !session->is_over && !session->has_failed;
	return is_open && request->body && session->sent < request->body_size;
}

/* While there is a body to be sent, libwebsockets does not read what the other side said before it went away, and 4.3
 * does not even see that it did, and would wake up for it again and again until the deadline. */
static bool stop_when_gone(struct session *session)
{
	if (!is_sending(session))
		return false;
	struct pollfd polled = {lws_get_socket_fd(session->wsi), 0, 0};
	if (poll(&polled, 1, 0) != 1)
		return false;
	session->sent = session->attempt->request->body_size;
	lws_client_http_body_pending(session->wsi, 0);
	return true;
}

static int on_writable(struct session *session, struct lws *wsi)
{
	const struct http_request *request = session->attempt->request;
	unsigned char block[LWS_PRE + 4096];
	if (!is_sending(session) || stop_when_gone(session))
		return 0;
	size_t left = request->body_size - session->sent, size = left < 4096 ? left : 4096;
	memcpy(block + LWS_PRE, request->body + session->sent, size);
	bool is_last = size == left;
	if (lws_write(wsi, block + LWS_PRE, size, is_last ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) != (int)size)
		return stop_when_gone(session) ? 0 : -1;
	session->sent += size;
	if (is_last)
		lws_client_http_body_pending(wsi, 0);
	lws_callback_on_writable(wsi);
	return 0;
}

static int on_answered(struct session *session, struct lws *wsi)
{
	int has_body = http_answer_begin(session->answer, wsi, session->attempt->request, &session->is_chunked,
					 session->err);
	session->is_answered = true;
	session->is_done = has_body == 0;
	return has_body < 0 ? -1 : 0;
}

static int on_readable(struct session *session, struct lws *wsi)
{
	int size = sizeof session->block;
	session->at = session->block;
	return lws_http_client_read(wsi, &session->at, &size) < 0 ? -1 : 0;
}

static int on_read(struct session *session, const char *data, size_t size)
{
	size_t cap = session->attempt->request->cap;
	if (session->is_done) /* a body where there is none */
		return 0;
	/* A chunk's size is not checked by libwebsockets 4.1 and may come out negative. */
	if (size > sizeof session->block)
		return err_bad(session->err, "not an HTTP answer");
	if (size > cap - session->answer->body.size)
		return err_bad(session->err, "larger than %zu bytes", cap);
	return bytes_add(&session->answer->body, data, size, session->err);
}

/* libwebsockets calls a chunked answer complete, too, when its connection ends: then it has not moved at. */
static int on_completed(struct session *session)
{
	session->is_done = !session->is_chunked || session->at != session->block;
	return 0;
}

/* For callbacks that fill err when they fail. */
static int noted(struct session *session, int status)
{
	session->has_failed |= status != 0;
	return status;
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
	struct session *session = user;
	unsigned char **at = in;
	switch (reason) {
	case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
		return noted(session, on_asking(session, wsi, at, *at + size));
	case LWS_CALLBACK_CLIENT_HTTP_WRITEABLE:
		return on_writable(session, wsi);
	case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
		return noted(session, on_answered(session, wsi));
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
		return on_readable(session, wsi);
	case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
		return noted(session, on_read(session, in, size));
	case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
		return on_completed(session);
	case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
		snprintf(session->reason, sizeof session->reason, "%.*s", (int)size, in ? (char *)in : "");
		session->is_over = true;
		return 0;
	case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
	case LWS_CALLBACK_WSI_DESTROY: /* after which session->wsi must not be used, whoever else was not told */
		session->is_over = true;
		return 0;
	default:
		return 0;
	}
}

/* Only wakes lws_service() up. */
static void on_deadline(lws_sorted_usec_list_t *timer)
{
	(void)timer;
}

/* libwebsockets does not tell why it could not connect: connect once more and see. 0: that can be done. */
static int connect_reason(const struct http_address *address, int milliseconds)
{
	int error = 0;
	socklen_t size = sizeof error;
	cleanup_fd int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || !connect(fd, &address->any, address->size))
		return fd < 0 ? errno : 0;
	if (errno != EINPROGRESS)
		return errno;
	struct pollfd polled = {fd, POLLOUT, 0};
	if (poll(&polled, 1, milliseconds) != 1)
		return ETIMEDOUT;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) ? errno : error;
}

/* What went wrong before a request was sent. */
static int judge_connecting(struct session *session, bool *is_connected)
{
	const struct http_attempt *attempt = session->attempt;
	int64_t left = attempt->connect_deadline - http_now();
	char port[16] = "", refusal[HTTP_REFUSAL_SIZE];
	if (!attempt->request->socket)
		snprintf(port, sizeof port, " port %u", attempt->proxy ? attempt->proxy->url.port : attempt->url->port);
	if (http_refusal_take(refusal))
		return err_bad(session->err, "its certificate is refused: %s", refusal);
	int cause = left <= 0 ? ETIMEDOUT : connect_reason(attempt->address, (int)left);
	*is_connected = !cause;
	if (cause)
		return err_set(session->err, EX_TEMPFAIL, "cannot connect to %s%s%s: %s",
			       attempt->proxy ? "the proxy " : "", attempt->address->text, port, strerror(cause));
	if (attempt->proxy)
		return err_set(session->err, EX_TEMPFAIL, "no TLS connection through the proxy %s",
			       attempt->proxy->url.host);
	return err_set(session->err, EX_TEMPFAIL, "no TLS connection: the handshake failed");
}

static int judge(struct session *session, bool *is_connected)
{
	const struct http_attempt *attempt = session->attempt;
	*is_connected = true;
	if (session->has_failed)
		return -1;
	if (session->is_done)
		return 0;
	if (http_now() >= attempt->deadline)
		return err_set(session->err, EX_TEMPFAIL, "timed out after %u seconds", attempt->request->seconds);
	if (!session->has_asked)
		return judge_connecting(session, is_connected);
	if (session->is_answered)
		return err_set(session->err, EX_TEMPFAIL, "cut off after %zu bytes", session->answer->body.size);
	if (strstr(session->reason, "pars") || strstr(session->reason, "missing"))
		return err_bad(session->err, "not an HTTP answer");
	return err_set(session->err, EX_TEMPFAIL, "the connection ended without an answer");
}

static void run(struct session *session, struct lws_context *context)
{
	const struct http_attempt *attempt = session->attempt;
	lws_sorted_usec_list_t timer = {0};
	while (!session->is_done && !session->has_failed && !session->is_over) {
		int64_t until = session->has_asked ? attempt->deadline : attempt->connect_deadline;
		int64_t left = until - http_now();
		if (left <= 0)
			break;
		lws_sul_schedule(context, 0, &timer, on_deadline, left * LWS_US_PER_MS);
		lws_service(context, 0);
		stop_when_gone(session);
	}
	lws_sul_cancel(&timer);
}

static struct lws_context *context_new(const struct http_attempt *attempt, const struct lws_protocols *protocols)
{
	struct lws_context_creation_info info = {0};
	char proxy[sizeof attempt->proxy->login + sizeof attempt->address->text + 16] = "";
	bool is_ipv6 = attempt->address->any.sa_family == AF_INET6;
	if (attempt->proxy)
		snprintf(proxy, sizeof proxy, "%s%s%s%s%s:%u", attempt->proxy->login, *attempt->proxy->login ? "@" : "",
			 is_ipv6 ? "[" : "", attempt->address->text, is_ipv6 ? "]" : "", attempt->proxy->url.port);
	info.port = CONTEXT_PORT_NO_LISTEN;
	info.protocols = protocols;
	info.options = attempt->url->is_tls ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0;
	/* Without one of its own it reads http_proxy, and would also use it for https:// and loopback. */
	info.http_proxy_address = proxy;
	/* Without one of its own it trusts what lies in ../share. The system's certificates are trusted besides. */
	info.client_ssl_ca_filepath = "/dev/null";
	/* Longer than ours, which come first. */
	info.timeout_secs = info.connect_timeout_secs = attempt->request->seconds + 5;
	info.pt_serv_buf_size = BLOCK;
	info.max_http_header_data = 32768;
	info.fd_limit_per_thread = 16;
	return lws_create_context(&info);
}

static void ask(struct session *session, struct lws_context *context)
{
	const struct http_attempt *attempt = session->attempt;
	char authority[HTTP_HOST_MAX + 16], address[sizeof attempt->address->text + 1];
	http_url_authority(attempt->url, authority);
	snprintf(address, sizeof address, "%s%s", attempt->request->socket ? "+" : "", attempt->address->text);
	struct lws_client_connect_info info = {
		.context = context,
		/* A proxy resolves the name itself. */
		.address = attempt->proxy ? attempt->url->host : address,
		.port = (int)attempt->url->port,
		.path = attempt->url->target,
		.host = authority,
		.method = attempt->request->method,
		.alpn = "http/1.1",
		.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT | (attempt->url->is_tls ? LCCSCF_USE_SSL : 0),
		.local_protocol_name = "http", /* without it bodies are swallowed */
		.userdata = session,
	};
	if (!lws_client_connect_via_info(&info))
		session->is_over = true;
}

int http_attempt(const struct http_attempt *attempt, struct http_answer *answer, bool *is_connected, struct err *err)
{
	static const struct lws_protocols protocols[] = {{.name = "http", .callback = on_event}, {0}};
	cleanup_free struct session *session = calloc(1, sizeof *session);
	if (!session)
		return err_system(err, EX_OSERR, "HTTP");
	*session = (struct session){.attempt = attempt, .answer = answer, .err = err};
	http_refusal_watch();
	struct lws_context *context = context_new(attempt, protocols);
	if (context) {
		ask(session, context);
		run(session, context);
	}
	int status =
		context ? judge(session, is_connected) : err_set(err, EX_OSERR, "HTTP: libwebsockets does not start");
	session->has_failed = true;
	lws_context_destroy(context);
	return status;
}
