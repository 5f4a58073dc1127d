/* A question to the person at the terminal whose answer is not shown. */
#ifndef KETTLE_PROMPT_H
#define KETTLE_PROMPT_H

#include "err.h"

#include <stddef.h>

/* Writes the question to standard error and reads one line from standard input, which are both terminals. The line,
 * without its end, goes into `into`, with a NUL. The terminal echoes again when this returns, and also when a signal
 * ends or stops the program; after a stop the question is asked again.
 *
 * Returns the line's bytes. -1: STATUS_BAD when the line does not fit or the input ended, EX_OSERR or EX_IOERR when
 * the terminal fails. */
int prompt_secret(const char *question, char *into, size_t size, struct err *err);

#endif
