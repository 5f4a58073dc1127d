#include "expected.h"

#include "hex.h"

#include <string.h>

void expected_free(struct expected *expected)
{
	measured_free(&expected->measured);
	json_free(expected->vm);
	json_free(expected->firmware);
	*expected = (struct expected){0};
}

static const char *const target_names[TARGETS] = {"mrtd", "rtmr0", "rtmr1", "rtmr2", "rtmr3"};

const char *target_name(unsigned target)
{
	return target_names[target];
}

int target_find(const char *name)
{
	for (int i = 0; i < TARGETS; i++)
		if (!strcmp(name, target_names[i]))
			return i;
	return -1;
}

static int take_part(const struct json *object, struct expected *expected, struct err *err);

static int take_value(const struct json *object, unsigned target, struct expected *expected, struct err *err)
{
	uint8_t value[SHA384_SIZE];
	cleanup_json struct json *member = json_get(object, target_names[target]);
	if (!member || json_kind(member) == JSON_NULL)
		return 0;
	if (json_kind(member) == JSON_OBJECT && target == TARGETS - 1)
		return take_part(member, expected, err) ? err_prefix(err, "%s", target_names[target]) : 0;
	if (json_kind(member) != JSON_STRING || hex_read(json_text(member), value, sizeof value))
		return err_bad(err, "%s: neither null nor %d hexadecimal digits", target_names[target],
			       2 * SHA384_SIZE);
	if (expected->has[target] && memcmp(expected->value[target], value, sizeof value))
		return err_bad(err, "%s: expected to be two values", target_names[target]);
	expected->has[target] = true;
	memcpy(expected->value[target], value, sizeof value);
	return 0;
}

/* A register's events come from one place. */
static int take_events(const struct json *object, struct expected *expected, struct err *err)
{
	size_t before = expected->measured.count;
	bool had[REGISTERS];
	memcpy(had, expected->has_events, sizeof had);
	cleanup_json struct json *events = json_get(object, "events");
	if (!events)
		return 0;
	if (measured_parse(events, &expected->measured, err))
		return err_prefix(err, "events");
	for (size_t i = before; i < expected->measured.count; i++) {
		unsigned rtmr = expected->measured.events[i].rtmr;
		if (had[rtmr])
			return err_bad(err, "events: rtmr%u: there are others already", rtmr);
		expected->has_events[rtmr] = true;
	}
	return 0;
}

static int take_object(const struct json *object, const char *name, struct json **into, struct err *err)
{
	cleanup_json struct json *member = json_get(object, name);
	if (!member || json_kind(member) == JSON_NULL)
		return 0;
	if (json_kind(member) != JSON_OBJECT)
		return err_bad(err, "%s: not an object", name);
	json_free(*into);
	*into = steal(&member);
	return 0;
}

static int take_part(const struct json *object, struct expected *expected, struct err *err)
{
	for (unsigned i = 0; i < TARGETS; i++)
		if (take_value(object, i, expected, err))
			return -1;
	if (take_events(object, expected, err) || take_object(object, "vm", &expected->vm, err))
		return -1;
	return take_object(object, "firmware", &expected->firmware, err);
}

static bool is_named(const struct json *shape, const char *name)
{
	cleanup_json struct json *own = json_get(shape, "name");
	cleanup_json struct json *vm = json_get(shape, "vm");
	cleanup_json struct json *inner = vm ? json_get(vm, "name") : NULL;
	return (own && json_kind(own) == JSON_STRING && !strcmp(json_text(own), name)) ||
	       (inner && json_kind(inner) == JSON_STRING && !strcmp(json_text(inner), name));
}

/* The shape of that name, or the only one. */
static struct json *choose(const struct json *shapes, const char *name, struct err *err)
{
	size_t count = json_length(shapes);
	if (json_kind(shapes) != JSON_ARRAY || !count)
		err_bad(err, "not an array of shapes");
	else if (!name && count > 1)
		err_bad(err, "%zu shapes, and none chosen", count);
	else
		for (size_t i = 0; i < count; i++) {
			struct json *shape = json_at(shapes, i);
			if (!name || is_named(shape, name))
				return shape;
			json_free(shape);
		}
	if (name && json_kind(shapes) == JSON_ARRAY && count)
		err_bad(err, "no shape is named '%s'", name);
	return NULL;
}

static int take_tdx(const struct json *tdx, const char *name, struct expected *expected, struct err *err)
{
	if (json_kind(tdx) != JSON_OBJECT)
		return err_bad(err, "not an object");
	cleanup_json struct json *shapes = json_get(tdx, "vms");
	if (!shapes)
		return take_part(tdx, expected, err);
	cleanup_json struct json *shape = choose(shapes, name, err);
	if (!shape)
		return err_prefix(err, "vms");
	return take_part(tdx, expected, err) || take_part(shape, expected, err) ? -1 : 0;
}

/* A register and its events are said twice, and must say the same. */
static int check(const struct expected *expected, struct err *err)
{
	uint8_t value[REGISTER_SIZE];
	bool whole, some = expected->has[TARGET_MRTD];
	for (unsigned i = 0; i < REGISTERS; i++) {
		unsigned target = TARGET_RTMR0 + i;
		some = some || expected->has[target] || expected->has_events[i];
		if (!expected->has[target] || !expected->has_events[i])
			continue;
		if (measured_replay(&expected->measured, i, value, &whole, err) < 0)
			return -1;
		if (!whole || memcmp(value, expected->value[target], sizeof value))
			return err_bad(err, "%s: not what its events lead to", target_names[target]);
	}
	return some ? 0 : err_bad(err, "neither registers nor events: nothing is expected");
}

int expected_parse(const struct json *document, const char *name, struct expected *expected, struct err *err)
{
	if (json_kind(document) != JSON_OBJECT)
		return err_bad(err, "not an object");
	cleanup_json struct json *tdx = json_get(document, "tdx");
	if (name && !tdx)
		return err_bad(err, "tdx: missing, so no shape can be chosen");
	if (take_part(document, expected, err))
		return -1;
	if (tdx && take_tdx(tdx, name, expected, err))
		return err_prefix(err, "tdx");
	return check(expected, err);
}
