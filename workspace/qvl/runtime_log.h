/* The files in which a dstack guest keeps its runtime events, one JSON object a line.
 *
 *     up to 0.5.5   tdx_events.log: objects as in the agent's array (event_log.h)
 *     from 0.5.6    runtime_events.log: {event, payload, version}: payload in base64, version 1 or 2, 1 when absent
 *
 * All extend register 3. The newer form has no digests: they are computed.
 *
 * Sources: spec: rtmr3-spec.md 3.2, 12.3.
 */
#ifndef QVL_RUNTIME_LOG_H
#define QVL_RUNTIME_LOG_H

#include "event_log.h"

enum runtime_log_form { RUNTIME_LOG_EVENTS, RUNTIME_LOG_PAYLOADS };

/* Fills *log, which the caller frees in any case. A log is of one form. STATUS_BAD: `line N: MEMBER: reason`, from 1.
 * An empty line is none of the two, except behind the last. */
int runtime_log_parse(const char *text, size_t size, enum runtime_log_form form, struct event_log *log,
		      struct err *err);

#endif
