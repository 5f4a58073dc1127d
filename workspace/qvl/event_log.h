/* The event log of a dstack VM, in the JSON form its guest agent gives, and the registers it replays to.
 *
 * A log is a claim. Only its replay, compared with the registers of a verified quote, makes it worth something, and
 * then only what the digests cover: the name and payload of runtime events. Names and payloads of firmware events
 * (registers 0 to 2) are covered by nothing.
 *
 * A runtime event extends register 3 and has type EVENT_RUNTIME; no other event has either. Its digest is always
 * computed from name and payload; one that is given must be the same.
 *
 * Sources: spec: rtmr3-spec.md 1 (digests), 3.1 (JSON form, replay), 12.1 to 12.3 (what is refused).
 */
#ifndef QVL_EVENT_LOG_H
#define QVL_EVENT_LOG_H

#include "bytes.h"
#include "digest.h"
#include "event_type.h"
#include "json_view.h"

#include <stdbool.h>

enum {
	REGISTERS = 4,
	REGISTER_SIZE = SHA384_SIZE,
	EVENT_LOG_CAP = 8 << 20, /* bytes of JSON: tens of thousands of events */
};

struct event {
	unsigned imr;         /* which register, 0 to 3 */
	uint32_t type;        /* event_type */
	unsigned version;     /* of the digest: 1 or 2 */
	char *name;           /* UTF-8; "" for firmware's events, mostly */
	struct bytes payload; /* raw; of a firmware event's nothing may be left */
	uint8_t digest[REGISTER_SIZE];
};

struct event_log {
	struct event *events; /* in the order they were extended */
	size_t count, capacity;
	bool is_false; /* refused since a digest is not that of the event's name and payload */
};

void event_log_free(struct event_log *log);
#define cleanup_event_log cleanup(event_log_free)

/* The digest of a runtime event. version 2 names are UTF-8. */
int event_digest(unsigned version, const char *name, const void *payload, size_t size, uint8_t digest[REGISTER_SIZE],
		 struct err *err);

/* Fills *log, which the caller frees in any case. STATUS_BAD: `event INDEX: MEMBER: reason`, nothing is repaired. */
int event_log_parse(const char *text, size_t size, struct event_log *log, struct err *err);

/* For other forms of a log. An empty event of version 1 at the end, to be filled; NULL when memory is out. And one from
 * an object as in the array; hasher is one for SHA-384, so that thousands of events need but one. */
struct event *event_log_add(struct event_log *log, struct err *err);
int event_log_take(struct event_log *log, struct json_view object, struct hasher *hasher, struct err *err);

/* The member of that name; 1 when there is none. STATUS_BAD for anything but 1 and 2. */
int event_version(struct json_view member, unsigned *version, struct err *err);

/* What an extension makes of a register: SHA-384(value ‖ digest). */
int register_extend(uint8_t value[REGISTER_SIZE], const uint8_t digest[REGISTER_SIZE], struct err *err);

/* The registers, from zero. Those of a cut log are worth comparing in register 3 only. */
int event_log_replay(const struct event_log *log, uint8_t registers[REGISTERS][REGISTER_SIZE], struct err *err);

/* Without any event of registers 1 and 2, as in RA-TLS certificates: never to be taken for a full one. */
bool event_log_is_cut(const struct event_log *log);

#endif
