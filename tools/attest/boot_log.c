#include "boot_log.h"

#include "event_payload.h"
#include "log_check.h"
#include "runtime.h"

#include <string.h>

enum { BOOT_EVENTS = 64, OLD_BOOT_EVENTS = 5 }; /* more than any boot has; those of 0.3 */

void boot_log_free(struct boot_log *log)
{
	any_log_free(&log->any);
}

static int refuse(struct answer *answer, const char *name, const char *reason, const struct err *err)
{
	answer_add(answer, WORD_CHECK, STATE_FAILS, name, reason, place_source("event-log"), "%s", err->text);
	return 1;
}

/* 0, 1: refused, -1. */
static int read_log(const struct bytes *text, struct boot_log *log, struct answer *answer, struct err *err)
{
	enum log_format format;
	const char *data = text->data ? text->data : "";
	if (log_format_detect(data, text->size, &format, err) ||
	    log_format_parse(data, text->size, format, &log->any, err)) {
		if (err->status != STATUS_BAD)
			return -1;
		if (log->any.log.is_false)
			return refuse(answer, "log.digests", "digest-differs", err);
		answer->is_malformed = true;
		return refuse(answer, "log.form", "log-malformed", err);
	}
	log->is_read = true;
	answer_add(answer, WORD_CHECK, STATE_HOLDS, "log.form", NULL, place_source("event-log"),
		   "%zu events, read as %s", log->any.log.count, log_format_name(format));
	return 0;
}

/* spec: rtmr3-spec.md 12.6, 12.7 */
static int check_names(struct boot_log *log, struct answer *answer)
{
	struct err err;
	if (log_check_unfinished(&log->any.log, &err))
		return refuse(answer, "log.names", "log-misleading", &err);
	if (log_check(&log->any.log, &err))
		return refuse(answer, "log.names", "boot-unfinished", &err);
	answer_add(answer, WORD_CHECK, STATE_HOLDS, "log.names", NULL, place_source("event-log"),
		   "no name of the boot is there twice or could hide another");
	return 0;
}

/* spec: rtmr3-spec.md 12.2: a cut log says nothing of rtmr0 to rtmr2 */
static int check_register(const struct quote *quote, const struct boot_log *log, unsigned i, const uint8_t *replayed,
			  struct answer *answer)
{
	char name[16];
	struct view found = quote->td.rtmr[i], expected = view_of(replayed, REGISTER_SIZE);
	struct place place = place_in("quote", quote->bytes, found);
	snprintf(name, sizeof name, "log.rtmr%u", i);
	if (log->any.is_cut && i < 3) {
		answer_add(answer, WORD_CHECK, STATE_OPEN, name, "log-cut", place,
			   "the log is cut to the events of rtmr3: this register has to be judged by its value");
		return 0;
	}
	bool same = view_is(found, expected);
	answer_add(
		answer, WORD_CHECK, same ? STATE_HOLDS : STATE_FAILS, name, same ? NULL : "register-differs", place,
		same ? "the log replays to the quote's rtmr%u"
		     : "the log replays to another value than the quote's rtmr%u: events are missing, added, moved or "
		       "changed",
		i);
	answer_bytes(answer, expected, found);
	return same ? 0 : 1;
}

static int check_registers(const struct quote *quote, const struct boot_log *log, struct answer *answer,
			   struct err *err)
{
	uint8_t registers[REGISTERS][REGISTER_SIZE];
	int refused = 0;
	if (event_log_replay(&log->any.log, registers, err))
		return -1;
	for (unsigned i = 0; i < REGISTERS; i++)
		refused |= check_register(quote, log, i, registers[i], answer);
	return refused;
}

/* Runtime events explain their digests, or the log would not have been read. Of firmware's the payload is not trusted,
 * but one that cannot be what was hashed is a lie. */
static int check_payloads(const struct boot_log *log, struct answer *answer, struct err *err)
{
	const struct event_log *events = &log->any.log;
	size_t runtime = 0, known = 0, unknown = 0;
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, err);
	if (!hasher)
		return -1;
	for (size_t i = 0; i < events->count; i++) {
		const struct event *event = &events->events[i];
		enum explained explained = event_explained(event, hasher);
		if (explained == EXPLAINED_NO) {
			answer_add(answer, WORD_CHECK, STATE_FAILS, "log.payloads", "payload-differs", place_event(i),
				   "event %zu, of rtmr%u: its payload is not what its digest is of", i, event->imr);
			return 1;
		}
		runtime += event->type == EVENT_RUNTIME;
		known += event->type != EVENT_RUNTIME && explained == EXPLAINED_YES;
		unknown += explained == EXPLAINED_NOT_KNOWN;
	}
	answer_add(answer, WORD_CHECK, STATE_HOLDS, "log.payloads", NULL, place_source("event-log"),
		   "%zu runtime events and %zu of the firmware's are what their digests are of; of %zu of the "
		   "firmware's only the digest says something",
		   runtime, known, unknown);
	return 0;
}

