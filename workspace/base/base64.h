/* Base64 with padding and without line ends (RFC 4648 section 4), by OpenSSL. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "bytes.h"

/* Appends the text of size bytes. Returns 0, or -1 when memory is out or size is above BASE64_CAP (STATUS_BAD). */
enum { BASE64_CAP = 1 << 30 };
int base64_write(const void *data, size_t size, struct bytes *into, struct err *err);

#endif
