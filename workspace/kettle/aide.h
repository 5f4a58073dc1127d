/* Aides: children that run beside the main one, as long as the supervisor. One that ends by itself is reported and
 * started again, until it has done so too often: an app that asks for what it gives then gets an error, and goes on
 * without; but without a front nobody can reach it.
 */
#ifndef KETTLE_AIDE_H
#define KETTLE_AIDE_H

#include "child.h"

#include <stdbool.h>

enum {
	AIDE_ENDS = 5,          /* an aide that ends oftener */
	AIDE_SPAN_SECONDS = 60, /* within this is given up */
};

struct aide;

/* Starts one and puts it at the head of the list. child is copied; what it points to, name and environment must outlive
 * the list. -1: it could not start. */
int aide_start(struct aide **aides, const char *name, const struct child *child, const char *const *environment,
	       struct relay *relay, struct err *err);

bool aide_is(const struct aide *aides, pid_t pid);
bool aides_run(const struct aide *aides);
void aides_signal(const struct aide *aides, int number);

/* To be told of each child that was reaped: one that is an aide is started again, or was meant to end. -1: it was a
 * front, and is given up. */
int aide_restart(struct aide *aides, pid_t pid, int status);
void aide_forget(struct aide *aides, pid_t pid);

/* Fronts are asked to stop, and not started again. True: there are some that still run. */
bool aides_stop_fronts(struct aide *aides);
bool aides_fronts_run(const struct aide *aides);

void aides_free(struct aide **aides);

#endif
