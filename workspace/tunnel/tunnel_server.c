#include "tunnel_server.h"

#include "endpoint.h"
#include "front.h"

#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum {
	SOCKETS_BESIDE = 1024, /* WebSockets to the backend, of all tunnels */
	GOODBYE_SECONDS = 3,   /* after a drain's end, for goodbyes to be sent */
};

struct serving {
	struct tunnel_server server; /* with defaults filled in */
	struct loop *loop;
	struct tally *tally;
	struct quoter *quoter;
	struct websockets *websockets;
	struct backend *inner;
	struct offers *offers;
	struct endpoints *endpoints;
	struct front *front;
	struct loop_watch *start, *stop;
	struct loop_timer *drain;
	bool is_draining, front_is_done, endpoints_are_done;
	bool has_failed;
	struct err err; /* when has_failed */
};

static void set_size(size_t *at, size_t value)
{
	*at = *at ? *at : value;
}

static void set_seconds(unsigned *at, unsigned value)
{
	*at = *at ? *at : value;
}

static void set_defaults(struct tunnel_server *server)
{
	server->inner = server->inner ? server->inner : server->backend;
	set_size(&server->connections, TUNNEL_CONNECTIONS);
	set_size(&server->requests, TUNNEL_REQUESTS);
	set_size(&server->sockets, TUNNEL_SOCKETS);
	set_size(&server->memory, TUNNEL_MEMORY);
	set_size(&server->held_cap, TUNNEL_HELD_CAP);
	set_size(&server->sealed_cap, TUNNEL_SEALED_CAP);
	server->sealed_cap = server->sealed_cap < TUNNEL_CAP_LEAST ? TUNNEL_CAP_LEAST : server->sealed_cap;
	set_seconds(&server->key_seconds, TUNNEL_KEY_SECONDS);
	set_seconds(&server->quotes_a_minute, TUNNEL_QUOTES_A_MINUTE);
	set_seconds(&server->quote_seconds, TUNNEL_QUOTE_SECONDS);
	set_seconds(&server->ping_seconds, TUNNEL_PING_SECONDS);
	set_seconds(&server->silent_seconds, TUNNEL_SILENT_SECONDS);
	set_seconds(&server->drain_seconds, TUNNEL_DRAIN_SECONDS);
	set_seconds(&server->handshake_seconds, TUNNEL_HANDSHAKE_SECONDS);
}

static void on_tunnel(void *context, int fd, const void *read, size_t size)
{
	struct serving *serving = context;
	endpoint_begin(serving->endpoints, fd, read, size);
}

/* Whoever started us starts another that has one. */
static void on_quoter_ended(void *context)
{
	struct serving *serving = context;
	err_set(&serving->err, EX_SOFTWARE, "the process for quotes has ended");
	serving->has_failed = true;
	websockets_stop(serving->websockets);
}

static void on_front_log(void *context, const char *text)
{
	struct serving *serving = context;
	serving->server.log(serving->server.context, false, text);
}

static int listen_now(struct serving *serving, struct err *err)
{
	const struct tunnel_server *server = &serving->server;
	struct front_settings settings = {
		.listener = server->listener,
		.backend = server->backend,
		.connections = server->connections,
		.head_seconds = TUNNEL_HEAD_SECONDS,
		.stall_seconds = server->silent_seconds,
		.encrypted = server->encrypted,
		.tunnel = on_tunnel,
		.log = on_front_log,
		.context = serving,
	};
	serving->front = front_new(serving->loop, &settings, err);
	if (!serving->front)
		return -1;
	if (server->on_listening)
		server->on_listening(server->context);
	return 0;
}

static void on_start(void *context, uint32_t events)
{
	struct serving *serving = context;
	(void)events;
	loop_unwatch(serving->start);
	serving->start = NULL;
	if (serving->is_draining || !listen_now(serving, &serving->err))
		return;
	serving->has_failed = true;
	websockets_stop(serving->websockets);
}

static void stop_when_done(struct serving *serving)
{
	if (serving->front_is_done && serving->endpoints_are_done)
		websockets_stop(serving->websockets);
}

static void on_front_done(void *context)
{
	struct serving *serving = context;
	serving->front_is_done = true;
	stop_when_done(serving);
}

static void on_endpoints_done(void *context)
{
	struct serving *serving = context;
	serving->endpoints_are_done = true;
	stop_when_done(serving);
}

static void on_drain_over(void *context)
{
	struct serving *serving = context;
	serving->drain = NULL;
	websockets_stop(serving->websockets);
}

static void on_drain_overdue(void *context)
{
	struct serving *serving = context;
	struct err err;
	serving->server.log(serving->server.context, false, "what is still under way is cut off");
	front_free(serving->front);
	serving->front = NULL;
	serving->front_is_done = true;
	endpoints_leave(serving->endpoints);
	serving->drain = loop_after(serving->loop, GOODBYE_SECONDS * 1000, on_drain_over, serving, &err);
	stop_when_done(serving);
}

