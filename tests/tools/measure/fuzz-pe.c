/* corpus: vectors/pe
 * A PE file is whatever the image has for a kernel. What is accepted has a digest that neither its checksum nor where
 * the replaced head ends has a part in. */
#include "pe.h"

#include "little.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void digest(const struct pe_file *file, uint8_t out[SHA384_SIZE])
{
	struct err err;
	const char *note;
	if (pe_digest(file, SHA384, out, &note, &err))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	uint8_t before[SHA384_SIZE], after[SHA384_SIZE];
	const char *note;
	struct pe_file file = {.data = data, .size = size};
	if (pe_digest(&file, SHA384, before, &note, &err)) {
		if (err.status != STATUS_BAD || strncmp(err.text, "PE: ", 4))
			abort();
		return 0;
	}
	uint64_t checksum = get_u32(data + 0x3c) + UINT64_C(24) + 64;
	uint8_t *head = malloc(checksum + 4);
	if (!head)
		abort();
	memcpy(head, data, checksum);
	memset(head + checksum, 0x5a, 4);
	digest(&(struct pe_file){head, checksum + 4, data, size}, after);
	if (memcmp(before, after, sizeof after))
		abort();
	free(head);
	return 0;
}
