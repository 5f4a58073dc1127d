/* spec: RFC 1952 2.2, 2.3: members that follow each other: a header, deflate data, a trailer. */
#include "codec_deflate.h"
#include "partform.h"

#include <string.h>

static const uint64_t inflated_most = UINT64_C(1) << 30; /* of all members; what is behind has no names */

enum { FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16 };

static const struct field header[] = {
	{"header: ID1, ID2", {2}}, {"header: CM", {1}}, {"header: FLG", {1}}, {"header: MTIME", {4}},
	{"header: XFL", {1}},      {"header: OS", {1}}, {NULL, {0}}};
static const struct field trailer[] = {{"trailer: CRC32", {4}}, {"trailer: ISIZE", {4}}, {NULL, {0}}};

/* A piece of the header that may be there: says its name if offset is in it, moves *at behind it. */
static bool piece(const char *name, uint64_t size, uint64_t *at, uint64_t offset, struct naming *naming)
{
	uint64_t from = *at;
	*at += size;
	if (!holds(from, size, offset))
		return false;
	naming_range(naming, from, size);
	naming_add(naming, "header: %s", name);
	return true;
}

static uint64_t string_size(struct span file, uint64_t at)
{
	return span_string(file, at).size + 1;
}

/* The header at *at, which moves behind it. */
static bool in_header(struct span file, uint64_t *at, uint64_t offset, struct naming *naming)
{
	uint8_t flags = (uint8_t)span_little(file, *at + 3, 1);
	if (naming_field(naming, header, 0, *at, offset))
		return true;
	*at += fields_size(header, 0);
	return ((flags & FEXTRA) && piece("FEXTRA", 2 + span_little(file, *at, 2), at, offset, naming)) ||
	       ((flags & FNAME) && piece("FNAME", string_size(file, *at), at, offset, naming)) ||
	       ((flags & FCOMMENT) && piece("FCOMMENT", string_size(file, *at), at, offset, naming)) ||
	       ((flags & FHCRC) && piece("header's CRC16", 2, at, offset, naming));
}

static bool is_member(struct span file, uint64_t at)
{
	return span_has(file, at, 3) && !memcmp(file.data + at, "\x1f\x8b\x08", 3);
}

bool gzip_part(struct span file, uint64_t offset, struct naming *naming)
{
	uint64_t at = 0, number = 1, budget = inflated_most;
	size_t start = naming->length;
	if (!is_member(file, 0))
		return false;
	for (; is_member(file, at); number++) {
		naming->length = start;
		if (number > 1)
			naming_add(naming, "member %llu: ", (unsigned long long)number);
		if (in_header(file, &at, offset, naming))
			return true;
		struct span data = span_cut(file, at, file.size);
		uint64_t size = codec_deflate_size(data.data, data.size, offset - at, &budget);
		if (!size || holds(at, size, offset)) {
			naming_range(naming, at, size ? size : data.size);
			naming_add(naming, "deflate data");
			return true;
		}
		if (naming_field(naming, trailer, 0, at + size, offset))
			return true;
		at += size + fields_size(trailer, 0);
	}
	naming->length = start;
	naming_range(naming, at, file.size - at);
	naming_add(naming, "behind the last member");
	return true;
}
