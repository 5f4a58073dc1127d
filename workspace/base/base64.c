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
