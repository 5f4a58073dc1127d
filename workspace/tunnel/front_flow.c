#include "front_connection.h"

#include <string.h>
#include <sys/socket.h>

bool front_holds(const struct front_end *end)
{
	return end->sent < end->held.size;
}

static void go_deaf(struct front_end *to)
{
	to->error = errno;
	to->is_deaf = true;
	to->sent = 0;
	bytes_free(&to->held);
}

/* What was written, 0 when nothing can be now. */
static size_t write_some(struct front_end *to, const void *data, size_t size)
{
	ssize_t n = send(to->fd, data, size, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN)
		go_deaf(to);
	return n < 0 ? 0 : (size_t)n;
}

int front_write(struct front_end *to, const void *data, size_t size)
{
	struct err err;
	size_t sent = 0;
	if (!to->is_deaf && !front_holds(to))
		sent = write_some(to, data, size);
	if (to->is_deaf || sent == size)
		return 0;
	return bytes_add(&to->held, (const char *)data + sent, size - sent, &err);
}

/* Nothing is kept for an end that has nothing to wait for. */
void front_flush(struct front_end *to)
{
	if (!to->is_deaf && front_holds(to))
		to->sent += write_some(to, to->held.data + to->sent, to->held.size - to->sent);
	if (to->held.data && !front_holds(to)) {
		bytes_free(&to->held);
		to->sent = 0;
	}
	if (to->ends_after && !front_holds(to)) {
		to->ends_after = false;
		shutdown(to->fd, SHUT_WR);
	}
}
