#include "relay.h"

#include <fcntl.h>
#include <string.h>

enum {
	BLOCK = 1 << 16,       /* read at once: what a pipe holds */
	LINE_ENOUGH = 8192,    /* a line that is longer is not waited for; more than any record takes */
	TRACE_ENOUGH = 3072,   /* of a stack trace in one record */
	HELD_ENOUGH = 1 << 16, /* when more is held, the older half is logged */
	JOIN_MILLISECONDS = 50,
};

/* Which lines at the end of what was read are logged: those that cannot go on, all but one without an end, all. */
enum extent { FINISHED, COMPLETE, EVERYTHING };

static struct relay_stream *free_stream(struct relay *relay)
{
	for (size_t i = 0; i < relay->count; i++)
		if (relay->streams[i].fd < 0 && !relay->streams[i].text.size)
			return &relay->streams[i];
	return relay->count < RELAY_STREAMS ? &relay->streams[relay->count++] : NULL;
}

int relay_add(struct relay *relay, enum log_kind kind, const char *name, bool is_held, struct err *err)
{
	int ends[2];
	struct relay_stream *stream = free_stream(relay);
	if (!stream)
		return err_set(err, EX_SOFTWARE, "more than %d pipes to read", RELAY_STREAMS);
	bytes_free(&stream->text);
	*stream = (struct relay_stream){.fd = -1};
	if (pipe2(ends, O_CLOEXEC))
		return err_system(err, EX_OSERR, "pipe");
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*stream = (struct relay_stream){.fd = ends[0], .kind = kind, .name = name, .is_held = is_held};
	return ends[1];
}

static bool may_read(const struct relay *relay, const struct relay_stream *stream)
{
	return stream->fd >= 0 && log_has_room(relay->log, stream->kind);
}

size_t relay_poll(const struct relay *relay, struct pollfd *into)
{
	size_t count = log_poll(relay->log, into);
	for (size_t i = 0; i < relay->count; i++)
		if (may_read(relay, &relay->streams[i]))
			into[count++] = (struct pollfd){relay->streams[i].fd, POLLIN, 0};
	return count;
}

int64_t relay_wait(const struct relay *relay)
{
	int64_t wait = -1, left;
	for (size_t i = 0; i < relay->count; i++) {
		if (!relay->streams[i].due)
			continue;
		left = relay->streams[i].due - log_now();
		left = left < 0 ? 0 : left;
		wait = wait < 0 || left < wait ? left : wait;
	}
	return wait;
}

/* Does the line at text go on with a stack trace? 1, 0, or -1 as long as there is too little of it. */
static int is_trace(const char *text, size_t size)
{
	size_t indent = 0;
	while (indent < size && (text[indent] == ' ' || text[indent] == '\t'))
		indent++;
	size_t left = size - indent;
	if (size && !indent)
		return 0;
	return memcmp(text + indent, "at ", left < 3 ? left : 3) ? 0 : left < 3 ? -1 : 1;
}

/* The bytes of the record at text, its last newline included; 0 as long as it may go on. */
static size_t record_size(enum log_format format, const char *text, size_t size, enum extent extent)
{
	const char *newline = size ? memchr(text, '\n', size) : NULL;
	if (!newline)
		return size > LINE_ENOUGH ? log_fit(format, text, size) : extent == EVERYTHING ? size : 0;
	size_t record = (size_t)(newline - text) + 1;
	while (format == LOG_JSON && record < TRACE_ENOUGH) {
		int goes_on = is_trace(text + record, size - record);
		newline = goes_on > 0 ? memchr(text + record, '\n', size - record) : NULL;
		if (!newline && goes_on && extent == FINISHED && size < LINE_ENOUGH)
			return 0;
		if (!newline)
			return goes_on > 0 && extent == EVERYTHING ? size : record;
		record = (size_t)(newline - text) + 1;
	}
	return record;
}

