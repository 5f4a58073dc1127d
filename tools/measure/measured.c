#include "measured.h"

#include "hex.h"

#include <string.h>

static void event_free(struct measured_event *event)
{
	free((void *)(uintptr_t)event->name);
	free((void *)(uintptr_t)event->payload);
	free((void *)(uintptr_t)event->hashed);
	free((void *)(uintptr_t)event->source);
	free((void *)(uintptr_t)event->varies_with);
}

void measured_free(struct measured *measured)
{
	for (size_t i = 0; i < measured->count; i++)
		event_free(&measured->events[i]);
	free(measured->events);
	*measured = (struct measured){0};
}

static int copy_text(const char **text)
{
	*text = strdup(*text ? *text : "");
	return *text ? 0 : -1;
}

static int copy_payload(struct measured_event *event)
{
	char *copy = event->payload ? malloc(event->payload_size + 1) : NULL;
	if (copy)
		memcpy(copy, event->payload, event->payload_size);
	int failed = event->payload && !copy;
	event->payload = copy;
	return failed ? -1 : 0;
}

int measured_add(struct measured *measured, const struct measured_event *event, struct err *err)
{
	struct measured_event *events = reallocarray(measured->events, measured->count + 1, sizeof *events);
	if (!events)
		return err_system(err, EX_OSERR, "events");
	measured->events = events;
	struct measured_event *copy = &events[measured->count++];
	*copy = *event;
	/* All are replaced by copies, or by NULL, before any failure is told: event_free() must not free the caller's.
	 */
	int failed = copy_text(&copy->name) | copy_text(&copy->hashed) | copy_text(&copy->source) |
		     copy_text(&copy->varies_with) | copy_payload(copy);
	return failed ? err_system(err, EX_OSERR, "events") : 0;
}

int measured_replay(const struct measured *measured, unsigned rtmr, uint8_t value[REGISTER_SIZE], bool *whole,
		    struct err *err)
{
	int count = 0;
	memset(value, 0, REGISTER_SIZE);
	*whole = true;
	for (size_t i = 0; i < measured->count; i++) {
		const struct measured_event *event = &measured->events[i];
		if (event->rtmr != rtmr)
			continue;
		*whole = event->known;
		if (!*whole)
			break;
		if (register_extend(value, event->digest, err))
			return -1;
		count++;
	}
	return count;
}

static struct json *words_json(const char *words)
{
	struct json *array = json_array();
	cleanup_free char *copy = strdup(words);
	char *rest = copy, *word;
	while (copy && (word = strsep(&rest, ",")))
		if (*(word += strspn(word, " ")))
			json_add(array, json_string(word));
	return array;
}

static struct json *event_json(const struct measured_event *event)
{
	const char *type = event_type_name(event->type);
	struct json *json = json_object(), *digest = NULL;
	char rtmr[] = {'r', 't', 'm', 'r', (char)('0' + event->rtmr), '\0'};
	if (event->known)
		digest = json_hex(event->digest, sizeof event->digest);
	else
		digest = json_null();
	json_set(json, "register", json_string(rtmr));
	json_set(json, "type", json_number(event->type));
	json_set(json, "type_name", json_string(type ? type : "unknown"));
	json_set(json, "name", json_string(event->name));
	json_set(json, "sha384", digest);
	if (event->payload && event->payload_size <= MEASURED_PAYLOAD)
		json_set(json, "payload", json_hex(event->payload, event->payload_size));
	json_set(json, "hashed", json_string(event->hashed));
	json_set(json, "source", json_string(event->source));
	json_set(json, "varies_with", words_json(event->varies_with));
	return json;
}

struct json *measured_json(const struct measured *measured)
{
	struct json *array = json_array();
	for (size_t i = 0; i < measured->count; i++)
		json_add(array, event_json(&measured->events[i]));
	return array;
}

/* Reading. */

