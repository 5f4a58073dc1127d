/* What `kettle launch` does, from the manifest to the end of the worker. */
#ifndef KETTLE_LAUNCH_H
#define KETTLE_LAUNCH_H

#include "log.h"
#include "port.h"

#include <stdbool.h>

struct settings {
	const char *manifest; /* path or file:// URL; NULL: look in the usual places */
	const char *data;     /* the data folder */
	struct port_settings port;
	bool is_verbose;
	const char *statics;           /* folder of static files; NULL: none */
	bool must_be_measured;         /* an app that RTMR3 does not have is not started */
	bool is_check;                 /* everything but measuring and starting */
	struct log *log;               /* what is to be said to the person who launched, and what the app prints */
	void (*say)(const char *text); /* one line of kettle's own into it */
};

/* Returns the exit status: 0 for a check that holds, else the worker's own or 128 and the signal that ended it. -1: did
 * not come to serve, and err says why; STATUS_FALSE when the app is not the one in the manifest. */
int launch(const struct settings *settings, struct err *err);

#endif
