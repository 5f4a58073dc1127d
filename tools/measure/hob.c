#include "hob.h"

#include "little.h"

#include <stdbool.h>

/* spec: tdx-boot-spec.md 3.2 */
enum {
	PHIT = 56, /* bytes of each kind of HOB */
	RESOURCE = 48,
	END = 8,
	ACCEPTED = 0, /* types of memory */
	UNACCEPTED = 7,
	MEBIBYTE = 1 << 20,
};
#define LOW_SPLIT UINT64_C(0xb0000000) /* from so much memory on, only LOW_END of it is below 4 GiB */
#define LOW_END UINT64_C(0x80000000)
#define HIGH_START UINT64_C(0x100000000)

static void insert(struct hob_ranges *ranges, struct hob_range range)
{
	size_t at = ranges->count++;
	for (; at && ranges->ranges[at - 1].start > range.start; at--)
		ranges->ranges[at] = ranges->ranges[at - 1];
	ranges->ranges[at] = range;
}

void hob_ranges_of(const struct tdvf *tdvf, struct hob_ranges *ranges)
{
	*ranges = (struct hob_ranges){0};
	for (size_t i = 0; i < tdvf->count; i++) {
		const struct tdvf_section *section = &tdvf->sections[i];
		if (section->type == TDVF_TD_HOB)
			ranges->base = section->address;
		if (section->type == TDVF_TD_HOB || section->type == TDVF_TEMP_MEM)
			insert(ranges, (struct hob_range){section->address, section->address + section->size});
	}
}

/* Building: resources are appended behind room for the PHIT, which tells where the list ends. */

static int add_resource(struct bytes *list, uint32_t type, uint64_t start, uint64_t length, struct err *err)
{
	uint8_t hob[RESOURCE] = {0};
	put_u16(hob, 3);
	put_u16(hob + 2, RESOURCE);
	put_u32(hob + 24, type);
	put_u32(hob + 28, 7);
	put_u64(hob + 32, start);
	put_u64(hob + 40, length);
	return bytes_add(list, hob, sizeof hob, err);
}

/* What is between the accepted ranges, and they. The end of the last goes to *rest: behind it is the tail. */
static int add_ranges(const struct hob_ranges *ranges, struct bytes *list, uint64_t *rest, struct err *err)
{
	*rest = 0;
	for (size_t i = 0; i < ranges->count; i++) {
		const struct hob_range *range = &ranges->ranges[i];
		if (range->start > *rest && add_resource(list, UNACCEPTED, *rest, range->start - *rest, err))
			return -1;
		if (add_resource(list, ACCEPTED, range->start, range->end - range->start, err))
			return -1;
		*rest = range->end;
	}
	return 0;
}

static int add_tail(struct bytes *list, uint64_t start, uint64_t memory, struct err *err)
{
	if (memory < LOW_SPLIT)
		return add_resource(list, UNACCEPTED, start, memory - start, err);
	if (start < LOW_END && add_resource(list, UNACCEPTED, start, LOW_END - start, err))
		return -1;
	return add_resource(list, UNACCEPTED, HIGH_START, memory - LOW_END, err);
}

static void write_phit(uint8_t *hob, uint64_t base, size_t total)
{
	put_u16(hob, 1);
	put_u16(hob + 2, PHIT);
	put_u32(hob + 8, 9);
	put_u64(hob + 48, base + total + END);
}

static int check_memory(const struct hob_ranges *ranges, uint64_t memory, struct err *err)
{
	uint64_t needed = ranges->ranges[ranges->count - 1].end;
	if (memory % MEBIBYTE)
		return err_bad(err, "memory: %ju bytes are not whole mebibytes", (uintmax_t)memory);
	if (memory > HOB_MEMORY_MAX)
		return err_bad(err, "memory: %ju bytes are more than %ju", (uintmax_t)memory,
			       (uintmax_t)HOB_MEMORY_MAX);
	if (memory <= needed)
		return err_bad(err, "memory: the firmware needs more than 0x%jx bytes, there are 0x%jx",
			       (uintmax_t)needed, (uintmax_t)memory);
	if (memory >= LOW_SPLIT && needed > LOW_END)
		return err_bad(err, "memory: the firmware uses it up to 0x%jx, where there is none above 0x%jx",
			       (uintmax_t)needed, (uintmax_t)LOW_END);
	return 0;
}

int hob_build(const struct hob_ranges *ranges, uint64_t memory, struct bytes *into, struct err *err)
{
	static const uint8_t room[PHIT];
	size_t begin = into->size;
	uint64_t rest;
	if (check_memory(ranges, memory, err) || bytes_add(into, room, PHIT, err) ||
	    add_ranges(ranges, into, &rest, err) || add_tail(into, rest, memory, err))
		return -1;
	write_phit((uint8_t *)into->data + begin, ranges->base, into->size - begin);
	return 0;
}
