#include "prediction_json.h"

#include "hex.h"

#include <string.h>

static struct json *hex_or_null(const void *data, size_t size, bool known)
{
	return known ? json_hex(data, size) : json_null();
}

static struct json *prefix_json(const uint8_t value[REGISTER_SIZE], int events)
{
	struct json *json = json_object();
	json_set(json, "value", json_hex(value, REGISTER_SIZE));
	json_set(json, "events", json_number((uint64_t)events));
	return json;
}

static struct json *varies_json(const struct measured *measured)
{
	struct json *array = json_array();
	for (size_t i = 0; i < measured->count; i++)
		if (!measured->events[i].known)
			json_add(array, json_string(measured->events[i].name));
	return array;
}

static struct json *value_json(const struct event_check *check)
{
	if (check->check != CHECK_ANY_OF)
		return check->value ? json_string(check->value) : json_null();
	cleanup_free char *copy = strdup(check->value);
	char *rest = copy, *word;
	struct json *array = copy ? json_array() : NULL;
	while ((word = strsep(&rest, " ")))
		json_add(array, json_string(word));
	return array;
}

static struct json *checks_json(const struct prediction *prediction)
{
	struct json *array = json_array();
	for (size_t i = 0; i < prediction->check_count; i++) {
		const struct event_check *check = &prediction->checks[i];
		struct json *json = json_object();
		json_set(json, "event", json_string(check->event));
		json_set(json, "check", json_string(check_name(check->check)));
		json_set(json, "occurs", json_string(runtime_occurs_name(check->occurs)));
		json_set(json, "value", value_json(check));
		json_add(array, json);
	}
	return array;
}

static struct json *notes_json(const struct warnings *notes)
{
	struct json *array = json_array();
	for (size_t i = 0; i < notes->count; i++)
		json_add(array, json_string(notes->list[i].text));
	return array;
}

static const struct measured_event *find_event(const struct measured *measured, const char *name)
{
	for (size_t i = 0; i < measured->count; i++)
		if (!strcmp(measured->events[i].name, name))
			return &measured->events[i];
	return NULL;
}

/* Of registers with this RTMR3 and key provider; NULL: not known. */
static int add_aggregates(struct json *json, const struct aggregate_registers *registers, const uint8_t *key_provider,
			  const uint8_t *rtmr3, struct err *err)
{
	uint8_t system[SHA256_SIZE], aggregated[SHA256_SIZE];
	struct aggregate_registers all = *registers;
	if (key_provider && aggregate_system(&all, key_provider, system, err))
		return -1;
	if (rtmr3)
		memcpy(all.rtmr[3], rtmr3, REGISTER_SIZE);
	if (rtmr3 && aggregate_all(&all, aggregated, err))
		return -1;
	json_set(json, "mr_system", hex_or_null(system, sizeof system, key_provider));
	json_set(json, "mr_aggregated", hex_or_null(aggregated, sizeof aggregated, rtmr3));
	return 0;
}

/* As a KMS sees the VM that asks it for keys. spec: rtmr3-spec.md 6 */
static int add_at_boot(struct json *json, const struct prediction *prediction,
		       const struct aggregate_registers *registers, struct err *err)
{
	static const uint8_t no_provider[SHA256_SIZE];
	uint8_t value[REGISTER_SIZE];
	bool whole;
	const struct measured boot = {prediction->measured.events, prediction->boot_events};
	struct json *at_boot = json_object();
	int status = measured_replay(&boot, 3, value, &whole, err);
	whole = whole && prediction->boot_events;
	if (status >= 0)
		status = add_aggregates(at_boot, registers, no_provider, whole ? value : NULL, err);
	json_set(json, "at_boot", at_boot);
	return status < 0 ? -1 : 0;
}

static int add_all_aggregates(struct json *json, const struct prediction *prediction,
			      const struct aggregate_registers *registers, const uint8_t *rtmr3, struct err *err)
{
	uint8_t provider[SHA256_SIZE];
	const struct measured_event *event = find_event(&prediction->measured, "key-provider");
	bool known = !event || event->known; /* 0.3 has none */
	size_t size = event && known ? event->payload_size : 0;
	if (aggregate_key_provider(size ? event->payload : NULL, size, provider, err))
		return -1;
	json_set(json, "mr_key_provider", hex_or_null(provider, sizeof provider, known));
	if (!registers)
		return 0;
	return add_aggregates(json, registers, known ? provider : NULL, rtmr3, err) ||
			       add_at_boot(json, prediction, registers, err)
		       ? -1
		       : 0;
}

struct json *prediction_json(const struct prediction *prediction, const struct aggregate_registers *registers,
			     struct err *err)
{
	uint8_t value[REGISTER_SIZE];
	bool whole;
	cleanup_json struct json *json = json_object();
	int events = measured_replay(&prediction->measured, 3, value, &whole, err);
	if (events < 0)
		return NULL;
	json_set(json, "dstack", json_string(prediction->runtime->version));
	json_set(json, "event_version", json_number(prediction->event_version));
	json_set(json, "compose_hash", json_hex(prediction->compose_hash, SHA256_SIZE));
	json_set(json, "events", measured_json(&prediction->measured));
	json_set(json, "rtmr3", hex_or_null(value, sizeof value, whole));
	json_set(json, "prefix", prefix_json(value, events));
	json_set(json, "varies", varies_json(&prediction->measured));
	json_set(json, "checks", checks_json(prediction));
	json_set(json, "notes", notes_json(&prediction->notes));
	if (add_all_aggregates(json, prediction, registers, whole ? value : NULL, err))
		return NULL;
	return steal(&json);
}
