#include "binding.h"

#include "digest.h"
#include "hex.h"

#include <string.h>

static const char kettle_tag[] = "teekit-x25519-v1";
enum { KETTLE_KEY_SIZE = 32, KETTLE_NONCE_SIZE = 32, CONTENT_MAX = 1 << 16 };

/* Of the tagged forms that the specifications name only kettle's has a nonce. */
static int check_sizes(const char *tag, size_t key, size_t nonce, struct err *err)
{
	if (!key)
		return err_bad(err, "no key");
	if (strcmp(tag, kettle_tag))
		return nonce ? err_bad(err, "a nonce, which only %s has", kettle_tag) : 0;
	if (key != KETTLE_KEY_SIZE)
		return err_bad(err, "a key of %zu bytes instead of %d", key, KETTLE_KEY_SIZE);
	if (nonce && nonce != KETTLE_NONCE_SIZE)
		return err_bad(err, "a nonce of %zu bytes instead of %d", nonce, KETTLE_NONCE_SIZE);
	return 0;
}

static int add_hex(const char *text, const char *what, struct bytes *into, struct err *err)
{
	size_t size = strlen(text) / 2;
	if (text[0] == '0' && (text[1] | 0x20) == 'x')
		return add_hex(text + 2, what, into, err);
	cleanup_free uint8_t *raw = malloc(size + 1);
	if (!raw)
		return err_system(err, EX_OSERR, "%s", what);
	if (size > CONTENT_MAX || hex_read(text, raw, size))
		return err_bad(err, "%s: not hexadecimal digits, two a byte", what);
	return bytes_add(into, raw, size, err);
}

static int hash(const char *tag, const void *content, size_t size, uint8_t value[BINDING_SIZE], struct err *err)
{
	cleanup_hasher struct hasher *hasher = hasher_new(SHA512, err);
	if (!hasher)
		return -1;
	hasher_update(hasher, tag, strlen(tag));
	hasher_update(hasher, ":", 1);
	hasher_update(hasher, content, size);
	hasher_final(hasher, value);
	return 0;
}

int binding_report_data(const char *text, uint8_t value[BINDING_SIZE], struct err *err)
{
	cleanup_bytes struct bytes raw = {0};
	if (add_hex(text, "report data", &raw, err))
		return -1;
	if (!raw.size || raw.size > BINDING_SIZE)
		return err_bad(err, "report data: %zu bytes instead of 1 to %d", raw.size, BINDING_SIZE);
	memset(value, 0, BINDING_SIZE);
	memcpy(value, raw.data, raw.size);
	return 0;
}

int binding_of(const char *text, uint8_t value[BINDING_SIZE], bool *has_nonce, struct err *err)
{
	cleanup_bytes struct bytes content = {0};
	cleanup_free char *copy = strdup(text);
	char *rest = copy;
	if (!copy)
		return err_system(err, EX_OSERR, "binding");
	const char *tag = strsep(&rest, ":"), *key = strsep(&rest, ":"), *nonce = strsep(&rest, ":");
	if (!key || rest || !*tag)
		return err_bad(err, "'%s': not TAG:KEY or TAG:KEY:NONCE", text);
	if (add_hex(key, "key", &content, err))
		return -1;
	size_t key_size = content.size;
	*has_nonce = nonce;
	if (nonce && add_hex(nonce, "nonce", &content, err))
		return -1;
	if (nonce && content.size == key_size)
		return err_bad(err, "an empty nonce");
	if (check_sizes(tag, key_size, content.size - key_size, err))
		return -1;
	return hash(tag, content.data, content.size, value, err);
}

int binding_ratls(const void *key_info, size_t size, uint8_t value[BINDING_SIZE], struct err *err)
{
	return hash("ratls-cert", key_info, size, value, err);
}
