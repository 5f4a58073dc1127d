/* The log: what kettle says and what the app prints, one record a line, on standard output and standard error.
 *
 * Text: `kettle: …` is kettle's, on standard error; `app: …` is the app's, each line on the stream the app used. As the
 * prefix is ours, no app can pass for kettle. JSON: each line is an object with `time` (spec: RFC 3339, UTC,
 * milliseconds), `level` (`error` for what is an error of kettle's or was printed on standard error by the app, else
 * `info`), `source` (`kettle` or `app`) and `message`.
 *
 * A line is at most PIPE_BUF bytes and is written whole, so that lines of several writers do not mix; a longer message
 * becomes several records. Bytes that are not UTF-8 become U+FFFD, control characters `?` (text; a tab stays) or an
 * escape (JSON).
 *
 * Nothing here waits but log_close(): what cannot be written yet is queued. Where an output fails (a closed pipe, a
 * full disk), its lines are lost, and this is said once on the other one; it is never a reason to end.
 */
#ifndef KETTLE_LOG_H
#define KETTLE_LOG_H

#include "bytes.h"

#include <poll.h>
#include <stdbool.h>

enum log_format { LOG_TEXT, LOG_JSON };

enum log_kind { LOG_KETTLE, LOG_KETTLE_ERROR, LOG_APP, LOG_APP_ERROR };

enum { LOG_OUTPUTS = 2 };

struct log_output {
	int fd;
	bool is_socket, is_blocking; /* how it is written to without waiting */
	bool has_failed;
	struct bytes queue; /* whole lines, the first `written` bytes gone */
	size_t written;
};

struct log {
	enum log_format format;
	struct log_output outputs[LOG_OUTPUTS]; /* standard output, standard error */
};

/* Milliseconds on a clock that never jumps. */
int64_t log_now(void);

/* "text" or "json"; false: neither. */
bool log_format_named(const char *name, enum log_format *format);

/* Writes to what descriptors 1 and 2 are now. */
void log_open(struct log *log, enum log_format format);

/* One record, or several when it is too long for one. */
void log_add(struct log *log, enum log_kind kind, const char *text, size_t size);

/* How many bytes of the text, at least one, go into one record. No character is cut in two. */
size_t log_fit(enum log_format format, const char *text, size_t size);

/* False: enough is queued already where such records go. */
bool log_has_room(const struct log *log, enum log_kind kind);

/* Outputs that are waited for, at most LOG_OUTPUTS of them. */
size_t log_poll(const struct log *log, struct pollfd *into);

/* Writes what can be written. */
void log_write(struct log *log);

/* Writes everything, or what can be in so many milliseconds. */
void log_flush(struct log *log, int milliseconds);

/* Flushes and releases. */
void log_close(struct log *log);

#endif
