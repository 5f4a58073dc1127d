/* The witness of a TD HOB. hob.h */
#include "hob.h"

#include <stdbool.h>

/* spec: tdx-boot-spec.md 3.3: numbers of pages as unsigned LEB128 */

static int put(struct bytes *into, uint64_t bytes, struct err *err)
{
	uint64_t value = bytes / TDVF_PAGE;
	uint8_t digits[10];
	size_t count = 0;
	do {
		digits[count] = (uint8_t)(value & 0x7f);
		value >>= 7;
		if (value)
			digits[count] |= 0x80;
		count++;
	} while (value);
	return bytes_add(into, digits, count, err);
}

int witness_encode(const struct hob_ranges *ranges, struct bytes *into, struct err *err)
{
	uint64_t base = ranges->ranges[0].start;
	if (put(into, base, err) || put(into, ranges->base - base, err) || put(into, ranges->count * TDVF_PAGE, err))
		return -1;
	for (size_t i = 0; i < ranges->count; i++) {
		const struct hob_range *range = &ranges->ranges[i];
		if (put(into, range->start - base, err) || put(into, range->end - range->start, err))
			return -1;
	}
	return 0;
}

struct reader {
	const uint8_t *at, *end;
};

/* Shortest form only, so that ranges have one witness. */
static int take(struct reader *reader, const char *name, uint64_t *value, struct err *err)
{
	*value = 0;
	for (unsigned shift = 0; reader->at < reader->end; shift += 7) {
		uint8_t digit = *reader->at++;
		if (shift == 63 && digit > 1)
			return err_bad(err, "%s: has more than 64 bits", name);
		*value |= (uint64_t)(digit & 0x7f) << shift;
		if (digit & 0x80)
			continue;
		if (!digit && shift)
			return err_bad(err, "%s: is not in its shortest form", name);
		return 0;
	}
	return err_bad(err, "%s: is cut off", name);
}

/* A number of pages, in bytes. */
static int take_pages(struct reader *reader, const char *name, uint64_t *bytes, struct err *err)
{
	uint64_t pages = 0;
	if (take(reader, name, &pages, err))
		return -1;
	if (pages > UINT64_MAX / TDVF_PAGE)
		return err_bad(err, "%s: is beyond all addresses", name);
	*bytes = pages * TDVF_PAGE;
	return 0;
}

static int take_range(struct reader *reader, struct hob_ranges *ranges, uint64_t base, struct err *err)
{
	uint64_t start = 0, size = 0;
	if (take_pages(reader, "start", &start, err) || take_pages(reader, "length", &size, err))
		return -1;
	if (start > UINT64_MAX - base || size > UINT64_MAX - base - start)
		return err_bad(err, "ends beyond all addresses");
	start += base;
	if (!size)
		return err_bad(err, "is empty");
	if (!ranges->count && start != base)
		return err_bad(err, "does not begin at the base, as the lowest does");
	if (ranges->count && start < ranges->ranges[ranges->count - 1].end)
		return err_bad(err, "begins before the one before it ends");
	ranges->ranges[ranges->count++] = (struct hob_range){start, start + size};
	return 0;
}

static int take_ranges(struct reader *reader, struct hob_ranges *ranges, uint64_t base, struct err *err)
{
	uint64_t count = 0;
	if (take(reader, "count", &count, err))
		return -1;
	if (!count || count > HOB_RANGES)
		return err_bad(err, "%ju ranges, not 1 to %d", (uintmax_t)count, HOB_RANGES);
	for (uint64_t i = 0; i < count; i++)
		if (take_range(reader, ranges, base, err))
			return err_prefix(err, "range %ju", (uintmax_t)i);
	return 0;
}

static int check(const struct reader *reader, const struct hob_ranges *ranges, struct err *err)
{
	bool found = false;
	for (size_t i = 0; i < ranges->count; i++)
		found |= ranges->ranges[i].start == ranges->base;
	if (!found)
		return err_bad(err, "no range begins where the TD HOB is");
	return reader->at == reader->end ? 0 : err_bad(err, "%td bytes are left", reader->end - reader->at);
}

static int decode(struct reader *reader, struct hob_ranges *ranges, struct err *err)
{
	uint64_t base = 0, hob = 0;
	if (take_pages(reader, "base", &base, err) || take_pages(reader, "TD HOB", &hob, err))
		return -1;
	if (hob > UINT64_MAX - base)
		return err_bad(err, "TD HOB: is beyond all addresses");
	ranges->base = base + hob;
	return take_ranges(reader, ranges, base, err) || check(reader, ranges, err) ? -1 : 0;
}

int witness_decode(const void *data, size_t size, struct hob_ranges *ranges, struct err *err)
{
	struct reader reader = {data, (const uint8_t *)data + size};
	*ranges = (struct hob_ranges){0};
	return decode(&reader, ranges, err) ? err_prefix(err, "witness") : 0;
}
