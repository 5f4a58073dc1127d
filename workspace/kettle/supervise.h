/* Standing over children: signals are passed on, everything that ends is reaped, and nothing survives us.
 *
 * kettle is process 1 in a container, so that signals sent to the container arrive here and every orphan ends up here.
 *
 * At any time there is at most one main child, which supervise() waits for: it gets the signals. Beside it there may be
 * aides. An aide may be a front: what the main child is reached through. SIGTERM then goes to the front, so that what
 * it has taken is still answered, and to the main child when the front has ended. When a front is given up, the main
 * child is killed: nobody could reach it.
 */
#ifndef KETTLE_SUPERVISE_H
#define KETTLE_SUPERVISE_H

#include "aide.h"

enum {
	/* From being asked to stop to SIGKILL. A container engine waits 10 seconds before it kills us: the last lines,
	 * the record and the work folder must be done with by then. */
	GRACE_SECONDS = 8,
	FRONT_GRACE_SECONDS = 7, /* of these a front has so many for what it has taken; then the main child is asked */
	AIDE_GRACE_SECONDS = 2,  /* the same for an aide, which has nothing to finish */
};

struct supervisor {
	int signals;                   /* a signalfd, from supervise_begin() */
	void (*trace)(const char *at); /* told each command before it starts; NULL: nobody wants to know */
	/* Where what children print goes, and what is to be told of aides. NULL: children print where we do. */
	struct relay *relay;
	/* Called once, when the main child has been ready for so many seconds; NULL: nobody wants to know. */
	void (*on_settled)(void *context);
	void *settled_context;
	int settled_seconds;
	struct aide *aides;
};

struct end {
	int status;      /* as waitpid() gives it */
	int signal;      /* the first signal that asked us to stop, or 0 */
	bool is_late;    /* killed for exceeding its limit or, with a signal, the grace time */
	bool is_ready;   /* it had become ready */
	bool is_settled; /* it had been so for the supervisor's seconds */
};

/* Takes over the signals of the process: from now on they wait in the supervisor. Call once, before starting anything.
 */
int supervise_begin(struct supervisor *supervisor, struct err *err);

/* Starts the child with that environment and nothing else of ours, and returns when it has ended and what it printed is
 * in the log. What a child that can become ready says on its standard error before is held by the relay, and is still
 * when it never was ready. -1: it could not start. */
int supervise(const struct supervisor *supervisor, const struct child *child, const char *const *environment,
	      struct end *end, struct err *err);

/* Starts an aide, which runs until supervise_finish(); as aide_start(). Its readiness is not waited for. */
int supervise_aside(struct supervisor *supervisor, const char *name, const struct child *child,
		    const char *const *environment, struct err *err);

/* Stops the aides and waits for their ends; releases. */
void supervise_finish(struct supervisor *supervisor);

/* The exit status a shell would give: the child's own, or 128 and the signal that killed it. */
int end_status(const struct end *end);

#endif
