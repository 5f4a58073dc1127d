#include "view.h"

#include <inttypes.h>
#include <string.h>

bool view_is(struct view a, struct view b)
{
	return a.size == b.size && (!a.size || !memcmp(a.data, b.data, a.size));
}

bool view_is_zero(struct view view)
{
	for (size_t i = 0; i < view.size; i++)
		if (view.data[i])
			return false;
	return true;
}

uint64_t view_little(struct view view)
{
	uint64_t value = 0;
	for (size_t i = view.size; i > 0; i--)
		value = value << 8 | view.data[i - 1];
	return value;
}

size_t reader_left(const struct reader *r)
{
	return r->all.size - r->at;
}

struct view reader_take(struct reader *r, uint64_t size, const char *name)
{
	if (r->short_of)
		return (struct view){0};
	if (reader_left(r) < size) {
		r->short_of = name;
		r->wanted = size;
		return (struct view){0};
	}
	r->at += (size_t)size;
	return view_of(r->all.data + r->at - size, (size_t)size);
}

int reader_check(const struct reader *r, struct err *err)
{
	if (!r->short_of)
		return 0;
	return err_bad(err, "%s: %" PRIu64 " bytes wanted at offset %zu, and %zu are left", r->short_of, r->wanted,
		       r->at, reader_left(r));
}
