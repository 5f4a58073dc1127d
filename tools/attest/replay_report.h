/* What eventlog-replay prints of a log.
 *
 *     cut          true: the log has the events of register 3 alone, or hardly more
 *     events       register, type, type_name, name, payload, sha384, explained (event_payload.h), version (of a runtime
 *                  event's digest), in the log's order
 *     format       log_format.h
 *     registers    the names of those that are replayed; each is a member of its own as well, and no other is
 *
 * Sources: spec: rtmr3-spec.md 12.2 (cut logs).
 */
#ifndef ATTEST_REPLAY_REPORT_H
#define ATTEST_REPLAY_REPORT_H

#include "log_format.h"

struct replay {
	const struct any_log *any;
	uint8_t registers[REGISTERS][REGISTER_SIZE];
};

int replay_run(const struct any_log *any, struct replay *replay, struct err *err);

/* Is the register's value worth anything? */
bool replay_has(const struct replay *replay, unsigned rtmr);

/* Writes the report to a descriptor, as JSON or as a table for people. */
int replay_json(const struct replay *replay, int fd, struct err *err);
int replay_text(const struct replay *replay, int fd, struct err *err);

#endif
