#include "observed.h"

#include "hex.h"
#include "log_check.h"

#include <string.h>

void observed_free(struct observed *observed)
{
	any_log_free(&observed->any);
}

static int add_value(struct observed *observed, unsigned target, const uint8_t *value, struct err *err)
{
	if (observed->has[target] && memcmp(observed->value[target], value, SHA384_SIZE))
		return err_bad(err, "%s: observed to be two values", target_name(target));
	observed->has[target] = true;
	memcpy(observed->value[target], value, SHA384_SIZE);
	return 0;
}

int observed_add(struct observed *observed, unsigned target, const char *digits, struct err *err)
{
	uint8_t value[SHA384_SIZE];
	if (hex_read(digits, value, sizeof value))
		return err_bad(err, "%s: not %d hexadecimal digits", target_name(target), 2 * SHA384_SIZE);
	return add_value(observed, target, value, err);
}

bool observed_has_events(const struct observed *observed, unsigned rtmr)
{
	/* spec: rtmr3-spec.md 3.3, 12.2: a cut log has register 3 alone, the firmware's has all but that */
	return observed->has_log && (rtmr == 3 ? observed->any.format != LOG_CCEL : !observed->any.is_cut);
}

/* Values that stand beside a log, or alone. Returns how many, or -1. */
static int take_values(const struct json *object, struct observed *observed, struct err *err)
{
	int count = 0;
	for (unsigned i = 0; i < TARGETS; i++) {
		cleanup_json struct json *member = json_get(object, target_name(i));
		if (!member || json_kind(member) == JSON_NULL)
			continue;
		if (json_kind(member) != JSON_STRING)
			return err_bad(err, "%s: not %s", target_name(i), json_kind_name(JSON_STRING));
		if (observed_add(observed, i, json_text(member), err))
			return -1;
		count++;
	}
	return count;
}

static int take_log(const void *data, size_t size, enum log_format format, struct observed *observed, struct err *err)
{
	uint8_t registers[REGISTERS][REGISTER_SIZE];
	observed->has_log = true;
	if (log_format_parse(data, size, format, &observed->any, err) ||
	    log_check_unfinished(&observed->any.log, err) || event_log_replay(&observed->any.log, registers, err))
		return -1;
	for (unsigned i = 0; i < REGISTERS; i++)
		if (observed_has_events(observed, i) && add_value(observed, TARGET_RTMR0 + i, registers[i], err))
			return err_prefix(err, "the log does not lead to the register beside it");
	return 0;
}

/* `rtmr0   HEX`, `RTMR0: HEX`, `rtmr0=HEX` */
static int take_line(char *line, struct observed *observed, struct err *err)
{
	char *rest = line + strspn(line, " \t\r");
	if (!*rest || *rest == '#')
		return 0;
	char *name = strsep(&rest, " \t:=");
	for (char *at = name; *at; at++)
		*at = *at >= 'A' && *at <= 'Z' ? (char)(*at | 0x20) : *at;
	int target = target_find(name);
	if (target < 0)
		return err_bad(err, "neither an event log nor registers");
	char *digits = rest ? rest + strspn(rest, " \t:=") : name + strlen(name);
	digits[strcspn(digits, " \t\r")] = '\0';
	return observed_add(observed, (unsigned)target, digits, err) ? -1 : 1;
}

static int take_text(const void *data, size_t size, struct observed *observed, struct err *err)
{
	cleanup_free char *copy = strndup(data, size);
	char *rest = copy, *line;
	int count = 0;
	if (!copy)
		return err_system(err, EX_OSERR, "registers");
	while ((line = strsep(&rest, "\n"))) {
		int found = take_line(line, observed, err);
		if (found < 0)
			return -1;
		count += found;
	}
	return count ? 0 : err_bad(err, "neither an event log nor registers");
}

static int take_object(const void *data, size_t size, struct observed *observed, struct err *err)
{
	struct err ignored;
	cleanup_json struct json *object = json_parse(data, size, &ignored);
	if (!object) /* several objects, a line each, which have no values */
		return 0;
	return take_values(object, observed, err);
}

int observed_parse(const void *data, size_t size, struct observed *observed, struct err *err)
{
	enum log_format format;
	struct err reason;
	const char *text = data;
	size_t at = 0;
	while (at < size && text[at] && strchr(" \t\r\n", text[at]))
		at++;
	bool is_object = at < size && text[at] == '{';
	int values = is_object ? take_object(data, size, observed, err) : 0;
	if (values < 0)
		return -1;
	if (!log_format_detect(data, size, &format, &reason))
		return take_log(data, size, format, observed, err);
	if (values > 0)
		return 0;
	if (is_object || (at < size && text[at] == '[')) {
		*err = reason;
		return -1;
	}
	return take_text(data, size, observed, err);
}
