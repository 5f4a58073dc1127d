/* The three events kettle adds to RTMR3 before an app starts, from the same files and settings.
 *
 * Source: docs/measured.md, "The events".
 */
#ifndef MEASURE_KETTLE_EVENTS_H
#define MEASURE_KETTLE_EVENTS_H

#include "prediction.h"

struct kettle_settings {
	const char *manifest;      /* a file */
	const char *app;           /* another, to be compared with what the manifest says; NULL: not compared */
	const char *static_sha256; /* hexadecimal; NULL: no static files */
	const char *data;          /* the data folder's path in the container */
	unsigned port;
	bool require_measured;
};

/* Appends them. Their digests are of version 1 whatever the VM's are: where there are those of version 2 the agent
 * emits nothing, and kettle extends the register itself. STATUS_BAD: the manifest does not have the app's SHA-256. */
int kettle_events_add(struct prediction *prediction, const struct kettle_settings *settings, struct err *err);

#endif
