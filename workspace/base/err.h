/* Errors: what a function that can fail says about why.
 *
 * The contract, for every function whose last parameter is `struct err *`:
 *   - success returns 0 (or a count, or a pointer) and leaves *err as it was;
 *   - failure returns -1 (or NULL) and has filled *err;
 *   - a caller may only put context in front, so that the text reads outside-in:
 *     `image.json: layers: 2: name missing`.
 *
 * status is the exit status the failure deserves (docs/design.md, "Exit status"):
 * STATUS_BAD when the input is to blame, one of sysexits' 70-75 when the system is.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <sysexits.h>

enum {
	STATUS_OK = 0,    /* it holds */
	STATUS_FALSE = 1, /* it does not hold: a verdict, not an error */
	STATUS_BAD = 2,   /* cannot say: input malformed or unsupported */
};

struct err {
	int status;
	char text[1024];
};

/* The input is malformed or not supported. Returns -1. */
int err_bad(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The system failed: the text of errno is appended. status is EX_OSERR, EX_IOERR or EX_CANTCREAT. Returns -1. */
int err_system(struct err *err, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A reason of ours that is nobody's malformed input, with a status of the caller's choice. Returns -1. */
int err_set(struct err *err, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "context: " in front of what is there. Returns -1. */
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
