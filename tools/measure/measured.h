/* What a register is predicted to hold: its events in order, each with its digest, and where that comes from.
 *
 * This is the one form in which predictions pass between modules and, as JSON, between programs: `tdx-predict --json`,
 * `rtmr3-predict --json` and measurements.json hold arrays of these events, and eventlog-diff reads them.
 *
 *     register     "rtmr0" to "rtmr3"
 *     type         TCG event type, a number; type_name: its name in words
 *     name         ours for firmware events ("td-hob", "acpi-tables"), dstack's for runtime events
 *     sha384       the digest that extends the register, or null when it cannot be known beforehand
 *     payload      hexadecimal: the bytes the digest is over, for runtime events the payload; only when they are few
 *     hashed       in words: what the digest is over
 *     source       the file, setting or lock entry it comes from
 *     varies_with  what changes it, an array of words; empty when it is constant
 */
#ifndef MEASURE_MEASURED_H
#define MEASURE_MEASURED_H

#include "event_log.h"
#include "json.h"

enum { MEASURED_PAYLOAD = 1024 }; /* bytes; more than that is left out of JSON */

struct measured_event {
	unsigned rtmr; /* 0 to 3 */
	uint32_t type;
	const char *name;
	bool known; /* digest is */
	uint8_t digest[REGISTER_SIZE];
	const void *payload; /* NULL: not given */
	size_t payload_size;
	const char *hashed, *source;
	const char *varies_with; /* words separated by ", "; "" for none */
};

struct measured {
	struct measured_event *events;
	size_t count;
};

void measured_free(struct measured *measured);
#define cleanup_measured cleanup(measured_free)

/* Appends a copy of event, texts and payload included. */
int measured_add(struct measured *measured, const struct measured_event *event, struct err *err);

/* The register its events give from zero, up to the first that is not known; *whole says whether there was none such.
 * Returns how many events are in it, or -1. */
int measured_replay(const struct measured *measured, unsigned rtmr, uint8_t value[REGISTER_SIZE], bool *whole,
		    struct err *err);

/* An array of the events, in order. NULL when memory is out. */
struct json *measured_json(const struct measured *measured);

/* The other way: from such an array. Fills *measured, which the caller frees in any case.
 * STATUS_BAD: `event INDEX: MEMBER: reason`. */
int measured_parse(const struct json *array, struct measured *measured, struct err *err);

#endif
