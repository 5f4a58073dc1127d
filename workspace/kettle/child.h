/* A process of ours, started with nothing of ours but what is named.
 *
 * Each leads a process group of its own (a Ctrl-C reaches it once, through us) and is killed by the kernel should we
 * die first. Its signals are as after exec: none is blocked or ignored (but SIGHUP, when nohup(1) had it so).
 */
#ifndef KETTLE_CHILD_H
#define KETTLE_CHILD_H

#include "relay.h"

#include <sys/types.h>

struct child {
	const char *const *arguments; /* [0] is the file; ends with NULL */
	/* Instead of a program: a function of ours in a process of its own, whose result is the status it ends with.
	 * What reads hostile bytes or may hang goes there. */
	int (*run)(void *context);
	const char *folder; /* its working folder; NULL: ours */
	bool is_front;      /* an aide through which the main child is reached: supervise.h */
	/* Become 0, 1, 2; -1: /dev/null. Output or errors that are our own standard output or error, when a relay is at
	 * work, go through it. Every other descriptor is closed but: */
	int input, output, errors;
	int kept[2]; /* these keep their number; -1: none */
	/* So many lines (0: one) read from it say that the child is ready; -1: it never is. The child holds the other
	 * end. */
	int ready;
	unsigned ready_lines;
	int limit; /* seconds within which it must be ready, or, when it never is, end */
	void (*on_ready)(void *context);
	void *context; /* what run and on_ready are given */
};

/* The signals that are passed on; stops: the child is asked to end by it, false: it may live on. Ends with 0. */
struct child_signal {
	int number;
	bool stops;
};
extern const struct child_signal child_signals[];

/* Returns its process ID, also that of its group, when it runs; -1: it could not start.
 *
 * relay: what takes the place of our own standard output and error; NULL: nothing. What it prints is logged as
 * kettle's, beginning with its name, or, when that is NULL, as the app's, and what such a child that can become ready
 * says on its standard error before is held. */
pid_t child_start(const struct child *child, const char *const *environment, struct relay *relay, const char *name,
		  struct err *err);

#endif
