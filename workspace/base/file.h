/* Files: read with a cap, written whole or not at all.
 *
 * "-" is standard input or standard output. Failures to read carry EX_IOERR, failures to make or finish an
 * output EX_CANTCREAT or EX_IOERR.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "bytes.h"

#include <stdint.h>

/* Opens for reading; refuses a folder. Returns a descriptor the caller closes, or -1. */
int file_open(const char *path, struct err *err);

/* Appends everything up to the end. More than cap bytes is STATUS_BAD. */
int file_read(int fd, size_t cap, struct bytes *into, struct err *err);
int file_load(const char *path, size_t cap, struct bytes *into, struct err *err);

/* Reads size bytes, or fewer at the end of the input; -1 on failure. */
ssize_t file_fill(int fd, void *into, size_t size, struct err *err);

/* All of it, or -1. */
int file_write(int fd, const void *data, size_t size, struct err *err);

/* An output that takes its name only when it is complete. A link is followed. Zero-initialised by OUTPUT_NONE. */
struct output {
	int fd;
	char *path;      /* NULL: written to directly (standard output, a device, a pipe) */
	char *temporary; /* beside path; removed when not committed */
};
#define OUTPUT_NONE ((struct output){.fd = -1})

/* path NULL or "-" is standard output. */
int output_open(struct output *output, const char *path, struct err *err);

/* Gives the output its name. After this, output_drop() only releases. */
int output_commit(struct output *output, struct err *err);

/* Releases; removes what was not committed. */
void output_drop(struct output *output);
#define cleanup_output cleanup(output_drop)

/* A whole small file at once. */
int file_save(const char *path, const void *data, size_t size, struct err *err);

/* The same, in the place of whatever is there but a folder: in a folder that others write to, a link would lead away.
 */
int file_replace(const char *path, const void *data, size_t size, struct err *err);

#endif
