/* A growing byte buffer. data always has a NUL after size bytes, so text can be read as a string. */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include "cleanup.h"
#include "err.h"

#include <stddef.h>
#include <stdint.h>

struct bytes {
	char *data;
	size_t size;
	size_t capacity;
};

void bytes_free(struct bytes *bytes);
#define cleanup_bytes cleanup(bytes_free)

/* Appends. Returns 0, or -1 when memory is out. */
int bytes_add(struct bytes *bytes, const void *data, size_t size, struct err *err);
int bytes_addf(struct bytes *bytes, struct err *err, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Appends text that nobody vouches for, as people are to see it: each control character (C0, DEL, C1) as '?'. */
int bytes_add_plain(struct bytes *bytes, const char *text, struct err *err);

/* Appends so many bytes that are not set, for the caller to write at once. NULL: memory is out. */
void *bytes_extend(struct bytes *bytes, size_t size, struct err *err);

/* Valid UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF)? */
int bytes_are_utf8(const void *data, size_t size);

#endif