static void log_record(const struct relay *relay, const struct relay_stream *stream, const char *text, size_t size)
{
	struct err err;
	cleanup_bytes struct bytes named = {0};
	size -= size && text[size - 1] == '\n';
	if (!stream->name)
		log_add(relay->log, stream->kind, text, size);
	else if (!bytes_addf(&named, &err, "%s: ", stream->name) && !bytes_add(&named, text, size, &err))
		log_add(relay->log, stream->kind, named.data, named.size);
}

/* Logs whole records until at most `rest` bytes are left. */
static void log_records(const struct relay *relay, struct relay_stream *stream, enum extent extent, size_t rest)
{
	struct bytes *text = &stream->text;
	size_t at = 0, size;
	while (text->size - at > rest &&
	       (size = record_size(relay->log->format, text->data + at, text->size - at, extent))) {
		log_record(relay, stream, text->data + at, size);
		at += size;
	}
	if (at)
		memmove(text->data, text->data + at, text->size - at + 1);
	text->size -= at;
	bool is_waiting = text->size && memchr(text->data, '\n', text->size);
	stream->due = is_waiting ? log_now() + JOIN_MILLISECONDS : 0;
}

/* True when something was read. */
static bool read_stream(const struct relay *relay, struct relay_stream *stream)
{
	char block[BLOCK];
	struct err err;
	ssize_t n = read(stream->fd, block, sizeof block);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0)
		close(steal_fd(&stream->fd));
	else if (bytes_add(&stream->text, block, (size_t)n, &err))
		return false;
	if (!stream->is_held)
		log_records(relay, stream, stream->fd < 0 ? EVERYTHING : FINISHED, 0);
	else if (stream->text.size > HELD_ENOUGH)
		log_records(relay, stream, FINISHED, HELD_ENOUGH / 2);
	if (stream->is_held)
		stream->due = 0;
	return n > 0;
}

bool relay_turn(struct relay *relay)
{
	bool is_more = false;
	for (size_t i = 0; i < relay->count; i++) {
		struct relay_stream *stream = &relay->streams[i];
		if (may_read(relay, stream))
			is_more |= read_stream(relay, stream);
		/* What has been waited for long enough will not go on. */
		if (stream->due && stream->due <= log_now())
			log_records(relay, stream, COMPLETE, 0);
	}
	log_write(relay->log);
	return is_more;
}

void relay_release(struct relay *relay)
{
	for (size_t i = 0; i < relay->count; i++) {
		struct relay_stream *stream = &relay->streams[i];
		if (!stream->is_held)
			continue;
		stream->is_held = false;
		log_records(relay, stream, stream->fd < 0 ? EVERYTHING : FINISHED, 0);
	}
	log_write(relay->log);
}

int relay_held(const struct relay *relay, struct bytes *into, struct err *err)
{
	for (size_t i = 0; i < relay->count; i++)
		if (relay->streams[i].is_held &&
		    bytes_add(into, relay->streams[i].text.data, relay->streams[i].text.size, err))
			return -1;
	return 0;
}

void relay_drain(struct relay *relay, int milliseconds)
{
	struct pollfd polled[LOG_OUTPUTS];
	int64_t until = log_now() + milliseconds, left = milliseconds;
	while (left > 0) {
		bool is_more = relay_turn(relay);
		size_t count = log_poll(relay->log, polled);
		if (!is_more && !count)
			break;
		if (!is_more)
			poll(polled, count, (int)left);
		left = until - log_now();
	}
	/* A line without an end, and what somebody who holds a pipe still has not finished. */
	for (size_t i = 0; i < relay->count; i++)
		if (!relay->streams[i].is_held)
			log_records(relay, &relay->streams[i], EVERYTHING, 0);
	log_write(relay->log);
}

void relay_free(struct relay *relay)
{
	for (size_t i = 0; i < relay->count; i++) {
		cleanup_fd_at(&relay->streams[i].fd);
		bytes_free(&relay->streams[i].text);
	}
	relay->count = 0;
}
