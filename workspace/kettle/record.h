/* How the last workers ended, kept in the data folder from start to start, so that a worker that ends again and again
 * is reported although each kettle sees but one end.
 *
 * The file is kettle.ends, {"row":N,"status":S}: N workers in a row ended soon after their start without having been
 * asked to, or did not come to serve; S is the exit status of the last. It is not there when the last one was in order.
 */
#ifndef KETTLE_RECORD_H
#define KETTLE_RECORD_H

#include "err.h"

enum {
	RECORD_SECONDS = 60, /* a worker that served for so long was in order, however it ended */
	RECORD_ROW_MOST = 1000000,
};

struct record {
	unsigned row; /* 0: the last one was in order */
	int status;
};

/* No file is a row of 0. -1: it is not what we wrote, and record is zero. */
int record_load(const char *data, struct record *record, struct err *err);

/* One more end. */
int record_add(const char *data, const struct record *before, int status, struct err *err);

/* All was in order. */
int record_clear(const char *data, struct err *err);

#endif
