/* corpus: vectors/part
 * A file in an image is anybody's. Whatever it is and wherever the byte, a name is one line of text, the bytes that it
 * names are of the file, and a copy with no room behind it is not read past.
 */
#include "bytes.h"
#include "part.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *data, size_t size, uint64_t offset)
{
	struct part part;
	if (!part_at(data, size, offset, &part)) {
		assert(!*part.name && !*part.format);
		return;
	}
	assert(offset < size && *part.format && *part.name);
	assert(memchr(part.name, 0, sizeof part.name) && bytes_are_utf8(part.name, strlen(part.name)));
	assert(part.at <= offset && offset - part.at < part.size);
	for (const char *c = part.name; *c; c++)
		assert((unsigned char)*c >= ' ' && *c != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t step = 1 + size / 64;
	check(data, size, size);
	for (uint64_t offset = 0; offset < size; offset += step)
		check(data, size, offset);
	return 0;
}
