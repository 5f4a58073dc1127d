#include "ccel.h"

#include <string.h>

#define END_INDEX 0xffffffffu
enum {
	ALGORITHM_SHA384 = 0xc,
	SPEC_ID_SIZE = 33, /* with one algorithm and no vendor's bytes */
	CC_INDEX_RTMR3 = 4,
};

/* A cursor; what does not fit is remembered, and asked for once a structure. */
struct reader {
	const uint8_t *data;
	size_t at, size;
	bool short_of;
};

static const uint8_t *take(struct reader *r, size_t size)
{
	if (r->short_of || r->size - r->at < size) {
		r->short_of = true;
		return NULL;
	}
	r->at += size;
	return r->data + r->at - size;
}

static uint32_t little(struct reader *r, size_t size)
{
	const uint8_t *from = take(r, size);
	uint32_t value = 0;
	for (size_t i = from ? size : 0; i > 0; i--)
		value = value << 8 | from[i - 1];
	return value;
}

bool ccel_is(const void *data, size_t size)
{
	static const char signature[16] = "Spec ID Event03";
	return size >= 32 + sizeof signature && !memcmp((const char *)data + 32, signature, sizeof signature);
}

/* spec: rtmr3-spec.md 12.4, tdx-boot-spec.md 8: TCG_EfiSpecIdEvent with SHA-384 alone */
static int check_spec_id(struct reader *r, struct err *err)
{
	take(r, 16);
	uint32_t class = little(r, 4), minor = little(r, 1), major = little(r, 1);
	little(r, 1); /* errata */
	uint32_t width = little(r, 1), count = little(r, 4), algorithm = little(r, 2), bytes = little(r, 2);
	if (r->short_of)
		return err_bad(err, "first record: cut short");
	if (class || minor || major != 2 || (width != 1 && width != 2))
		return err_bad(err, "first record: class %u, version %u.%u, width %u instead of 0, 2.0, 1 or 2", class,
			       major, minor, width);
	if (count != 1 || algorithm != ALGORITHM_SHA384 || bytes != SHA384_SIZE)
		return err_bad(err, "first record: %u algorithms, the first 0x%x of %u bytes, instead of SHA-384 alone",
			       count, algorithm, bytes);
	take(r, little(r, 1)); /* the vendor's */
	return r->short_of || r->at != r->size ? err_bad(err, "first record: size is not that of what is in it") : 0;
}

static int check_first(struct reader *r, struct err *err)
{
	static const uint8_t zero[SHA1_SIZE];
	uint32_t index = little(r, 4), type = little(r, 4);
	const uint8_t *digest = take(r, SHA1_SIZE);
	uint32_t size = little(r, 4);
	const uint8_t *data = take(r, size);
	if (!data)
		return err_bad(err, "first record: cut short");
	if (index != 1 || type != EV_NO_ACTION || memcmp(digest, zero, sizeof zero))
		return err_bad(err, "first record: not of index 1, type %d and a digest of zeros", EV_NO_ACTION);
	if (!ccel_is(r->data, r->at))
		return err_bad(err, "first record: not Spec ID Event03");
	struct reader inside = {.data = data, .size = size};
	return check_spec_id(&inside, err);
}

/* What is read of a record before anything is believed. */
struct record {
	uint32_t index, type, count, algorithm, size;
	const uint8_t *digest, *payload;
};

static int read_record(struct reader *r, struct record *record, struct err *err)
{
	record->type = little(r, 4);
	record->count = little(r, 4);
	if (r->short_of)
		return err_bad(err, "cut short");
	if (record->index > CC_INDEX_RTMR3)
		return err_bad(err, "index %u, and %d is the last", record->index, CC_INDEX_RTMR3);
	if (record->count != 1)
		return err_bad(err, "%u digests instead of one", record->count);
	record->algorithm = little(r, 2);
	if (!r->short_of && record->algorithm != ALGORITHM_SHA384)
		return err_bad(err, "digest of algorithm 0x%x instead of 0x%x, SHA-384", record->algorithm,
			       ALGORITHM_SHA384);
	record->digest = take(r, SHA384_SIZE);
	record->size = little(r, 4);
	record->payload = take(r, record->size);
	return r->short_of ? err_bad(err, "cut short") : 0;
}

static int add_record(struct event_log *log, const struct record *record, struct err *err)
{
	if (record->type == EVENT_RUNTIME)
		return err_bad(err, "type 0x%x, of runtime events, which firmware does not write", EVENT_RUNTIME);
	/* spec: tdx-boot-spec.md 8: index 0 is MRTD */
	if (!record->index || record->type == EV_NO_ACTION)
		return 0;
	struct event *event = event_log_add(log, err);
	if (!event)
		return -1;
	event->imr = record->index - 1;
	event->type = record->type;
	memcpy(event->digest, record->digest, REGISTER_SIZE);
	event->name = strdup("");
	return event->name ? bytes_add(&event->payload, record->payload, record->size, err)
			   : err_system(err, EX_OSERR, "event log");
}

static int check_filling(const struct reader *r, struct err *err)
{
	for (size_t at = r->at; at < r->size; at++)
		if (r->data[at] != 0xff)
			return err_bad(err, "offset %zu: something behind the end of the log", at);
	return 0;
}

int ccel_parse(const void *data, size_t size, struct event_log *log, struct err *err)
{
	struct reader r = {.data = data, .size = size};
	if (size > CCEL_CAP)
		return err_bad(err, "larger than %d bytes", CCEL_CAP);
	if (check_first(&r, err))
		return -1;
	for (size_t i = 0; r.at < r.size; i++) {
		struct record record = {.index = little(&r, 4)};
		if (record.index == END_INDEX && !r.short_of)
			return check_filling(&r, err);
		if (i == CCEL_EVENTS)
			return err_bad(err, "more than %d events", CCEL_EVENTS);
		if (read_record(&r, &record, err) || add_record(log, &record, err))
			return err_prefix(err, "event %zu", i);
	}
	return 0;
}
