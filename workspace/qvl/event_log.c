#include "event_log.h"

#include "hex.h"
#include "json.h"

#include <string.h>

enum { EV_NO_ACTION = 3 };

static void event_free(struct event *event)
{
	free(event->name);
	bytes_free(&event->payload);
}

void event_log_free(struct event_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		event_free(&log->events[i]);
	free(log->events);
	*log = (struct event_log){0};
}

static int sha384(const void *data, size_t size, uint8_t digest[REGISTER_SIZE], struct err *err)
{
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err);
	if (!hasher)
		return -1;
	hasher_update(hasher, data, size);
	hasher_final(hasher, digest);
	return 0;
}

/* spec: rtmr3-spec.md 1.2 */
static int preimage_first(const char *name, const void *payload, size_t size, struct bytes *into, struct err *err)
{
	static const uint8_t type[] = {EVENT_RUNTIME & 0xff, EVENT_RUNTIME >> 8 & 0xff, EVENT_RUNTIME >> 16 & 0xff,
				       EVENT_RUNTIME >> 24};
	if (bytes_add(into, type, sizeof type, err) || bytes_addf(into, err, ":%s:", name))
		return -1;
	return bytes_add(into, payload, size, err);
}

/* spec: rtmr3-spec.md 1.3; our canonical form is that of RFC 8785 for text and whole numbers. */
static int preimage_second(const char *name, const void *payload, size_t size, struct bytes *into, struct err *err)
{
	cleanup_free char *digits = malloc(2 * size + 1);
	cleanup_json struct json *json = json_object();
	if (!digits || !json)
		return err_system(err, EX_OSERR, "preimage");
	hex_write(payload, size, digits);
	json_set(json, "name", json_string(name));
	json_set(json, "payload", json_string(digits));
	json_set(json, "type", json_number(EVENT_RUNTIME));
	return json_write(json, false, into, err);
}

int event_digest(unsigned version, const char *name, const void *payload, size_t size, uint8_t digest[REGISTER_SIZE],
		 struct err *err)
{
	cleanup_bytes struct bytes preimage = {0};
	if ((version == 2 ? preimage_second : preimage_first)(name, payload, size, &preimage, err))
		return -1;
	return sha384(preimage.data, preimage.size, digest, err);
}

int register_extend(uint8_t value[REGISTER_SIZE], const uint8_t digest[REGISTER_SIZE], struct err *err)
{
	uint8_t both[2 * REGISTER_SIZE];
	memcpy(both, value, REGISTER_SIZE);
	memcpy(both + REGISTER_SIZE, digest, REGISTER_SIZE);
	return sha384(both, sizeof both, value, err);
}

static int whole_member(const struct json *object, const char *name, uint32_t max, uint32_t *value, struct err *err)
{
	cleanup_json struct json *member = json_need(object, name, JSON_NUMBER, err);
	if (!member)
		return -1;
	double number = json_double(member);
	if (number < 0 || number > max || number != (uint32_t)number)
		return err_bad(err, "%s: not a whole number from 0 to %u", name, max);
	*value = (uint32_t)number;
	return 0;
}

static int hex_member(const struct json *object, const char *name, struct bytes *into, struct err *err)
{
	cleanup_json struct json *member = json_need(object, name, JSON_STRING, err);
	if (!member)
		return -1;
	size_t size = strlen(json_text(member)) / 2;
	cleanup_free uint8_t *raw = malloc(size + 1);
	if (!raw)
		return err_system(err, EX_OSERR, "%s", name);
	if (hex_read(json_text(member), raw, size))
		return err_bad(err, "%s: not hexadecimal digits, two a byte", name);
	return bytes_add(into, raw, size, err);
}

static int take_version(const struct json *object, struct event *event, struct err *err)
{
	cleanup_json struct json *member = json_get(object, "version");
	event->version = 1;
	if (!member)
		return 0;
	if (json_kind(member) != JSON_NUMBER || (json_double(member) != 1 && json_double(member) != 2))
		return err_bad(err, "version: neither 1 nor 2");
	event->version = (unsigned)json_double(member);
	return 0;
}

