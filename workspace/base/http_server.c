#include "http_server_child.h"
#include "http_server_socket.h"
#include "http_server_write.h"

#include <fcntl.h>
#include <libwebsockets.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

struct service {
	const struct http_server *server;
	struct lws_context *context;
	struct lws_vhost *vhost;
	int watched;  /* descriptors: the listener, the one to stop, clients and handlers */
	int handlers; /* of them */
	struct handler *first;
	bool is_over;
};

/* A process that works on a request: there as long as its pipe. */
struct handler {
	struct service *service;
	struct http_child *child;
	struct lws *wsi; /* the client's; NULL: it has gone */
	struct client *client;
	struct handler *next;
};

/* A connection, and the request it is at. libwebsockets allocates it, filled with zeros. */
struct client {
	const char *method;
	char *path;
	struct bytes body;
	struct http_server_answer answer;
	struct handler *handler; /* NULL: none */
	bool is_last;            /* the connection ends with this answer */
};

static void client_clear(struct client *client)
{
	if (client->handler) {
		client->handler->wsi = NULL;
		kill(client->handler->child->pid, SIGKILL); /* which ends its pipe */
	}
	free(client->path);
	bytes_free(&client->body);
	bytes_free(&client->answer.body);
	*client = (struct client){0};
}

static const char *method_of(struct lws *wsi)
{
	static const struct {
		enum lws_token_indexes token;
		const char *name;
	} methods[] = {
		{WSI_TOKEN_GET_URI, "GET"},     {WSI_TOKEN_POST_URI, "POST"},     {WSI_TOKEN_HEAD_URI, "HEAD"},
		{WSI_TOKEN_PUT_URI, "PUT"},     {WSI_TOKEN_DELETE_URI, "DELETE"}, {WSI_TOKEN_OPTIONS_URI, "OPTIONS"},
		{WSI_TOKEN_PATCH_URI, "PATCH"},
	};
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (lws_hdr_total_length(wsi, methods[i].token))
			return methods[i].name;
	return "another method";
}

/* -1 closes the connection, after what is still to be sent. */
static int answer(struct lws *wsi, struct client *client)
{
	bool is_last = client->is_last;
	int status = http_server_write(wsi, &client->answer, client->method, is_last);
	client_clear(client);
	return status || is_last || lws_http_transaction_completed(wsi) ? -1 : 0;
}

/* An answer without the handler, to a request whose body will not be read. */
static int refuse(struct lws *wsi, struct client *client, int status, const char *reason)
{
	struct err err;
	client->answer.status = status;
	client->is_last = true;
	if (bytes_addf(&client->answer.body, &err, "{\"error\":\"%s\"}", reason))
		return -1;
	return answer(wsi, client);
}

/* Whether nobody is there any more to read an answer. One who has only finished sending is. */
static bool has_gone(struct lws *wsi)
{
	struct pollfd polled = {lws_get_socket_fd(wsi), 0, 0};
	return poll(&polled, 1, 0) > 0 && (polled.revents & (POLLHUP | POLLERR));
}

/* libwebsockets closes what it is given, even when it does not take it. */
static struct lws *watch(struct service *service, int fd, const char *protocol)
{
	lws_sock_file_fd_type watched = {.filefd = fd};
	return fd < 0 ? NULL
		      : lws_adopt_descriptor_vhost(service->vhost, LWS_ADOPT_RAW_FILE_DESC, watched, protocol, NULL);
}

static void handler_free(struct handler *handler)
{
	struct handler **at = &handler->service->first;
	while (*at != handler)
		at = &(*at)->next;
	*at = handler->next;
	handler->service->handlers--;
	http_child_free(handler->child);
	free(handler);
}

