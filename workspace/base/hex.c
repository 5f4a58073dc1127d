#include "hex.h"

#include <string.h>

void hex_write(const void *bytes, size_t size, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *from = bytes;
	for (size_t i = 0; i < size; i++) {
		out[2 * i] = digits[from[i] >> 4];
		out[2 * i + 1] = digits[from[i] & 15];
	}
	out[2 * size] = '\0';
}

/* Of each character one more than its value as a digit, and 0 of what is none. */
static const uint8_t values[256] = {
	['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
	['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

int hex_digit(char c)
{
	return values[(unsigned char)c] - 1;
}

int hex_read(const char *text, uint8_t *out, size_t size)
{
	if (strlen(text) != 2 * size)
		return -1;
	for (size_t i = 0; i < size; i++) {
		unsigned high = values[(unsigned char)text[2 * i]], low = values[(unsigned char)text[2 * i + 1]];
		if (!high || !low)
			return -1;
		out[i] = (uint8_t)((high - 1) << 4 | (low - 1));
	}
	return 0;
}