static void on_stop(void *context, uint32_t events)
{
	struct serving *serving = context;
	struct err err;
	(void)events;
	loop_unwatch(serving->stop);
	serving->stop = NULL;
	serving->is_draining = true;
	serving->drain =
		loop_after(serving->loop, serving->server.drain_seconds * 1000, on_drain_overdue, serving, &err);
	endpoints_drain(serving->endpoints, on_endpoints_done, serving);
	if (serving->front)
		front_drain(serving->front, on_front_done);
	else
		on_front_done(serving);
}

static int watch(struct serving *serving, int fd, void (*ready)(void *, uint32_t), struct loop_watch **at,
		 struct err *err)
{
	*at = loop_watch(serving->loop, fd, EPOLLIN, ready, serving, err);
	return *at ? 0 : -1;
}

/* The process for quotes comes before everything that a key could come from. */
static int begin(struct serving *serving, struct err *err)
{
	const struct tunnel_server *server = &serving->server;
	struct quoter_settings quotes = {server->quote,           server->context, server->quote_seconds,
					 server->quotes_a_minute, on_quoter_ended, serving};
	struct websockets_settings sockets = {
		.connections = server->connections + SOCKETS_BESIDE,
		.ping_seconds = server->ping_seconds,
		.silent_seconds = server->silent_seconds,
		.other_fds = 3 * server->connections, /* plain ones, both sides; second requests of tunnels */
		.held_cap = server->held_cap,
	};
	return !(serving->loop = loop_new(err)) ||
			       !(serving->tally = tally_new(serving->loop, server->log, server->context, err)) ||
			       !(serving->quoter = quoter_new(serving->loop, &quotes, err)) ||
			       !(serving->websockets = websockets_new(serving->loop, &sockets, err)) ||
			       !(serving->inner = backend_new(serving->loop, server->inner, err)) ||
			       !(serving->offers = offers_new(serving->quoter, server->key_seconds, err))
		       ? -1
		       : 0;
}

static int begin_endpoints(struct serving *serving, struct err *err)
{
	const struct tunnel_server *server = &serving->server;
	struct endpoints_settings settings = {
		.loop = serving->loop,
		.websockets = serving->websockets,
		.backend = serving->inner,
		.place = server->inner,
		.offers = serving->offers,
		.tally = serving->tally,
		.requests = server->requests,
		.sockets = server->sockets,
		.memory = server->memory,
		.kept_cap = server->held_cap,
		.all_requests = server->connections,
		.inner_sockets = SOCKETS_BESIDE,
		.sealed_cap = server->sealed_cap,
		.handshake_seconds = server->handshake_seconds,
		.only_version_2 = server->only_version_2,
	};
	serving->endpoints = endpoints_new(&settings, err);
	if (!serving->endpoints || (server->stop >= 0 && watch(serving, server->stop, on_stop, &serving->stop, err)))
		return -1;
	return server->start >= 0 ? watch(serving, server->start, on_start, &serving->start, err)
				  : listen_now(serving, err);
}

/* Each one before what it uses. */
static void end(struct serving *serving)
{
	front_free(serving->front);
	websockets_free(serving->websockets);
	endpoints_free(serving->endpoints);
	backend_free(serving->inner);
	offers_free(serving->offers);
	quoter_free(serving->quoter);
	tally_free(serving->tally);
	loop_unwatch(serving->start);
	loop_unwatch(serving->stop);
	loop_cancel(serving->drain);
	loop_free(serving->loop);
}

static int serve(struct serving *serving, struct err *err)
{
	int status = begin(serving, err) || begin_endpoints(serving, err) || websockets_run(serving->websockets, err)
			     ? -1
			     : 0;
	if (serving->has_failed) {
		*err = serving->err;
		status = -1;
	}
	end(serving);
	return status;
}

int tunnel_serve(const struct tunnel_server *server, struct err *err)
{
	struct serving serving = {.server = *server};
	struct rlimit before, none;
	int was_dumpable = prctl(PR_GET_DUMPABLE);
	set_defaults(&serving.server);
	if (getrlimit(RLIMIT_CORE, &before))
		return err_system(err, EX_OSERR, "core dumps");
	none = (struct rlimit){0, before.rlim_max};
	if (setrlimit(RLIMIT_CORE, &none) || prctl(PR_SET_DUMPABLE, 0))
		return err_system(err, EX_OSERR, "core dumps");
	int status = serve(&serving, err);
	/* The key is wiped. */
	setrlimit(RLIMIT_CORE, &before);
	prctl(PR_SET_DUMPABLE, was_dumpable);
	return status;
}
