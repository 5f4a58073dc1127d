/* What a machine says its registers are: a log, values, or both. What is accepted is compared with itself as if it had
 * been predicted, which must find nothing.
 *
 * corpus: vectors/log-format */
#include "divergence.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void predict(const struct observed *observed, struct expected *expected)
{
	struct err err;
	memcpy(expected->has, observed->has, sizeof expected->has);
	memcpy(expected->value, observed->value, sizeof expected->value);
	for (size_t i = 0; i < observed->any.log.count; i++) {
		const struct event *event = &observed->any.log.events[i];
		struct measured_event copy = {event->imr, event->type, event->name, .known = true};
		if (!observed_has_events(observed, event->imr))
			continue;
		expected->has_events[event->imr] = true;
		memcpy(copy.digest, event->digest, sizeof copy.digest);
		if (measured_add(&expected->measured, &copy, &err))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_observed struct observed observed = {0};
	cleanup_expected struct expected expected = {0};
	cleanup_divergences struct divergences divergences = {0};
	if (observed_parse(data, size, &observed, &err)) {
		if (err.status != STATUS_BAD || !*err.text)
			abort();
		return 0;
	}
	predict(&observed, &expected);
	if (divergences_find(&expected, &observed, &divergences, &err) || divergences.count)
		abort();
	/* And by events alone, as where a value cannot be known. */
	memset(expected.has, 0, sizeof expected.has);
	for (size_t i = 0; i < expected.measured.count; i++)
		expected.measured.events[i].known = i % 2;
	if (divergences_find(&expected, &observed, &divergences, &err) && err.status != STATUS_BAD)
		abort();
	return 0;
}
