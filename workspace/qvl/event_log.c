#include "event_log.h"

#include "hex.h"
#include "json_view.h"

#include <string.h>

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

/* spec: rtmr3-spec.md 1.2 */
static int hash_first(struct hasher *hasher, const char *name, const void *payload, size_t size)
{
	static const uint8_t type[] = {EVENT_RUNTIME & 0xff, EVENT_RUNTIME >> 8 & 0xff, EVENT_RUNTIME >> 16 & 0xff,
				       EVENT_RUNTIME >> 24, ':'};
	hasher_update(hasher, type, sizeof type);
	hasher_update(hasher, name, strlen(name));
	hasher_update(hasher, ":", 1);
	hasher_update(hasher, payload, size);
	return 0;
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

static int hash_second(struct hasher *hasher, const char *name, const void *payload, size_t size, struct err *err)
{
	cleanup_bytes struct bytes preimage = {0};
	if (preimage_second(name, payload, size, &preimage, err))
		return -1;
	hasher_update(hasher, preimage.data, preimage.size);
	return 0;
}

static int event_hash(struct hasher *hasher, struct event *event, struct err *err)
{
	const void *payload = event->payload.size ? event->payload.data : "";
	if (event->version == 2 ? hash_second(hasher, event->name, payload, event->payload.size, err)
				: hash_first(hasher, event->name, payload, event->payload.size))
		return -1;
	hasher_final(hasher, event->digest);
	return 0;
}

int event_digest(unsigned version, const char *name, const void *payload, size_t size, uint8_t digest[REGISTER_SIZE],
		 struct err *err)
{
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err);
	if (!hasher ||
	    (version == 2 ? hash_second(hasher, name, payload, size, err) : hash_first(hasher, name, payload, size)))
		return -1;
	hasher_final(hasher, digest);
	return 0;
}

int register_extend(uint8_t value[REGISTER_SIZE], const uint8_t digest[REGISTER_SIZE], struct err *err)
{
	uint8_t both[2 * REGISTER_SIZE];
	memcpy(both, value, REGISTER_SIZE);
	memcpy(both + REGISTER_SIZE, digest, REGISTER_SIZE);
	return digest_raw(SHA384, both, sizeof both, value, err);
}

/* Reading. Views, not trees: a log may have tens of thousands of events. */

/* The members of an event that matter, found in one pass. */
enum member { IMR, EVENT_TYPE, DIGEST, EVENT, EVENT_PAYLOAD, VERSION_MEMBER, PREIMAGE, MEMBERS };
static const char *const member_names[] = {"imr",           "event_type", "digest",  "event",
					   "event_payload", "version",    "preimage"};
struct members {
	struct json_view view[MEMBERS];
	bool is_false; /* the digest is not that of name and payload */
};

static struct members find_members(struct json_view object)
{
	struct members members = {0};
	struct json_view name, value;
	for (struct json_view rest = json_view_inside(object); json_view_next(&rest, &name, &value);) {
		size_t i = 0;
		while (i < MEMBERS && !json_view_is(name, member_names[i]))
			i++;
		if (i < MEMBERS)
			members.view[i] = value;
	}
	return members;
}

/* spec: rtmr3-spec.md 12.3 */
static int need(const struct members *members, enum member which, enum json_kind kind, struct err *err)
{
	const char *name = member_names[which];
	if (!members->view[which].text)
		return err_bad(err, "%s: missing", name);
	if (json_view_kind(members->view[which]) != kind)
		return err_bad(err, "%s: not %s", name, json_kind_name(kind));
	return 0;
}

static int whole_member(const struct members *members, enum member which, uint32_t max, uint32_t *value,
			struct err *err)
{
	if (need(members, which, JSON_NUMBER, err))
		return -1;
	double number = json_view_number(members->view[which]);
	if (number < 0 || number > max || number != (uint32_t)number)
		return err_bad(err, "%s: not a whole number from 0 to %u", member_names[which], max);
	*value = (uint32_t)number;
	return 0;
}

static int text_member(const struct members *members, enum member which, struct bytes *into, struct err *err)
{
	return need(members, which, JSON_STRING, err) ? -1 : json_view_string(members->view[which], into, err);
}

static int hex_member(const struct members *members, enum member which, struct bytes *into, struct err *err)
{
	if (text_member(members, which, into, err))
		return -1;
	/* In place: half the digits are the bytes. */
	into->size /= 2;
	if (hex_read(into->data, (uint8_t *)into->data, into->size))
		return err_bad(err, "%s: not hexadecimal digits, two a byte", member_names[which]);
	return 0;
}

int event_version(struct json_view member, unsigned *version, struct err *err)
{
	*version = 1;
	if (!member.text)
		return 0;
	double number = json_view_kind(member) == JSON_NUMBER ? json_view_number(member) : 0;
	if (number != 1 && number != 2)
		return err_bad(err, "version: neither 1 nor 2");
	*version = (unsigned)number;
	return 0;
}

static int check_preimage(struct members *members, const struct event *event, struct err *err)
{
	cleanup_bytes struct bytes given = {0}, canonical = {0};
	if (hex_member(members, PREIMAGE, &given, err) ||
	    preimage_second(event->name, event->payload.data, event->payload.size, &canonical, err))
		return -1;
	members->is_false = given.size != canonical.size || memcmp(given.data, canonical.data, given.size);
	if (members->is_false)
		return err_bad(err, "preimage: not the canonical text of its name and payload");
	return 0;
}

