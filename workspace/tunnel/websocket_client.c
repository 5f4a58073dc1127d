#include "websocket_state.h"

#include "file.h"
#include "http_url.h"
#include "seal.h"

#include <string.h>

enum { CONNECT_SECONDS = 20, CERTIFICATES_CAP = 16 << 20 };

/* http_url.h reads http:// and https:// alone. */
static int url_parse(const char *text, struct http_url *url, struct err *err)
{
	cleanup_free char *http = NULL;
	bool is_tls = !strncasecmp(text, "wss://", 6);
	if (!is_tls && strncasecmp(text, "ws://", 5))
		return err_bad(err, "a URL of a WebSocket begins with ws:// or wss://");
	if (asprintf(&http, "http%s%s", is_tls ? "s" : "", strchr(text, ':')) < 0)
		return err_system(err, EX_OSERR, "URL");
	return http_url_parse(http, url, err);
}

/* libwebsockets says nothing of a file that is not there, and trusts nobody then. */
static int check_certificates(const char *file, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (!strcmp(file, "-"))
		return err_bad(err, "-: certificates are read from a file");
	if (file_load(file, CERTIFICATES_CAP, &text, err))
		return err_prefix(err, "%s", file);
	if (!text.size || !strstr(text.data, "CERTIFICATE-----"))
		return err_bad(err, "%s: no certificates in PEM", file);
	return 0;
}

/* Clients have a vhost of their own: what it trusts is a vhost's. */
static int vhost_need(struct websockets *all, const char *ca_file, struct err *err)
{
	if (ca_file && check_certificates(ca_file, err))
		return -1;
	ca_file = ca_file ? ca_file : "/dev/null"; /* without one it trusts what lies in ../share */
	if (all->client && !strcmp(all->ca_file, ca_file))
		return 0;
	if (all->client)
		return err_set(err, EX_SOFTWARE, "WebSockets: certificates of %s are trusted already", all->ca_file);
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.protocols = all->protocols,
		.vhost_name = "client",
		.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
		.client_ssl_ca_filepath = ca_file,
		.http_proxy_address = "", /* else of the environment */
	};
	all->ca_file = strdup(ca_file);
	all->client = all->ca_file ? lws_create_vhost(all->context, &info) : NULL;
	if (all->client)
		return 0;
	free(steal(&all->ca_file));
	return err_set(err, EX_OSERR, "%s: not certificates that can be trusted", ca_file);
}

static void overdue(lws_sorted_usec_list_t *timer)
{
	struct websocket *socket = lws_container_of(timer, struct websocket, timer);
	websocket_note(socket, 1006, view_of_literal("no connection in time"));
	websocket_kill(socket);
}

/* libwebsockets' connections of bytes alone would begin TLS before there is a connection (4.1): over TLS the WebSocket
 * is its own. */
static void ask(struct websocket *socket, const struct http_url *url, const struct websocket_target *target)
{
	char authority[HTTP_HOST_MAX + 16], address[128];
	http_url_authority(url, authority);
	const char *host = target->host ? target->host : url->host;
	snprintf(address, sizeof address, "%s%s", target->socket ? "+" : "", target->socket ? target->socket : host);
	struct lws_client_connect_info info = {
		.context = socket->all->context,
		.vhost = socket->all->client,
		.address = address,
		.port = (int)(target->host ? target->port : url->port),
		.path = url->target,
		.host = target->authority ? target->authority : authority,
		.protocol = target->protocols,
		.method = url->is_tls ? NULL : "RAW",
		.local_protocol_name = "websocket",
		.alpn = "http/1.1",
		.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT | (url->is_tls ? LCCSCF_USE_SSL : 0),
		.opaque_user_data = socket,
	};
	struct lws *wsi = lws_client_connect_via_info(&info);
	if (!socket->is_lost)
		socket->wsi = wsi;
	socket->is_lost |= !wsi;
}

static int keep_headers(struct websocket *socket, const char *const *headers, struct err *err)
{
	for (; headers && *headers; headers++)
		if (bytes_add(&socket->head, *headers, strlen(*headers) + 1, err))
			return -1;
	return 0;
}

/* The upgrade's request, to be sent when there is a connection. */
static int wire_new(struct websocket *socket, const struct http_url *url, const struct websocket_target *target,
		    struct err *err)
{
	char authority[HTTP_HOST_MAX + 16];
	uint8_t nonce[UPGRADE_NONCE_SIZE];
	http_url_authority(url, authority);
	struct upgrade upgrade = {target->authority ? target->authority : authority, url->target, target->headers,
				  target->protocols};
	struct websocket_wire *wire = socket->wire = calloc(1, sizeof *wire);
	if (wire && target->protocols)
		wire->offered = strdup(target->protocols);
	if (!wire || (target->protocols && !wire->offered))
		return err_system(err, EX_OSERR, "WebSocket");
	if (seal_start(err))
		return -1;
	seal_random(nonce, sizeof nonce);
	return upgrade_accept(nonce, wire->accept, err) || upgrade_write(&upgrade, nonce, &wire->due, err) ? -1 : 0;
}

static int connect_to(struct websocket *socket, const struct http_url *url, const struct websocket_target *target,
		      struct err *err)
{
	unsigned seconds = target->seconds ? target->seconds : CONNECT_SECONDS;
	if (url->is_tls ? keep_headers(socket, target->headers, err) : wire_new(socket, url, target, err))
		return -1;
	lws_sul_schedule(socket->all->context, 0, &socket->timer, overdue, (lws_usec_t)seconds * LWS_US_PER_SEC);
	ask(socket, url, target);
	if (socket->is_lost)
		return err_set(err, socket->code == 1015 ? STATUS_BAD : EX_TEMPFAIL, "%s",
			       *socket->reason ? socket->reason : "cannot connect");
	return 0;
}

struct websocket *websocket_connect(struct websockets *all, const struct websocket_target *target,
				    const struct websocket_settings *settings, struct err *err)
{
	struct http_url url;
	if (url_parse(target->url, &url, err) || vhost_need(all, target->ca_file, err))
		return NULL;
	if (all->count >= all->settings.connections) {
		err_set(err, EX_TEMPFAIL, "there are %zu WebSockets already", all->count);
		return NULL;
	}
	struct websocket *socket = websocket_new(all, settings, err);
	if (!socket)
		return NULL;
	if (connect_to(socket, &url, target, err)) {
		websocket_gone(socket);
		return NULL;
	}
	socket->is_known = true;
	return socket;
}
