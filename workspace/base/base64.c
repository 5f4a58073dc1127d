#include "base64.h"

#include <openssl/evp.h>

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
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four characters, of which the last `padding` are '='. */
static int read_group(const char *text, size_t padding, char *out, struct err *err)
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
	out[0] = (char)(bits >> 16);
	out[1] = (char)(bits >> 8);
	out[2] = (char)bits;
	return 0;
}

int base64_read(const char *text, size_t size, struct bytes *into, struct err *err)
{
	if (size % 4)
		return err_bad(err, "not base64: not a multiple of four characters");
	size_t padding = !size || text[size - 1] != '=' ? 0 : text[size - 2] != '=' ? 1 : 2;
	cleanup_free char *out = malloc(size / 4 * 3 + 1);
	if (!out)
		return err_system(err, EX_OSERR, "base64");
	for (size_t i = 0; i < size; i += 4)
		if (read_group(text + i, i + 4 == size ? padding : 0, out + i / 4 * 3, err))
			return -1;
	return bytes_add(into, out, size / 4 * 3 - padding, err);
}
