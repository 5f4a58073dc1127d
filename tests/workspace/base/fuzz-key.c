/* corpus: vectors/key
 * A folder of keys may have been filled by others. A key that is taken is called the same when it is read again as we
 * write it. */
#include "signature.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_bytes struct bytes text = {0};
	cleanup_key struct key *key = key_read_public((const char *)data, size, &err);
	if (!key) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	if (key_is_private(key) || key_write_public(key, &text, &err))
		abort();
	cleanup_key struct key *again = key_read_public(text.data, text.size, &err);
	if (!again || strcmp(key_id(again), key_id(key)) || key_kind(again) != key_kind(key))
		abort();
	return 0;
}
