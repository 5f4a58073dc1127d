/* corpus: vectors/witness
 * A witness comes with a VM's configuration. What is accepted is the one encoding of its ranges, and gives a TD HOB
 * or a reason for any memory. */
#include "hob.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void build(const struct hob_ranges *ranges, uint64_t memory)
{
	struct err err = {0};
	cleanup_bytes struct bytes list = {0};
	if (hob_build(ranges, memory, &list, &err) ? err.status != STATUS_BAD : (list.size - 56) % 48 != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	struct hob_ranges ranges;
	cleanup_bytes struct bytes again = {0};
	if (witness_decode(data, size, &ranges, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	for (size_t i = 0; i < ranges.count; i++)
		if (ranges.ranges[i].start >= ranges.ranges[i].end ||
		    (i && ranges.ranges[i].start < ranges.ranges[i - 1].end))
			abort();
	if (witness_encode(&ranges, &again, &err) || again.size != size || memcmp(again.data, data, size))
		abort();
	build(&ranges, UINT64_C(1) << 31);
	build(&ranges, UINT64_C(1) << 36);
	build(&ranges, HOB_MEMORY_MAX);
	return 0;
}