static int check_preimage(const struct json *object, const struct event *event, struct err *err)
{
	cleanup_bytes struct bytes given = {0}, canonical = {0};
	if (hex_member(object, "preimage", &given, err) ||
	    preimage_second(event->name, event->payload.data, event->payload.size, &canonical, err))
		return -1;
	if (given.size != canonical.size || memcmp(given.data, canonical.data, given.size))
		return err_bad(err, "preimage: not the canonical text of its name and payload");
	return 0;
}

/* spec: rtmr3-spec.md 12.1: only a runtime event's digest may be left out, since only it can be computed */
static int take_digest(const struct json *object, struct event *event, struct err *err)
{
	cleanup_bytes struct bytes given = {0};
	if (hex_member(object, "digest", &given, err))
		return -1;
	if (given.size && given.size != REGISTER_SIZE)
		return err_bad(err, "digest: %zu bytes instead of %d", given.size, REGISTER_SIZE);
	if (event->type != EVENT_RUNTIME) {
		if (!given.size)
			return err_bad(err, "digest: empty, and the event is none of the runtime");
		memcpy(event->digest, given.data, REGISTER_SIZE);
		return 0;
	}
	if (event->version == 2 && check_preimage(object, event, err))
		return -1;
	if (event_digest(event->version, event->name, event->payload.data, event->payload.size, event->digest, err))
		return -1;
	if (given.size && memcmp(event->digest, given.data, REGISTER_SIZE))
		return err_bad(err, "digest: not that of its name and payload");
	return 0;
}

static int take_type(const struct json *object, struct event *event, struct err *err)
{
	if (whole_member(object, "imr", REGISTERS - 1, &event->imr, err) ||
	    whole_member(object, "event_type", UINT32_MAX, &event->type, err))
		return -1;
	if (event->type == EV_NO_ACTION)
		return err_bad(err, "event_type: %d, which extends nothing", EV_NO_ACTION);
	/* Else a log could show a firmware digest under a runtime event's name. */
	if ((event->imr == 3) != (event->type == EVENT_RUNTIME))
		return err_bad(err, "event_type: %u with imr %u: runtime events, and only they, have imr 3",
			       event->type, event->imr);
	return 0;
}

static int take_event(const struct json *object, struct event *event, struct err *err)
{
	if (json_kind(object) != JSON_OBJECT)
		return err_bad(err, "not an object");
	cleanup_json struct json *name = json_need(object, "event", JSON_STRING, err);
	if (!name || take_type(object, event, err) || take_version(object, event, err) ||
	    hex_member(object, "event_payload", &event->payload, err))
		return -1;
	event->name = strdup(json_text(name));
	if (!event->name)
		return err_system(err, EX_OSERR, "event");
	return take_digest(object, event, err);
}

int event_log_parse(const char *text, size_t size, struct event_log *log, struct err *err)
{
	if (size > EVENT_LOG_CAP)
		return err_bad(err, "larger than %d bytes", EVENT_LOG_CAP);
	cleanup_json struct json *json = json_parse(text, size, err);
	if (!json)
		return -1;
	if (json_kind(json) != JSON_ARRAY)
		return err_bad(err, "not an array");
	size_t count = json_length(json);
	log->events = calloc(count + 1, sizeof *log->events);
	if (!log->events)
		return err_system(err, EX_OSERR, "event log");
	while (log->count < count) {
		size_t i = log->count++;
		cleanup_json struct json *object = json_at(json, i);
		if (take_event(object, &log->events[i], err))
			return err_prefix(err, "event %zu", i);
	}
	return 0;
}

int event_log_replay(const struct event_log *log, uint8_t registers[REGISTERS][REGISTER_SIZE], struct err *err)
{
	memset(registers, 0, REGISTERS * REGISTER_SIZE);
	for (size_t i = 0; i < log->count; i++)
		if (register_extend(registers[log->events[i].imr], log->events[i].digest, err))
			return -1;
	return 0;
}

bool event_log_is_cut(const struct event_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		if (log->events[i].imr == 1 || log->events[i].imr == 2)
			return false;
	return true;
}
