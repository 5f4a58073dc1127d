#include "log_format.h"

#include "ccel.h"
#include "runtime_log.h"

#include <string.h>

static const char *const names[] = {"dstack", "getquote", "events", "runtime", "ccel"};

void any_log_free(struct any_log *log)
{
	event_log_free(&log->log);
}

const char *log_format_name(enum log_format format)
{
	return names[format];
}

int log_format_find(const char *name, enum log_format *format, struct err *err)
{
	for (unsigned i = 0; i < LOG_FORMATS; i++) {
		if (strcmp(name, names[i]))
			continue;
		*format = (enum log_format)i;
		return 0;
	}
	return err_bad(err, "'%s': none of dstack, getquote, events, runtime, ccel", name);
}

/* One object: by its members. Several: by those of the first. */
static int detect_object(const char *text, size_t size, enum log_format *format, struct err *err)
{
	struct err ignored;
	struct json_view object;
	const char *feed = memchr(text, '\n', size);
	if (json_view(text, feed ? (size_t)(feed - text) : size, &object, &ignored) &&
	    json_view(text, size, &object, err))
		return -1;
	if (json_view_member(object, "event_log").text)
		*format = LOG_GETQUOTE;
	else if (json_view_member(object, "imr").text)
		*format = LOG_EVENTS;
	else if (json_view_member(object, "payload").text)
		*format = LOG_RUNTIME;
	else
		return err_bad(err, "an object with none of event_log, imr, payload: not an event log");
	return 0;
}

int log_format_detect(const void *data, size_t size, enum log_format *format, struct err *err)
{
	const char *text = data;
	size_t at = 0;
	if (ccel_is(data, size)) {
		*format = LOG_CCEL;
		return 0;
	}
	while (at < size && text[at] && strchr(" \t\r\n", text[at]))
		at++;
	if (at < size && text[at] == '{')
		return detect_object(text + at, size - at, format, err);
	if (at == size || text[at] != '[')
		return err_bad(err, "neither JSON nor a CCEL: not an event log");
	*format = LOG_DSTACK;
	return 0;
}

/* spec: rtmr3-spec.md 3.1, 9: text that holds the array, or, from some versions, the array itself */
static int parse_getquote(const char *text, size_t size, struct event_log *log, struct err *err)
{
	struct json_view object;
	cleanup_bytes struct bytes inner = {0};
	if (json_view(text, size, &object, err))
		return -1;
	struct json_view member = json_view_member(object, "event_log");
	if (!member.text)
		return err_bad(err, "event_log: missing");
	int failed;
	if (json_view_kind(member) == JSON_STRING)
		failed = json_view_string(member, &inner, err) || event_log_parse(inner.data, inner.size, log, err);
	else if (json_view_kind(member) == JSON_ARRAY)
		failed = event_log_parse(member.text, member.size, log, err);
	else
		failed = err_bad(err, "neither a string nor an array");
	return failed ? err_prefix(err, "event_log") : 0;
}

int log_format_parse(const void *data, size_t size, enum log_format format, struct any_log *log, struct err *err)
{
	log->format = format;
	int failed = 0;
	if (format == LOG_CCEL)
		failed = ccel_parse(data, size, &log->log, err);
	else if (format == LOG_DSTACK)
		failed = event_log_parse(data, size, &log->log, err);
	else if (format == LOG_GETQUOTE)
		failed = parse_getquote(data, size, &log->log, err);
	else
		failed = runtime_log_parse(data, size, format == LOG_EVENTS ? RUNTIME_LOG_EVENTS : RUNTIME_LOG_PAYLOADS,
					   &log->log, err);
	/* Firmware's own log is never cut to what a guest adds. */
	log->is_cut = format != LOG_CCEL && event_log_is_cut(&log->log);
	return failed ? -1 : 0;
}
