/* What children print, read from pipes and put into the log line by line.
 *
 * Nothing here waits, and nothing is lost: what cannot be logged yet is not read, so that it is the child that waits.
 * In the JSON log the lines of a stack trace (white space, then `at `) belong to the record of the line before them;
 * text is logged line by line. The order of lines is that of each pipe; between standard output and error there is
 * none.
 *
 * What the worker says before it serves can be held back, to be logged when it does serve, or else to be read for the
 * reason why it does not.
 */
#ifndef KETTLE_RELAY_H
#define KETTLE_RELAY_H

#include "log.h"

#include <stdbool.h>

enum { RELAY_STREAMS = 8 };

struct relay_stream {
	int fd; /* -1: at its end */
	enum log_kind kind;
	const char *name; /* what its lines begin with; NULL: nothing */
	bool is_held;
	struct bytes text; /* read, and not logged yet */
	int64_t due; /* on log_now()'s clock: when the record at the end of text is waited for no longer; 0: none */
};

struct relay {
	struct log *log;
	struct relay_stream streams[RELAY_STREAMS];
	size_t count; /* of them used */
};

/* A new stream; the name must live as long as the relay. Returns the end that is written to: the caller closes it once
 * the child has it. */
int relay_add(struct relay *relay, enum log_kind kind, const char *name, bool is_held, struct err *err);

/* What is waited for: at most RELAY_POLLED descriptors, and the milliseconds after which there is something to do
 * without them (-1: nothing). */
enum { RELAY_POLLED = RELAY_STREAMS + LOG_OUTPUTS };
size_t relay_poll(const struct relay *relay, struct pollfd *into);
int64_t relay_wait(const struct relay *relay);

/* Reads and logs what there is. True: there may be more at once. */
bool relay_turn(struct relay *relay);

/* The held streams become ordinary ones, and what they said is logged. */
void relay_release(struct relay *relay);

/* Appends what the held streams said last, 64 KiB at most. They stay held. */
int relay_held(const struct relay *relay, struct bytes *into, struct err *err);

/* Logs everything that has been printed, to the last byte, or what can be in so many milliseconds. */
void relay_drain(struct relay *relay, int milliseconds);

void relay_free(struct relay *relay);

#endif
