/* corpus: vectors/event-log
 * An event log is whatever an agent, or who speaks for one, says. What is accepted keeps the rules that a verifier
 * relies on: runtime events are those of register 3, and a digest is that of its name and payload. */
#include "event_log.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct event *event)
{
	struct err err;
	uint8_t digest[REGISTER_SIZE];
	if (event->imr >= REGISTERS || (event->imr == 3) != (event->type == EVENT_RUNTIME) || event->type == 3)
		abort();
	if (event->type != EVENT_RUNTIME)
		return;
	if (event_digest(event->version, event->name, event->payload.data, event->payload.size, digest, &err) ||
	    memcmp(digest, event->digest, sizeof digest))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_event_log struct event_log log = {0};
	struct err err = {0};
	uint8_t registers[REGISTERS][REGISTER_SIZE];
	if (event_log_parse((const char *)data, size, &log, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	for (size_t i = 0; i < log.count; i++)
		check(&log.events[i]);
	if (event_log_replay(&log, registers, &err))
		abort();
	return 0;
}
