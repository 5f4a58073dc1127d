/* What a program's own file may do and a module may not: print and exit.
 *
 * Every message is one line, `program: object: reason`, with control characters replaced, since names in
 * it may come from hostile input.
 */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include "bytes.h"

#include <stdbool.h>

/* Call first. name is what messages begin with. Sets the C.UTF-8 locale, so that no user's locale changes a result, and
 * sees to it that no file of ours becomes standard input, output or error. */
void program_start(const char *name);

/* One line on stderr. */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One line on stderr, then exit(status). */
_Noreturn void die(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* `program: object: reason`, exit(err->status). object may be NULL. */
_Noreturn void die_err(const char *object, const struct err *err);

/* One line and where to read on; exit 64 (EX_USAGE). */
_Noreturn void die_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* getopt_long() has spoken already (it returned '?'); exit 64. */
_Noreturn void die_option(void);

/* Prints text to stdout and exits 0: for --help. */
_Noreturn void print_help(const char *text);

/* `name VERSION (libraries)`, exit 0: for --version. libraries may be NULL. */
_Noreturn void print_version(const char *libraries);

/* Prints what was collected, if anything was, to stdout: results. */
void print_bytes(const struct bytes *text);

/* Flushes stdout; a failure (disk full, closed pipe) is fatal. Returns status, so main can end with it. */
int finish(int status);

/* A decimal number in [0, max] and nothing else, else die_usage naming the option. */
unsigned long long option_number(const char *option, const char *text, unsigned long long max);

/* Copies text, each control character as '?', into a static buffer of four in rotation: for messages and listings. */
const char *printable(const char *text);

#endif
