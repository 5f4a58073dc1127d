#include "websocket_state.h"

#include "http_refusal.h"

#include <fcntl.h>
#include <malloc.h>
#include <string.h>
#include <sys/resource.h>

enum {
	READ_SIZE = 16 << 10, /* bytes read at once; most of such a buffer is never touched */
	READ_MAX = 64 << 10,
	SERVICE_SIZE = 512 << 10, /* of the one buffer that all clients' connections are read into */
	OTHER_FDS = 16,           /* descriptors of libwebsockets' own, and the guest */
	KEPT = 8 << 20,           /* bytes of free memory that the process keeps */
	MANY = 512,               /* connections from which on libwebsockets' slow table of descriptors is one */
	HEADER_SIZE = 32 << 10,
};

/* libwebsockets finds a connection by its descriptor at once only if its table has as many entries as the process may
 * have descriptors: so that is how many there may be, as far as the hard limit goes. Each connection has a second
 * descriptor on the other side of us. */
static int raise_limit(size_t connections, size_t others, struct err *err)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit))
		return err_system(err, EX_OSERR, "descriptors");
	rlim_t wanted = 2 * connections + others + 256;
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		return err_system(err, EX_OSERR, "descriptors");
	return 0;
}

static struct lws_context *context_new(struct websockets *all)
{
	/* Its own pings would end connections that we do not read from. */
	static const lws_retry_bo_t no_pings = {.secs_since_valid_ping = 60000, .secs_since_valid_hangup = 0};
	size_t connections = all->settings.connections;
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.protocols = all->protocols,
		.user = all,
		.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
		.pt_serv_buf_size = SERVICE_SIZE,
		.max_http_header_data = HEADER_SIZE,
		.max_http_header_pool = (short)(connections < 1024 ? connections : 1024),
		.fd_limit_per_thread = connections < MANY ? (unsigned)connections + OTHER_FDS : 0,
		.retry_and_idle_policy = &no_pings,
		.vhost_name = "server",
	};
	http_refusal_watch();
	all->context = lws_create_context(&info);
	if (all->context)
		all->server = lws_create_vhost(all->context, &info);
	return all->server ? all->context : NULL;
}

static bool adopt_guest(struct websockets *all)
{
	lws_sock_file_fd_type guest = {.filefd = fcntl(loop_fd(all->loop), F_DUPFD_CLOEXEC, 3)};
	return guest.filefd >= 0 &&
	       lws_adopt_descriptor_vhost(all->server, LWS_ADOPT_RAW_FILE_DESC, guest, "websocket", NULL);
}

static int64_t silence(const struct websocket *socket)
{
	return (loop_now() - socket->heard) / 1000;
}

static void look_after(struct websocket *socket)
{
	const struct websockets_settings *settings = &socket->all->settings;
	int64_t stuck = socket->outgoing ? (loop_now() - socket->moved) / 1000 : 0;
	if (settings->silent_seconds && stuck >= settings->silent_seconds && socket->is_open) {
		websocket_note(socket, 1006, view_of_literal("does not read"));
		websocket_kill(socket);
	} else if (socket->is_paused || socket->is_closing || !socket->is_open) {
		socket->heard = loop_now(); /* nobody listens */
	} else if (settings->silent_seconds && silence(socket) >= settings->silent_seconds) {
		websocket_note(socket, 1006, view_of_literal("silent for too long"));
		websocket_kill(socket);
	} else if (settings->ping_seconds && silence(socket) >= settings->ping_seconds) {
		socket->wants_ping = true;
		lws_callback_on_writable(socket->wsi);
	}
}

static void sweep(lws_sorted_usec_list_t *timer)
{
	struct websockets *all = lws_container_of(timer, struct websockets, sweep);
	for (struct websocket *socket = all->first; socket; socket = socket->next)
		look_after(socket);
	lws_sul_schedule(all->context, 0, timer, sweep, LWS_US_PER_SEC);
}

/* Messages of 256 KiB come and go all the time: given back to the system after each, their pages would cost more than
 * what is done with them. */
static void keep_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, KEPT / 2);
	mallopt(M_TRIM_THRESHOLD, KEPT);
}

struct websockets *websockets_new(struct loop *loop, const struct websockets_settings *settings, struct err *err)
{
	if (settings->connections >= MANY && raise_limit(settings->connections, settings->other_fds, err))
		return NULL;
	struct websockets *all = calloc(1, sizeof *all);
	if (!all) {
		err_system(err, EX_OSERR, "WebSockets");
		return NULL;
	}
	keep_memory();
	size_t read_size = settings->read_size ? settings->read_size : READ_SIZE;
	*all = (struct websockets){
		.loop = loop,
		.settings = *settings,
		.protocols = {{.name = "websocket",
			       .callback = websocket_event,
			       .rx_buffer_size = read_size < READ_MAX ? read_size : READ_MAX,
			       .tx_packet_size = WEBSOCKET_PIECE}},
	};
	if (!context_new(all) || !adopt_guest(all)) {
		err_set(err, EX_OSERR, "WebSockets: libwebsockets does not start");
		websockets_free(all);
		return NULL;
	}
	if (settings->ping_seconds || settings->silent_seconds)
		lws_sul_schedule(all->context, 0, &all->sweep, sweep, LWS_US_PER_SEC);
	return all;
}

