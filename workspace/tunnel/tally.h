/* A log that nobody can flood: a line when something happens for the first time, and once a minute how often it has
 * happened since. What happens is named by its text, of which as many are kept apart as there are places; others are
 * counted together.
 */
#ifndef TUNNEL_TALLY_H
#define TUNNEL_TALLY_H

#include "loop.h"

struct tally;
struct tally *tally_new(struct loop *loop, void (*log)(void *context, bool is_error, const char *text), void *context,
			struct err *err);
void tally_free(struct tally *tally); /* says what has not been said yet */

/* The text has nothing of a peer's in it but what is fit to be printed. */
void tally_note(struct tally *tally, bool is_error, const char *text);

#endif
