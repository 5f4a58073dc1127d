/* Whether the app answers: what a container engine asks every few seconds. */
#ifndef KETTLE_HEALTH_H
#define KETTLE_HEALTH_H

#include "err.h"

#include <stdint.h>

struct health_question {
	unsigned port;    /* on this machine */
	const char *path; /* begins with '/' */
	unsigned seconds; /* to the whole answer */
};

struct health {
	int status; /* of the answer; 0: there was none */
	int64_t milliseconds;
};

/* 0: it answered with a status below 500. What the path is is the app's matter, and 404 from an app without such a
 * route is an answer as well. -1: it did not, STATUS_FALSE. */
int health_ask(const struct health_question *question, struct health *health, struct err *err);

#endif
