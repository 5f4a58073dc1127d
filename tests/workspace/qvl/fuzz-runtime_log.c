/* The guest's own files of runtime events: what is accepted extends register 3 and has the digest of its name and
 * payload.
 *
 * corpus: vectors/runtime-log */
#include "runtime_log.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct event *event)
{
	struct err err;
	uint8_t digest[REGISTER_SIZE];
	if (event->imr != 3 || event->type != EVENT_RUNTIME || (event->version != 1 && event->version != 2) ||
	    event_digest(event->version, event->name, event->payload.data, event->payload.size, digest, &err) ||
	    memcmp(digest, event->digest, sizeof digest))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (enum runtime_log_form form = RUNTIME_LOG_EVENTS; form <= RUNTIME_LOG_PAYLOADS; form++) {
		cleanup_event_log struct event_log log = {0};
		struct err err = {0};
		if (!runtime_log_parse((const char *)data, size, form, &log, &err))
			for (size_t i = 0; i < log.count; i++)
				check(&log.events[i]);
		else if (err.status != STATUS_BAD || !*err.text)
			abort();
	}
	return 0;
}
