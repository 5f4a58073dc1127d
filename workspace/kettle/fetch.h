/* Fetching over the network, in a process of its own: a resolver that hangs, hostile bytes and our being stopped are
 * dealt with by its end. Nothing is written to disk.
 */
#ifndef KETTLE_FETCH_H
#define KETTLE_FETCH_H

#include "bytes.h"
#include "supervise.h"

enum {
	FETCH_SECONDS = 30, /* for all of it */
	FETCH_REDIRECTS = 5,
	FETCH_REPETITIONS = 3,
};

/* Appends what is at url, cap bytes at most, and gives the URL it was found at after redirects, owned by the caller. -1
 * as http_exchange(), without the URL in the text; an answer other than 200 is STATUS_BAD, or EX_TEMPFAIL when it may
 * go better later; 128 and the signal when one asked us to stop. */
int fetch(const struct supervisor *supervisor, const char *url, size_t cap, struct bytes *into, char **found,
	  struct err *err);

#endif
