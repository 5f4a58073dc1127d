#include "websocket_state.h"

enum { UPGRADE_SECONDS = 10 }; /* for libwebsockets to answer an upgrade that has been read whole */

static void overdue(lws_sorted_usec_list_t *timer)
{
	struct websocket *socket = lws_container_of(timer, struct websocket, timer);
	websocket_note(socket, 1006, view_of_literal("the upgrade was not answered in time"));
	websocket_kill(socket);
}

/* From the loop, so that no callback comes before websocket_adopt() has returned. */
static void start(lws_sorted_usec_list_t *timer)
{
	struct websocket *socket = lws_container_of(timer, struct websocket, timer);
	struct websockets *all = socket->all;
	cleanup_bytes struct bytes head = socket->head;
	socket->head = (struct bytes){0};
	if (socket->is_closing) {
		websocket_gone(socket);
		return;
	}
	lws_sul_schedule(all->context, 0, &socket->timer, overdue, UPGRADE_SECONDS * LWS_US_PER_SEC);
	all->starting = socket;
	bool is_there = lws_adopt_socket_vhost_readbuf(all->server, steal_fd(&socket->fd), head.data, head.size);
	if (all->starting == socket && !is_there) { /* it was not even taken in */
		all->starting = NULL;
		websocket_gone(socket);
	}
	all->starting = NULL;
}

struct websocket *websocket_adopt(struct websockets *all, int fd, const void *read, size_t size,
				  const struct websocket_settings *settings, struct err *err)
{
	cleanup_fd int owned = fd;
	if (all->count >= all->settings.connections) {
		err_set(err, EX_TEMPFAIL, "there are %zu WebSockets already", all->count);
		return NULL;
	}
	struct websocket *socket = websocket_new(all, settings, err);
	if (!socket)
		return NULL;
	if (bytes_add(&socket->head, read, size, err)) {
		websocket_gone(socket);
		return NULL;
	}
	socket->fd = steal_fd(&owned);
	socket->is_known = true;
	lws_sul_schedule(all->context, 0, &socket->timer, start, 1);
	return socket;
}
