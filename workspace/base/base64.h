/* Base64 with padding and without line ends (RFC 4648 section 4). */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "bytes.h"

/* Appends the text of size bytes. Returns 0, or -1 when memory is out or size is above BASE64_CAP (STATUS_BAD). */
enum { BASE64_CAP = 1 << 30 };
int base64_write(const void *data, size_t size, struct bytes *into, struct err *err);

/* Appends the bytes that size characters of text stand for. STATUS_BAD for anything but the one text base64_write()
 * would give: other characters, missing padding, bits behind the end that are not zero. */
int base64_read(const char *text, size_t size, struct bytes *into, struct err *err);

#endif
