#include "attestation.h"

#include "dcap_quote.h"

enum { VERSION_0 = 0, PLATFORM_TDX = 0, REPORT_DATA_SIZE = 64 };

/* A reader of SCALE. What is wrong besides being cut short is told once, and nothing is read behind it. */
struct scale {
	struct reader r;
	struct err *err;
	bool has_failed;
};

static bool goes_on(const struct scale *scale)
{
	return !scale->r.short_of && !scale->has_failed;
}

/* A compact number. The low two bits say in how many bytes it is; the shortest way is the only one. */
static uint32_t take_compact(struct scale *scale, const char *name)
{
	static const size_t more[] = {0, 1, 3, 0};
	static const uint32_t least[] = {0, 1u << 6, 1u << 14, 0};
	if (!goes_on(scale))
		return 0;
	struct view first = reader_take(&scale->r, 1, name);
	unsigned mode = (unsigned)view_little(first) & 3;
	struct view rest = reader_take(&scale->r, more[mode], name);
	uint32_t value = (uint32_t)((view_little(rest) << 8 | view_little(first)) >> 2);
	if (mode == 3)
		scale->has_failed = err_bad(scale->err, "%s: a length above 30 bits", name);
	else if (goes_on(scale) && value < least[mode])
		scale->has_failed = err_bad(scale->err, "%s: length %u in more bytes than it needs", name, value);
	return value;
}

static struct view take_vector(struct scale *scale, const char *name)
{
	uint32_t size = take_compact(scale, name);
	return reader_take(&scale->r, size, name);
}

/* Events, so many as the number before them says. Each has these members: 4 is four bytes, v a vector. */
static struct view take_events(struct scale *scale, const char *members, const char *name, uint32_t *count)
{
	*count = take_compact(scale, name);
	size_t from = scale->r.at;
	for (uint32_t i = 0; i < *count && goes_on(scale); i++)
		for (const char *member = members; *member; member++)
			if (*member == '4')
				reader_take(&scale->r, 4, name);
			else
				take_vector(scale, name);
	return view_of(scale->r.all.data + from, scale->r.at - from);
}

static int check_report_data(const struct attestation *it, struct err *err)
{
	struct quote quote;
	if (quote_parse_padded(it->quote.data, it->quote.size, &quote, err))
		return err_prefix(err, "quote");
	struct view own = quote.body == BODY_SGX ? quote.sgx.report_data : quote.td.report_data;
	return view_is(own, it->report_data) ? 0 : err_bad(err, "report data: not those of the quote");
}

static int check_start(struct view data, struct err *err)
{
	if (data.size > ATTESTATION_CAP)
		return err_bad(err, "larger than %d bytes", ATTESTATION_CAP);
	if (data.size &&
	    ((data.data[0] >= 0x80 && data.data[0] <= 0x8f) || data.data[0] == 0xde || data.data[0] == 0xdf))
		return err_bad(err, "an attestation in msgpack, which is not supported");
	if (data.size < 2 || data.data[0] != VERSION_0 || data.data[1] != PLATFORM_TDX)
		return err_bad(err, "not an attestation of version 0 of a TDX VM");
	return 0;
}

int attestation_parse(struct view data, struct attestation *it, struct err *err)
{
	struct scale scale = {.r = {.all = data}, .err = err};
	*it = (struct attestation){0};
	if (check_start(data, err))
		return -1;
	reader_take(&scale.r, 2, "start");
	it->quote = take_vector(&scale, "quote");
	it->events = take_events(&scale, "44vvv", "events", &it->event_count);
	it->runtime_events = take_events(&scale, "vv", "runtime events", &it->runtime_event_count);
	it->report_data = reader_take(&scale.r, REPORT_DATA_SIZE, "report data");
	it->config = take_vector(&scale, "configuration");
	if (scale.has_failed || reader_check(&scale.r, err))
		return -1;
	if (reader_left(&scale.r))
		return err_bad(err, "%zu bytes behind the attestation", reader_left(&scale.r));
	return check_report_data(it, err);
}
