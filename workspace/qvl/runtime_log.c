#include "runtime_log.h"

#include "base64.h"

#include <string.h>

static int need_text(struct json_view object, const char *name, struct bytes *into, struct err *err)
{
	struct json_view member = json_view_member(object, name);
	if (!member.text)
		return err_bad(err, "%s: missing", name);
	if (json_view_kind(member) != JSON_STRING)
		return err_bad(err, "%s: not %s", name, json_kind_name(JSON_STRING));
	return json_view_string(member, into, err);
}

static int take_payload(struct json_view object, struct event *event, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (need_text(object, "payload", &text, err))
		return -1;
	return base64_read(text.data, text.size, &event->payload, err) ? err_prefix(err, "payload") : 0;
}

/* spec: rtmr3-spec.md 3.2 */
static int take_event(struct json_view object, struct event_log *log, struct err *err)
{
	struct bytes name = {0};
	struct event *event = event_log_add(log, err);
	if (!event)
		return -1;
	event->imr = 3;
	event->type = EVENT_RUNTIME;
	int failed = need_text(object, "event", &name, err);
	event->name = name.data; /* freed with the event, whatever comes */
	if (failed || event_version(json_view_member(object, "version"), &event->version, err) ||
	    take_payload(object, event, err))
		return -1;
	return event_digest(event->version, event->name, event->payload.data, event->payload.size, event->digest, err);
}

static int take_line(const char *line, size_t size, enum runtime_log_form form, struct hasher *hasher,
		     struct event_log *log, struct err *err)
{
	struct json_view object;
	if (json_view(line, size, &object, err))
		return -1;
	if (json_view_kind(object) != JSON_OBJECT)
		return err_bad(err, "not an object");
	if (form == RUNTIME_LOG_PAYLOADS)
		return take_event(object, log, err);
	if (event_log_take(log, object, hasher, err))
		return -1;
	return log->events[log->count - 1].imr == 3
		       ? 0
		       : err_bad(err, "imr: %u, and the file is of runtime events", log->events[log->count - 1].imr);
}

int runtime_log_parse(const char *text, size_t size, enum runtime_log_form form, struct event_log *log, struct err *err)
{
	const char *end = text + size;
	if (size > EVENT_LOG_CAP)
		return err_bad(err, "larger than %d bytes", EVENT_LOG_CAP);
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err);
	if (!hasher)
		return -1;
	for (size_t line = 1; text < end; line++) {
		const char *feed = memchr(text, '\n', (size_t)(end - text)), *to = feed ? feed : end;
		if (take_line(text, (size_t)(to - text), form, hasher, log, err))
			return err_prefix(err, "line %zu", line);
		text = feed ? feed + 1 : end;
	}
	return 0;
}
