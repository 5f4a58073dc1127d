/* corpus: vectors/part
 * Two files of which one is the other with a byte changed, or cut short. Whatever they are, a cause comes with
 * evidence, which is one line of text, and nothing comes without a cause.
 */
#include "bytes.h"
#include "cause.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct evidence *evidence)
{
	char text[CAUSE_TEXT];
	const char *cause = cause_guess(evidence, text);
	assert(memchr(text, 0, sizeof text) && bytes_are_utf8(text, strlen(text)));
	assert(cause ? *cause && *text : !*text);
	for (const char *c = text; *c; c++)
		assert((unsigned char)*c >= ' ');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free uint8_t *other = malloc(size ? size : 1);
	assert(other);
	for (size_t offset = 0; offset < size; offset += 1 + size / 16) {
		memcpy(other, data, size);
		other[offset] ^= 1;
		check(&(struct evidence){.path = "a.pyc",
					 .content_a = data,
					 .size_a = size,
					 .content_b = other,
					 .size_b = size,
					 .offset = offset});
		check(&(struct evidence){
			.content_a = data, .size_a = size, .content_b = other, .size_b = offset, .offset = offset});
	}
	return 0;
}
