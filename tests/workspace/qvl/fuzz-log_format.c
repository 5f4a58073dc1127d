/* A file that may be any log. Whatever form it is taken for, what is accepted keeps the rules that a verifier relies
 * on, and what log_check() lets through has no name twice that a boot gives once.
 *
 * corpus: vectors/log-format */
#include "log_format.h"

#include "log_check.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct any_log *any)
{
	struct err err;
	const struct event_log *log = &any->log;
	size_t ready = 0, app_ids = 0;
	for (size_t i = 0; i < log->count; i++) {
		const struct event *event = &log->events[i];
		if (event->imr >= REGISTERS || event->type == EV_NO_ACTION)
			abort();
		if (any->format != LOG_CCEL && (event->imr == 3) != (event->type == EVENT_RUNTIME))
			abort();
		ready += event->imr == 3 && !strcmp(event->name, "system-ready");
		app_ids += event->imr == 3 && !ready && !strcmp(event->name, "app-id");
	}
	if (!log_check(log, &err) && (ready > 1 || app_ids > 1))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	for (unsigned format = 0; format < LOG_FORMATS; format++) {
		cleanup_any_log struct any_log log = {0};
		if (!log_format_parse(data, size, (enum log_format)format, &log, &err))
			check(&log);
		else if (err.status != STATUS_BAD || !*err.text)
			abort();
	}
	enum log_format found;
	if (log_format_detect(data, size, &found, &err) && err.status != STATUS_BAD)
		abort();
	return 0;
}
