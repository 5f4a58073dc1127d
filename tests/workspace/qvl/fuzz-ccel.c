/* The firmware's log is written by a machine that may be hostile. What is accepted has registers that exist, events
 * that extend them, and payloads that lie within the file.
 *
 * corpus: vectors/ccel */
#include "ccel.h"

#include "event_payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t check(const struct event *event, struct hasher *hasher)
{
	struct err err;
	cleanup_bytes struct bytes words = {0};
	if (event->imr >= REGISTERS || event->type == EV_NO_ACTION || event->type == EVENT_RUNTIME || *event->name)
		abort();
	event_explained(event, hasher);
	if (event_payload_words(event, &words, &err))
		abort();
	return event->payload.size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_event_log struct event_log log = {0};
	struct err err = {0};
	uint8_t registers[REGISTERS][REGISTER_SIZE];
	size_t payloads = 0;
	if (ccel_parse(data, size, &log, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	cleanup_hasher struct hasher *hasher = hasher_new(SHA384, &err);
	for (size_t i = 0; i < log.count; i++)
		payloads += check(&log.events[i], hasher);
	if (payloads > size || event_log_replay(&log, registers, &err))
		abort();
	return 0;
}
