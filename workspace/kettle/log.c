#include "log.h"

#include "json.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

enum {
	ROOM = PIPE_BUF - 128, /* for the message; names, level and time of a record take 82 bytes at most */
	QUEUE_ENOUGH = 1 << 16,
	CLOSE_MILLISECONDS = 1000, /* somebody who does not read must not keep us */
};

static const struct {
	const char *source, *level;
	int output;
} kinds[] = {
	[LOG_KETTLE] = {"kettle", "info", 1},
	[LOG_KETTLE_ERROR] = {"kettle", "error", 1},
	[LOG_APP] = {"app", "info", 0},
	[LOG_APP_ERROR] = {"app", "error", 1},
};

bool log_format_named(const char *name, enum log_format *format)
{
	bool is_json = !strcmp(name, "json");
	*format = is_json ? LOG_JSON : LOG_TEXT;
	return is_json || !strcmp(name, "text");
}

/* A pipe or a terminal is opened anew: O_NONBLOCK set on what we were given would hold for everybody who shares it.
 * Where that is not allowed it is asked before each write whether there is room. */
static void open_output(struct log_output *output, int number)
{
	struct stat st;
	char path[32];
	*output = (struct log_output){.fd = -1};
	bool is_known = !fstat(number, &st);
	output->is_socket = is_known && S_ISSOCK(st.st_mode);
	snprintf(path, sizeof path, "/proc/self/fd/%d", number);
	if (is_known && (S_ISFIFO(st.st_mode) || isatty(number)))
		output->fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (output->fd >= 0)
		return;
	output->fd = fcntl(number, F_DUPFD_CLOEXEC, 3);
	output->is_blocking = output->fd >= 0;
}

void log_open(struct log *log, enum log_format format)
{
	log->format = format;
	for (int i = 0; i < LOG_OUTPUTS; i++)
		open_output(&log->outputs[i], i + STDOUT_FILENO);
}

/* The bytes of the character at text, when it is one. spec: RFC 3629 section 3 */
static size_t sequence(const char *text, size_t size)
{
	unsigned char lead = (unsigned char)*text;
	size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	return length <= size && bytes_are_utf8(text, length) ? length : 0;
}

/* C0, DEL and C1: a terminal may obey each of them. In JSON, C0 is escaped by the writer; NUL it cannot write. */
static bool is_replaced(enum log_format format, const char *text, size_t length)
{
	unsigned char c = (unsigned char)*text;
	if (length == 2)
		return c == 0xc2 && (unsigned char)text[1] < 0xa0;
	if (format == LOG_JSON)
		return c == 0 || c == 0x7f;
	return (c < 0x20 && c != '\t') || c == 0x7f;
}

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* What a record takes for one character of its message. */
static size_t cost(enum log_format format, const char *text, size_t length)
{
	if (!length)
		return strlen(replacement);
	if (is_replaced(format, text, length))
		return 1;
	if (format == LOG_JSON && *text && strchr("\"\\\b\f\n\r\t", *text))
		return 2;
	return format == LOG_JSON && (unsigned char)*text < 0x20 ? 6 : length;
}

size_t log_fit(enum log_format format, const char *text, size_t size)
{
	size_t at = 0, used = 0;
	while (at < size) {
		size_t length = sequence(text + at, size - at);
		used += cost(format, text + at, length);
		if (used > ROOM)
			break;
		at += length ? length : 1;
	}
	return at;
}

static int clean(enum log_format format, const char *text, size_t size, struct bytes *into, struct err *err)
{
	for (size_t at = 0; at < size;) {
		size_t length = sequence(text + at, size - at);
		const char *shown = !length ? replacement : is_replaced(format, text + at, length) ? "?" : text + at;
		if (bytes_add(into, shown, shown == text + at ? length : strlen(shown), err))
			return -1;
		at += length ? length : 1;
	}
	return bytes_add(into, "", 0, err); /* a string, though empty */
}

static struct json *time_now(void)
{
	char seconds[32], text[48];
	struct timespec at;
	struct tm parts;
	clock_gettime(CLOCK_REALTIME, &at);
	strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", gmtime_r(&at.tv_sec, &parts));
	snprintf(text, sizeof text, "%s.%03ldZ", seconds, at.tv_nsec / 1000000);
	return json_string(text);
}

static int format_json(enum log_kind kind, const char *message, struct bytes *into, struct err *err)
{
	cleanup_json struct json *record = json_object();
	json_set(record, "time", time_now());
	json_set(record, "level", json_string(kinds[kind].level));
	json_set(record, "source", json_string(kinds[kind].source));
	json_set(record, "message", json_string(message));
	return json_write(record, false, into, err);
}