/* The answer comes later. Until then nothing is read from the client, not even that it has finished sending. */
static int ask_child(struct service *service, struct lws *wsi, struct client *client,
		     const struct http_server_request *request)
{
	struct handler *handler = calloc(1, sizeof *handler);
	struct http_child *child = handler ? http_child_start(service->server, request) : NULL;
	if (!child) {
		free(handler);
		return refuse(wsi, client, 503, "there can be no process for this request; try again");
	}
	*handler = (struct handler){service, child, wsi, client, service->first};
	service->first = handler;
	service->handlers++;
	struct lws *pipe = watch(service, child->pipe, "handler");
	if (!pipe) {
		handler_free(handler);
		return -1;
	}
	lws_set_opaque_user_data(pipe, handler);
	client->handler = handler;
	lws_rx_flow_control(wsi, 0);
	lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
	return 0;
}

static int ask(struct service *service, struct lws *wsi, struct client *client)
{
	const struct http_server *server = service->server;
	struct http_server_request request = {client->method, client->path, client->body.data ? client->body.data : "",
					      client->body.size};
	if (has_gone(wsi) || service->is_over)
		return -1;
	if (server->is_forked)
		return ask_child(service, wsi, client, &request);
	if (server->answer(server->context, &request, &client->answer)) {
		service->is_over = true;
		return -1;
	}
	return answer(wsi, client);
}

/* spec: RFC 9110 section 8.6: digits and nothing else. 0, or -1; what does not fit is as large as can be. */
static int content_length(struct lws *wsi, unsigned long long *length)
{
	char text[64];
	*length = 0;
	if (!lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH))
		return 0;
	/* One that is repeated comes as a list. */
	if (lws_hdr_copy(wsi, text, sizeof text, WSI_TOKEN_HTTP_CONTENT_LENGTH) <= 0 ||
	    text[strspn(text, "0123456789")])
		return -1;
	*length = strtoull(text, NULL, 10);
	return 0;
}

static int request_begin(struct service *service, struct lws *wsi, struct client *client, const char *path)
{
	unsigned long long length;
	char reason[64];
	client_clear(client);
	client->method = method_of(wsi);
	client->path = strdup(path);
	if (!client->path)
		return -1;
	/* spec: RFC 9112 section 6.1: with a transfer coding the length counts for nothing. */
	if (lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING))
		return refuse(wsi, client, 501, "a body is taken whole, with a content-length, not in chunks");
	if (content_length(wsi, &length))
		return refuse(wsi, client, 400, "content-length: not a number");
	snprintf(reason, sizeof reason, "the body is larger than %zu bytes", service->server->cap);
	if (length > service->server->cap)
		return refuse(wsi, client, 413, reason);
	if (length)
		return 0;
	/* POST, PUT and PATCH say how long their body is, even when there is none. */
	if (client->method[0] == 'P' && !lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH))
		return refuse(wsi, client, 411, "content-length: missing");
	return ask(service, wsi, client);
}

static int request_body(struct service *service, struct client *client, const void *data, size_t size)
{
	struct err err;
	if (client->body.size + size > service->server->cap)
		return -1;
	return bytes_add(&client->body, data, size, &err);
}

static struct service *service_of(struct lws *wsi)
{
	return lws_context_user(lws_get_context(wsi));
}

static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
	struct service *service = service_of(wsi);
	struct client *client = user;
	switch ((int)reason) {
	case LWS_CALLBACK_HTTP:
		return request_begin(service, wsi, client, in);
	case LWS_CALLBACK_HTTP_BODY:
		return request_body(service, client, in, size);
	case LWS_CALLBACK_HTTP_BODY_COMPLETION:
		/* It comes for an empty body too, which was not waited for. */
		return client->path && !client->handler ? ask(service, wsi, client) : 0;
	case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
	case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION:
		return -1;
	case LWS_CALLBACK_CLOSED_HTTP:
	case LWS_CALLBACK_HTTP_DROP_PROTOCOL:
		if (client)
			client_clear(client);
		return 0;
	case LWS_CALLBACK_WSI_CREATE: /* these two come here for every descriptor, whatever its protocol */
		service->watched++;
		return 0;
	case LWS_CALLBACK_WSI_DESTROY:
		service->watched--;
		return 0;
	default:
		return 0;
	}
}