void websockets_free(struct websockets *all)
{
	if (!all)
		return;
	lws_sul_cancel(&all->sweep);
	if (all->context)
		lws_context_destroy(all->context);
	while (all->first) /* those that libwebsockets has not seen yet */
		websocket_gone(all->first);
	free(all->ca_file);
	free(all);
}

int websockets_run(struct websockets *all, struct err *err)
{
	all->is_stopped = false;
	while (!all->is_stopped && !all->has_failed)
		if (lws_service(all->context, 0) < 0)
			return err_set(err, EX_OSERR, "WebSockets: libwebsockets has stopped");
	if (all->has_failed)
		*err = all->err;
	return all->has_failed ? -1 : 0;
}

void websockets_stop(struct websockets *all)
{
	all->is_stopped = true;
	lws_cancel_service(all->context);
}

size_t websockets_queued(const struct websockets *all)
{
	return all->queued;
}

size_t websockets_count(const struct websockets *all)
{
	return all->count;
}

struct websocket *websocket_new(struct websockets *all, const struct websocket_settings *settings, struct err *err)
{
	struct websocket *socket = calloc(1, sizeof *socket);
	if (!socket) {
		err_system(err, EX_OSERR, "WebSocket");
		return NULL;
	}
	*socket = (struct websocket){
		.all = all, .next = all->first, .before = &all->first, .settings = *settings, .fd = -1};
	socket->outgoing_end = &socket->outgoing;
	socket->heard = loop_now();
	if (socket->next)
		socket->next->before = &socket->next;
	all->first = socket;
	all->count++;
	return socket;
}

void websocket_gone(struct websocket *socket)
{
	lws_sul_cancel(&socket->timer);
	*socket->before = socket->next;
	if (socket->next)
		socket->next->before = socket->before;
	socket->all->count--;
	if (socket->wsi)
		lws_set_opaque_user_data(socket->wsi, NULL);
	websocket_note(socket, 1006, view_of_literal("the connection broke"));
	if (socket->is_known)
		socket->settings.handler->closed(socket->settings.context, socket->code,
						 view_of(socket->reason, strlen(socket->reason)));
	websocket_queue_free(socket);
	websocket_forget(socket);
	websocket_wire_free(socket);
	bytes_free(&socket->head);
	if (socket->fd >= 0)
		close(socket->fd);
	free(socket->protocol);
	free(socket);
}

/* As much of a text as there is room for, without half a character at its end. */
static size_t cut(struct view text, size_t room)
{
	if (text.size <= room)
		return text.size;
	while (room && (text.data[room] & 0xc0) == 0x80)
		room--;
	return room;
}

void websocket_note(struct websocket *socket, int code, struct view reason)
{
	if (socket->code)
		return;
	socket->code = code;
	size_t size = cut(reason, WEBSOCKET_REASON);
	if (size)
		memcpy(socket->reason, reason.data, size);
}

void websocket_kill(struct websocket *socket)
{
	if (socket->wsi)
		lws_set_timeout(socket->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

void websocket_settle(struct websocket *socket, size_t message_cap)
{
	socket->settings.message_cap = message_cap;
}

const char *websocket_protocol(const struct websocket *socket)
{
	return socket->protocol ? socket->protocol : "";
}

void websocket_pause(struct websocket *socket, bool is_paused)
{
	if (socket->is_paused == is_paused || socket->is_closing)
		return;
	socket->is_paused = is_paused;
	if (socket->is_open && socket->wire && !is_paused)
		websocket_wire_resume(socket);
	else if (socket->is_open)
		lws_rx_flow_control(socket->wsi, !is_paused);
}

void websocket_close(struct websocket *socket, int code, struct view reason)
{
	if (socket->is_closing)
		return;
	websocket_note(socket, code, reason);
	websocket_pause(socket, false); /* else nothing would be seen of the other side's goodbye */
	socket->is_closing = true;
	if (!socket->is_open) {
		websocket_kill(socket); /* else it ends before it starts */
		return;
	}
	lws_set_timeout(socket->wsi, PENDING_TIMEOUT_USER_OK, WEBSOCKET_CLOSE_SECONDS);
	lws_callback_on_writable(socket->wsi);
}
