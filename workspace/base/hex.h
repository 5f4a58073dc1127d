/* Lower-case hexadecimal. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* The value of a digit of either case, or -1. */
int hex_digit(char c);

/* Writes 2*size digits and a NUL. */
void hex_write(const void *bytes, size_t size, char *out);

/* Reads exactly 2*size digits of either case, and then the end of text. Returns 0, or -1 when text is anything else. */
int hex_read(const char *text, uint8_t *out, size_t size);

#endif