static int on_listener(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
	struct service *service = service_of(wsi);
	(void)user, (void)in, (void)size;
	if (reason != LWS_CALLBACK_RAW_RX_FILE)
		return 0;
	int fd = accept4(lws_get_socket_fd(wsi), NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return 0;
	if (service->watched - service->handlers >= HTTP_SERVER_CLIENTS + 2)
		close(fd);
	else /* it closes what it cannot take */
		lws_adopt_descriptor_vhost(service->vhost, LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP,
					   (lws_sock_file_fd_type){.sockfd = fd}, NULL, NULL);
	return 0;
}

static int on_stop(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
	(void)user, (void)in, (void)size;
	if (reason != LWS_CALLBACK_RAW_RX_FILE && reason != LWS_CALLBACK_RAW_CLOSE_FILE)
		return 0;
	service_of(wsi)->is_over = true;
	return -1;
}

/* Answered from here and not from an event of the client's, the next of which may be that it has finished sending. */
static void handler_end(struct handler *handler)
{
	struct err err;
	struct client *client = handler->client;
	if (handler->wsi) {
		client->handler = NULL;
		if (http_child_answer(handler->child, &client->answer)) {
			client->answer.status = 500;
			bytes_addf(&client->answer.body, &err, "{\"error\":\"the process for this request failed\"}");
		}
		lws_rx_flow_control(handler->wsi, 1);
		if (answer(handler->wsi, client))
			lws_set_timeout(handler->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
	}
	handler_free(handler);
}

static int on_handler(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t size)
{
	struct handler *handler = lws_get_opaque_user_data(wsi);
	(void)user, (void)in, (void)size;
	if (!handler) /* not yet */
		return 0;
	if (reason == LWS_CALLBACK_RAW_RX_FILE)
		return http_child_read(handler->child) ? -1 : 0;
	if (reason == LWS_CALLBACK_RAW_CLOSE_FILE)
		handler_end(handler);
	return 0;
}

static const struct lws_protocols protocols[] = {
	{.name = "http", .callback = on_http, .per_session_data_size = sizeof(struct client)},
	{.name = "listener", .callback = on_listener},
	{.name = "stop", .callback = on_stop},
	{.name = "handler", .callback = on_handler},
	{.name = NULL},
};

static int service_open(struct service *service)
{
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.protocols = protocols,
		.user = service,
		.timeout_secs = service->server->seconds,
		.keepalive_timeout = (int)service->server->seconds,
		.max_http_header_pool = HTTP_SERVER_CLIENTS,
		/* Otherwise a table for as many descriptors as the process may have, which can be a thousand million.
		 */
		.fd_limit_per_thread = 2 * HTTP_SERVER_CLIENTS + 16,
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
	};
	lws_set_log_level(0, NULL);
	service->context = lws_create_context(&info);
	service->vhost = service->context ? lws_create_vhost(service->context, &info) : NULL;
	return service->vhost ? 0 : -1;
}

/* libwebsockets 4.3 does not see that a client has gone from which it does not read. */
static void drop_gone(const struct service *service)
{
	for (const struct handler *at = service->first; at; at = at->next)
		if (at->wsi && has_gone(at->wsi))
			lws_set_timeout(at->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
}

static int serve(struct service *service, int listener, struct err *err)
{
	const struct http_server *server = service->server;
	bool is_open = !service_open(service) && watch(service, listener, "listener") &&
		       (server->stop < 0 || watch(service, fcntl(server->stop, F_DUPFD_CLOEXEC, 3), "stop"));
	if (is_open && server->on_listening)
		server->on_listening(server->context);
	while (is_open && !service->is_over && lws_service(service->context, 0) >= 0)
		drop_gone(service);
	if (service->context)
		lws_context_destroy(service->context);
	return is_open ? 0 : err_set(err, EX_OSERR, "%s: cannot serve", server->socket);
}

int http_serve(const struct http_server *server, struct err *err)
{
	struct service service = {.server = server};
	int listener = http_server_listen(server->socket, err);
	if (listener < 0)
		return -1;
	int status = serve(&service, listener, err);
	unlink(server->socket);
	return status;
}
