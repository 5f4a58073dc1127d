/* What comes from a descriptor, by the loop: pipes and terminals when there is something, files at once.
 */
#ifndef ATTEST_FEED_H
#define ATTEST_FEED_H

#include "loop.h"

#include <stddef.h>

enum { FEED_SIZE = 256 << 10 }; /* bytes that are read at once at most */

struct feed_handler {
	void (*data)(void *context, const char *data, size_t size); /* size 0: the end, and the last call */
	void (*failed)(void *context, const struct err *err);       /* instead of it */
};

struct feed;
struct feed *feed_new(struct loop *loop, int fd, const struct feed_handler *handler, void *context, struct err *err);
void feed_free(struct feed *feed); /* the descriptor stays open */

/* Nothing is read meanwhile. */
void feed_pause(struct feed *feed, bool is_paused);

#endif