/* What memory does not suffice for is not logged. */
static void add_record(struct log *log, enum log_kind kind, const char *text, size_t size)
{
	struct err err;
	cleanup_bytes struct bytes message = {0}, line = {0};
	struct bytes *queue = &log->outputs[kinds[kind].output].queue;
	if (clean(log->format, text, size, &message, &err))
		return;
	if (log->format == LOG_JSON ? format_json(kind, message.data, &line, &err)
				    : bytes_addf(&line, &err, "%s: %s", kinds[kind].source, message.data))
		return;
	if (!bytes_add(&line, "\n", 1, &err))
		bytes_add(queue, line.data, line.size, &err);
}

void log_add(struct log *log, enum log_kind kind, const char *text, size_t size)
{
	size_t at = 0;
	do {
		size_t fits = log_fit(log->format, text + at, size - at);
		add_record(log, kind, text + at, fits);
		at += fits;
	} while (at < size);
	if (!log_has_room(log, kind) || kind == LOG_KETTLE || kind == LOG_KETTLE_ERROR)
		log_write(log);
}

bool log_has_room(const struct log *log, enum log_kind kind)
{
	const struct log_output *output = &log->outputs[kinds[kind].output];
	return output->queue.size - output->written < QUEUE_ENOUGH;
}

static bool is_empty(const struct log_output *output)
{
	return output->written == output->queue.size;
}

size_t log_poll(const struct log *log, struct pollfd *into)
{
	size_t count = 0;
	for (size_t i = 0; i < LOG_OUTPUTS; i++)
		if (!is_empty(&log->outputs[i]))
			into[count++] = (struct pollfd){log->outputs[i].fd, POLLOUT, 0};
	return count;
}

/* Whole lines, as many as a pipe takes at once without mixing them with somebody else's. */
static size_t portion(const struct log_output *output)
{
	const char *from = output->queue.data + output->written;
	size_t left = output->queue.size - output->written;
	if (left <= PIPE_BUF)
		return left;
	const char *last = memrchr(from, '\n', PIPE_BUF);
	return last ? (size_t)(last - from) + 1 : PIPE_BUF;
}

static ssize_t write_portion(const struct log_output *output)
{
	const char *from = output->queue.data + output->written;
	struct pollfd polled = {output->fd, POLLOUT, 0};
	if (output->is_socket)
		return send(output->fd, from, portion(output), MSG_DONTWAIT | MSG_NOSIGNAL);
	if (output->is_blocking && poll(&polled, 1, 0) == 0) {
		errno = EAGAIN;
		return -1;
	}
	return write(output->fd, from, portion(output));
}

/* Somebody who reads slower than we queue may never let the queue become empty, and it would grow for ever. Half of it,
 * so that the copying costs no more than the writing. */
static void forget_written(struct log_output *output)
{
	struct bytes *queue = &output->queue;
	if (output->written < queue->size / 2)
		return;
	memmove(queue->data, queue->data + output->written, queue->size - output->written + 1);
	queue->size -= output->written;
	output->written = 0;
}

/* 0, or the errno for which what was queued is lost. */
static int write_output(struct log_output *output)
{
	int cause = 0;
	while (!is_empty(output)) {
		ssize_t n = write_portion(output);
		if (n < 0 && errno == EAGAIN) {
			forget_written(output);
			return 0;
		}
		if (n < 0 && errno != EINTR) {
			cause = errno;
			break;
		}
		output->written += n < 0 ? 0 : (size_t)n;
	}
	output->queue.size = output->written = 0;
	return cause;
}

void log_write(struct log *log)
{
	static const char *const names[LOG_OUTPUTS] = {"standard output", "standard error"};
	for (size_t i = 0; i < LOG_OUTPUTS; i++) {
		int cause = write_output(&log->outputs[i]);
		if (!cause || log->outputs[i].has_failed)
			continue;
		log->outputs[i].has_failed = true;
		char text[200];
		int size = snprintf(text, sizeof text, "%s: %s: what goes there is lost", names[i], strerror(cause));
		/* Kettle's lines go to standard error alone: of its own failure nobody can be told. */
		if (!i)
			add_record(log, LOG_KETTLE_ERROR, text, (size_t)size);
	}
}

int64_t log_now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

void log_flush(struct log *log, int milliseconds)
{
	int64_t until = log_now() + milliseconds, left = milliseconds;
	struct pollfd polled[LOG_OUTPUTS];
	size_t count;
	for (log_write(log); (count = log_poll(log, polled)) && left > 0; log_write(log)) {
		poll(polled, count, (int)left);
		left = until - log_now();
	}
}

void log_close(struct log *log)
{
	log_flush(log, CLOSE_MILLISECONDS);
	for (size_t i = 0; i < LOG_OUTPUTS; i++) {
		cleanup_fd_at(&log->outputs[i].fd);
		bytes_free(&log->outputs[i].queue);
		log->outputs[i] = (struct log_output){.fd = -1};
	}
}