/* spec: rtmr3-spec.md 12.1: only a runtime event's digest may be left out, since only it can be computed */
static int take_digest(struct members *members, struct hasher *hasher, struct event *event, struct err *err)
{
	cleanup_bytes struct bytes given = {0};
	if (hex_member(members, DIGEST, &given, err))
		return -1;
	if (given.size && given.size != REGISTER_SIZE)
		return err_bad(err, "digest: %zu bytes instead of %d", given.size, REGISTER_SIZE);
	if (event->type != EVENT_RUNTIME) {
		if (!given.size)
			return err_bad(err, "digest: empty, and the event is none of the runtime");
		memcpy(event->digest, given.data, REGISTER_SIZE);
		return 0;
	}
	if (event->version == 2 && check_preimage(members, event, err))
		return -1;
	if (event_hash(hasher, event, err))
		return -1;
	members->is_false = given.size && memcmp(event->digest, given.data, REGISTER_SIZE);
	if (members->is_false)
		return err_bad(err, "digest: not that of its name and payload");
	return 0;
}

static int take_type(const struct members *members, struct event *event, struct err *err)
{
	if (whole_member(members, IMR, REGISTERS - 1, &event->imr, err) ||
	    whole_member(members, EVENT_TYPE, UINT32_MAX, &event->type, err))
		return -1;
	if (event->type == EV_NO_ACTION)
		return err_bad(err, "event_type: %d, which extends nothing", EV_NO_ACTION);
	/* Else a log could show a firmware digest under a runtime event's name. */
	if ((event->imr == 3) != (event->type == EVENT_RUNTIME))
		return err_bad(err, "event_type: %u with imr %u: runtime events, and only they, have imr 3",
			       event->type, event->imr);
	return 0;
}

/* Copies that are no larger than they must be: there may be many, and memory that is touched costs time. */
static int take_name(const struct members *members, struct event *event, struct err *err)
{
	cleanup_bytes struct bytes name = {0};
	if (text_member(members, EVENT, &name, err))
		return -1;
	event->name = strdup(name.data);
	return event->name ? 0 : err_system(err, EX_OSERR, "event");
}

static int take_payload(const struct members *members, struct event *event, struct err *err)
{
	cleanup_bytes struct bytes payload = {0};
	if (hex_member(members, EVENT_PAYLOAD, &payload, err))
		return -1;
	event->payload.data = malloc(payload.size + 1);
	if (!event->payload.data)
		return err_system(err, EX_OSERR, "event_payload");
	memcpy(event->payload.data, payload.data, payload.size);
	event->payload.data[payload.size] = '\0';
	event->payload.size = payload.size;
	event->payload.capacity = payload.size + 1;
	return 0;
}

static int take_event(struct json_view object, struct hasher *hasher, struct event *event, bool *is_false,
		      struct err *err)
{
	if (json_view_kind(object) != JSON_OBJECT)
		return err_bad(err, "not an object");
	struct members members = find_members(object);
	int failed = take_name(&members, event, err) || take_type(&members, event, err) ||
		     event_version(members.view[VERSION_MEMBER], &event->version, err) ||
		     take_payload(&members, event, err) || take_digest(&members, hasher, event, err);
	*is_false = members.is_false;
	return failed ? -1 : 0;
}

struct event *event_log_add(struct event_log *log, struct err *err)
{
	if (log->count == log->capacity) {
		size_t capacity = 2 * log->capacity + 64;
		struct event *grown = reallocarray(log->events, capacity, sizeof *grown);
		if (!grown) {
			err_system(err, EX_OSERR, "event log");
			return NULL;
		}
		log->events = grown;
		log->capacity = capacity;
	}
	struct event *event = &log->events[log->count++];
	*event = (struct event){.version = 1};
	return event;
}

int event_log_take(struct event_log *log, struct json_view object, struct hasher *hasher, struct err *err)
{
	struct event *event = event_log_add(log, err);
	return event ? take_event(object, hasher, event, &log->is_false, err) : -1;
}

int event_log_parse(const char *text, size_t size, struct event_log *log, struct err *err)
{
	struct json_view array, object;
	if (size > EVENT_LOG_CAP)
		return err_bad(err, "larger than %d bytes", EVENT_LOG_CAP);
	if (json_view(text, size, &array, err))
		return -1;
	if (json_view_kind(array) != JSON_ARRAY)
		return err_bad(err, "not an array");
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err);
	if (!hasher)
		return -1;
	for (struct json_view rest = json_view_inside(array); json_view_next(&rest, NULL, &object);)
		if (event_log_take(log, object, hasher, err))
			return err_prefix(err, "event %zu", log->count - 1);
	return 0;
}

int event_log_replay(const struct event_log *log, uint8_t registers[REGISTERS][REGISTER_SIZE], struct err *err)
{
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err);
	if (!hasher)
		return -1;
	memset(registers, 0, REGISTERS * REGISTER_SIZE);
	for (size_t i = 0; i < log->count; i++) {
		uint8_t *value = registers[log->events[i].imr];
		hasher_update(hasher, value, REGISTER_SIZE);
		hasher_update(hasher, log->events[i].digest, REGISTER_SIZE);
		hasher_final(hasher, value);
	}
	return 0;
}

bool event_log_is_cut(const struct event_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		if (log->events[i].imr == 1 || log->events[i].imr == 2)
			return false;
	return true;
}
