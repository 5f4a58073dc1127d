/* spec: RFC 8878 3.1: frames that follow each other; blocks say how long they are, so nothing is decoded. */
#include "partform.h"

static const uint32_t magic = 0xfd2fb528, magic_skippable = 0x184d2a50;

static bool is_skippable(struct span file, uint64_t at)
{
	return (span_little(file, at, 4) & ~UINT64_C(15)) == magic_skippable;
}

static bool is_frame(struct span file, uint64_t at)
{
	return span_has(file, at, 4) && (span_little(file, at, 4) == magic || is_skippable(file, at));
}

/* A piece of *at's frame: says its name if offset is in it, moves *at behind it. */
static bool piece(const char *name, uint64_t size, uint64_t *at, uint64_t offset, struct naming *naming)
{
	uint64_t from = *at;
	*at += size;
	if (!holds(from, size, offset))
		return false;
	naming_range(naming, from, size);
	naming_add(naming, "%s", name);
	return true;
}

/* spec: RFC 8878 3.1.1.1: Frame_Header */
static bool in_header(uint8_t descriptor, uint64_t *at, uint64_t offset, struct naming *naming)
{
	static const uint8_t dictionary[] = {0, 1, 2, 4}, content[] = {0, 2, 4, 8};
	bool single = descriptor & 32;
	unsigned size = descriptor >> 6;
	return piece("header: Magic_Number", 4, at, offset, naming) ||
	       piece("header: Frame_Header_Descriptor", 1, at, offset, naming) ||
	       piece("header: Window_Descriptor", single ? 0 : 1, at, offset, naming) ||
	       piece("header: Dictionary_ID", dictionary[descriptor & 3], at, offset, naming) ||
	       piece("header: Frame_Content_Size", !size && single ? 1 : content[size], at, offset, naming);
}

/* spec: RFC 8878 3.1.1.2: Blocks */
static bool in_blocks(struct span file, uint64_t *at, uint64_t offset, struct naming *naming)
{
	static const char *const types[] = {"raw", "RLE", "compressed", "of reserved type"};
	uint64_t number = 1;
	for (bool last = false; !last && span_has(file, *at, 3); number++) {
		uint64_t header = span_little(file, *at, 3), type = header >> 1 & 3, from = *at;
		uint64_t size = 3 + (type == 1 ? 1 : header >> 3);
		last = header & 1;
		*at += size;
		if (!holds(from, size, offset))
			continue;
		naming_range(naming, from, size);
		naming_add(naming, "block %llu (%s)", (unsigned long long)number, types[type]);
		if (offset - from < 3)
			naming_add(naming, ": Block_Header");
		return true;
	}
	return false;
}

/* The frame at *at, which moves behind it. */
static bool in_frame(struct span file, uint64_t *at, uint64_t offset, struct naming *naming)
{
	uint64_t start = *at;
	if (is_skippable(file, start))
		return piece("skippable frame: Magic_Number", 4, at, offset, naming) ||
		       piece("skippable frame: Frame_Size", 4, at, offset, naming) ||
		       piece("skippable frame: User_Data", span_little(file, start + 4, 4), at, offset, naming);
	uint8_t descriptor = (uint8_t)span_little(file, start + 4, 1);
	return in_header(descriptor, at, offset, naming) || in_blocks(file, at, offset, naming) ||
	       piece("Content_Checksum", descriptor & 4 ? 4 : 0, at, offset, naming);
}

bool zstd_part(struct span file, uint64_t offset, struct naming *naming)
{
	uint64_t at = 0, number = 1;
	size_t start = naming->length;
	if (!is_frame(file, 0))
		return false;
	for (; is_frame(file, at); number++) {
		naming->length = start;
		if (number > 1)
			naming_add(naming, "frame %llu: ", (unsigned long long)number);
		if (in_frame(file, &at, offset, naming))
			return true;
	}
	naming->length = start;
	naming_range(naming, offset, 1);
	naming_add(naming, "behind the last frame");
	return true;
}
