/* Running a child and standing over it: signals are passed on, everything that ends is reaped, and nothing survives us.
 *
 * kettle is process 1 in a container, so that signals sent to the container arrive here and every orphan ends up here.
 * Each child leads a process group of its own (a Ctrl-C reaches it once, through us) and is killed by the kernel should
 * we die first.
 */
#ifndef KETTLE_SUPERVISE_H
#define KETTLE_SUPERVISE_H

#include "err.h"

#include <stdbool.h>
#include <sys/types.h>

enum {
	GRACE_SECONDS = 10, /* from being asked to stop to SIGKILL */
};

struct supervisor {
	int signals;                   /* a signalfd, from supervise_begin() */
	void (*trace)(const char *at); /* told each command before it starts; NULL: nobody wants to know */
};

struct child {
	const char *const *arguments; /* [0] is the file; ends with NULL */
	const char *folder;           /* its working folder */
	int input, output, errors;    /* become 0, 1, 2; -1: /dev/null. Every other descriptor is closed but: */
	int kept[2];                  /* these keep their number; -1: none */
	/* Whatever can be read from it says that the child is ready; -1: it never is. The child holds the other end. */
	int ready;
	int limit; /* seconds within which it must be ready, or, when it never is, end */
	void (*on_ready)(void *context);
	void *context;
};

struct end {
	int status;    /* as waitpid() gives it */
	int signal;    /* the first signal that asked us to stop, or 0 */
	bool is_late;  /* killed for exceeding its limit */
	bool is_ready; /* it had become ready */
};

/* Takes over the signals of the process: from now on they wait in the supervisor. Call once, before starting anything.
 */
int supervise_begin(struct supervisor *supervisor, struct err *err);

/* Starts the child with that environment and nothing else of ours, and returns when it has ended. -1: it could not
 * start. */
int supervise(const struct supervisor *supervisor, const struct child *child, const char *const *environment,
	      struct end *end, struct err *err);

/* The exit status a shell would give: the child's own, or 128 and the signal that killed it. */
int end_status(const struct end *end);

#endif
