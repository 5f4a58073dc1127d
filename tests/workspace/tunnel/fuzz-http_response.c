/* corpus: vectors/http-head
 * An answer is an app's, and what it repeats may be anybody's. */
#include "http_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_message(MESSAGE_RESPONSE, data, size);
	check_message(MESSAGE_TO_HEAD, data, size);
	return 0;
}