static int parse_register(const struct json *object, struct measured_event *event, struct err *err)
{
	cleanup_json struct json *name = json_need(object, "register", JSON_STRING, err);
	if (!name)
		return -1;
	const char *text = json_text(name);
	if (strlen(text) != 5 || strncmp(text, "rtmr", 4) || text[4] < '0' || text[4] > '3')
		return err_bad(err, "register: none of rtmr0 to rtmr3");
	event->rtmr = (unsigned)(text[4] - '0');
	return 0;
}

static int parse_type(const struct json *object, struct measured_event *event, struct err *err)
{
	cleanup_json struct json *type = json_need(object, "type", JSON_NUMBER, err);
	if (!type)
		return -1;
	double number = json_double(type);
	if (number < 0 || number > UINT32_MAX || number != (uint32_t)number)
		return err_bad(err, "type: not a whole number of 32 bits");
	event->type = (uint32_t)number;
	return 0;
}

static int parse_digest(const struct json *object, struct measured_event *event, struct err *err)
{
	cleanup_json struct json *digest = json_get(object, "sha384");
	event->known = digest && json_kind(digest) != JSON_NULL;
	if (digest && !event->known)
		return 0;
	if (!digest || json_kind(digest) != JSON_STRING || hex_read(json_text(digest), event->digest, REGISTER_SIZE))
		return err_bad(err, "sha384: neither null nor %d hexadecimal digits", 2 * REGISTER_SIZE);
	return 0;
}

static int parse_payload(const struct json *object, struct bytes *payload, bool *given, struct err *err)
{
	cleanup_json struct json *member = json_get(object, "payload");
	*given = member != NULL;
	if (!member)
		return 0;
	size_t size = json_kind(member) == JSON_STRING ? strlen(json_text(member)) / 2 : 0;
	cleanup_free uint8_t *raw = malloc(size + 1);
	if (!raw)
		return err_system(err, EX_OSERR, "payload");
	if (json_kind(member) != JSON_STRING || hex_read(json_text(member), raw, size))
		return err_bad(err, "payload: not hexadecimal digits, two a byte");
	return bytes_add(payload, raw, size, err);
}

static int parse_words(const struct json *object, struct bytes *words, struct err *err)
{
	cleanup_json struct json *array = json_need(object, "varies_with", JSON_ARRAY, err);
	if (!array)
		return -1;
	for (size_t i = 0; i < json_length(array); i++) {
		cleanup_json struct json *word = json_at(array, i);
		if (json_kind(word) != JSON_STRING)
			return err_bad(err, "varies_with: %zu: not a string", i);
		if (bytes_addf(words, err, "%s%s", i ? ", " : "", json_text(word)))
			return -1;
	}
	return bytes_add(words, "", 0, err);
}

static int parse_event(const struct json *object, struct measured *measured, struct err *err)
{
	struct measured_event event = {0};
	cleanup_bytes struct bytes payload = {0}, words = {0};
	bool given;
	if (json_kind(object) != JSON_OBJECT)
		return err_bad(err, "not an object");
	cleanup_json struct json *name = json_need(object, "name", JSON_STRING, err);
	cleanup_json struct json *hashed = name ? json_need(object, "hashed", JSON_STRING, err) : NULL;
	cleanup_json struct json *source = hashed ? json_need(object, "source", JSON_STRING, err) : NULL;
	if (!source || parse_register(object, &event, err) || parse_type(object, &event, err) ||
	    parse_digest(object, &event, err) || parse_payload(object, &payload, &given, err) ||
	    parse_words(object, &words, err))
		return -1;
	event.name = json_text(name);
	event.hashed = json_text(hashed);
	event.source = json_text(source);
	event.varies_with = words.data;
	event.payload = given ? payload.data ? payload.data : "" : NULL;
	event.payload_size = payload.size;
	return measured_add(measured, &event, err);
}

int measured_parse(const struct json *array, struct measured *measured, struct err *err)
{
	if (json_kind(array) != JSON_ARRAY)
		return err_bad(err, "not an array");
	for (size_t i = 0; i < json_length(array); i++) {
		cleanup_json struct json *object = json_at(array, i);
		if (parse_event(object, measured, err))
			return err_prefix(err, "event %zu", i);
	}
	return 0;
}
