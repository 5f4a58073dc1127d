#include "base64.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

int base64_write(const void *data, size_t size, struct bytes *into, struct err *err)
{
	if (size > BASE64_CAP) /* OpenSSL counts in int */
		return err_bad(err, "larger than %d bytes", BASE64_CAP);
	cleanup_free char *text = malloc(4 * ((size + 2) / 3) + 1);
	if (!text)
		return err_system(err, EX_OSERR, "base64");
	int length = EVP_EncodeBlock((unsigned char *)text, data, (int)size);
	return bytes_add(into, text, (size_t)length, err);
}

static int value_of(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* Four characters, of which the last `padding` are '='. */
static int read_group(const char *text, size_t padding, struct bytes *into, struct err *err)
{
	unsigned bits = 0;
	for (size_t i = 0; i < 4; i++) {
		int value = i < 4 - padding ? value_of(text[i]) : 0;
		if (value < 0)
			return err_bad(err, "not base64");
		bits = bits << 6 | (unsigned)value;
	}
	if (bits & ((1u << 8 * padding) - 1))
		return err_bad(err, "not base64: bits behind the end");
	const char out[] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
	return bytes_add(into, out, 3 - padding, err);
}

int base64_read(const char *text, size_t size, struct bytes *into, struct err *err)
{
	if (size % 4)
		return err_bad(err, "not base64: not a multiple of four characters");
	for (size_t i = 0; i < size; i += 4) {
		bool last = i + 4 == size;
		size_t padding = last && text[i + 3] == '=' ? text[i + 2] == '=' ? 2 : 1 : 0;
		if (read_group(text + i, padding, into, err))
			return -1;
	}
	return bytes_add(into, "", 0, err);
}
