/* corpus: vectors/envelope
 * An envelope is whatever somebody sent. Nothing of it is had before a signature holds; what is written of it reads
 * back as the same. */
#include "dsse.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The public key of RFC 8032 7.1, TEST 1, which signed some of the corpus. */
static const char pem[] = "-----BEGIN PUBLIC KEY-----\n"
			  "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
			  "-----END PUBLIC KEY-----\n";

static void verify(struct dsse *dsse)
{
	struct err err = {0};
	static char name[] = "key";
	static struct keyring_key key = {.name = name};
	size_t payload_size, count;
	bool holds = false;
	if (!key.key)
		key.key = key_read_public(pem, strlen(pem), &err);
	const struct keyring ring = {.keys = &key, .count = 1};
	if (!key.key || dsse_payload(dsse, &payload_size, &err) || dsse_verify(dsse, &ring, &err))
		abort();
	const struct dsse_signature *signature = dsse_signatures(dsse, &count);
	for (size_t i = 0; i < count; i++)
		holds |= signature[i].standing == DSSE_HOLDS;
	if (holds != !!dsse_payload(dsse, &payload_size, &err))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_bytes struct bytes text = {0}, again = {0};
	cleanup_dsse struct dsse *dsse = dsse_parse((const char *)data, size, &err);
	if (!dsse) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	if (dsse_write(dsse, &text, &err))
		abort();
	cleanup_dsse struct dsse *copy = dsse_parse(text.data, text.size, &err);
	if (!copy || !dsse_is_same_payload(dsse, copy) || dsse_write(copy, &again, &err) || again.size != text.size ||
	    memcmp(again.data, text.data, text.size))
		abort();
	verify(dsse);
	return 0;
}