/* The names of the runtime events before end. Returns how many; more than BOOT_EVENTS: too many. */
static size_t collect(const struct event_log *events, size_t end, const char *names[BOOT_EVENTS])
{
	size_t count = 0;
	for (size_t i = 0; i < end && count <= BOOT_EVENTS; i++) {
		if (events->events[i].type != EVENT_RUNTIME)
			continue;
		if (count < BOOT_EVENTS)
			names[count] = events->events[i].name;
		count++;
	}
	return count;
}

static void find_releases(struct boot_log *log, const char *const names[], size_t count)
{
	for (const struct runtime *runtime = runtimes; runtime->version; runtime++) {
		if (count > BOOT_EVENTS || !runtime_fits(runtime, names, count))
			continue;
		log->first = log->first ? log->first : runtime->version;
		log->last = runtime->version;
	}
}

/* spec: rtmr3-spec.md 12.6: without system-ready the boot is the first five runtime events */
static size_t boot_end(const struct event_log *events)
{
	size_t ready = log_boot_end(events), seen = 0, i = 0;
	if (ready < events->count)
		return ready + 1;
	while (i < events->count && seen < OLD_BOOT_EVENTS)
		seen += events->events[i++].type == EVENT_RUNTIME;
	return i;
}

static int check_boot(struct boot_log *log, struct answer *answer)
{
	const struct event_log *events = &log->any.log;
	const char *names[BOOT_EVENTS];
	log->end = boot_end(events);
	size_t count = collect(events, log->end, names);
	if (!count) {
		answer_add(answer, WORD_CHECK, STATE_OPEN, "log.boot", "no-boot", place_source("event-log"),
			   "no event of dstack's is in the log");
		return 0;
	}
	find_releases(log, names, count);
	log->has_boot = log->first;
	struct place place = place_event(log->end - 1);
	if (!log->has_boot) {
		answer_add(answer, WORD_CHECK, STATE_FAILS, "log.boot", "boot-unknown", place,
			   "the %zu events of the boot are not those of any release of dstack, in its order", count);
		return 1;
	}
	bool one = log->first == log->last;
	answer_add(answer, WORD_CHECK, STATE_HOLDS, "log.boot", NULL, place,
		   "%zu events, in the order of dstack %s%s%s; what follows event %zu is the app's word", count,
		   log->first, one ? "" : " to ", one ? "" : log->last, log->end - 1);
	return 0;
}

int boot_log_check(const struct bytes *text, const struct quote *quote, struct boot_log *log, struct answer *answer,
		   struct err *err)
{
	if (quote->body == BODY_SGX) {
		answer_add(answer, WORD_CHECK, STATE_FAILS, "log.quote", "not-tdx",
			   place_in("quote", quote->bytes, quote->header.tee_type),
			   "the quote is of an enclave, which has no registers that a log leads to");
		return 0;
	}
	int status = read_log(text, log, answer, err);
	if (!status)
		status = check_names(log, answer);
	if (!status)
		status = check_registers(quote, log, answer, err);
	if (!status)
		status = check_payloads(log, answer, err);
	if (!status)
		status = check_boot(log, answer);
	return status < 0 ? -1 : 0;
}

size_t boot_log_find(const struct boot_log *log, const char *name, size_t nth)
{
	const struct event_log *events = &log->any.log;
	for (size_t i = 0; log->has_boot && i < log->end; i++)
		if (events->events[i].type == EVENT_RUNTIME && !strcmp(events->events[i].name, name) && !nth--)
			return i;
	return events->count;
}

size_t boot_log_find_later(const struct boot_log *log, const char *name, struct view payload)
{
	const struct event_log *events = &log->any.log;
	for (size_t i = log->end; i < events->count; i++) {
		const struct event *event = &events->events[i];
		if (event->imr == 3 && !strcmp(event->name, name) &&
		    view_is(view_of(event->payload.data, event->payload.size), payload))
			return i;
	}
	return events->count;
}
