/* An event log in any of the forms it is met in, told apart by content.
 *
 *     dstack        the agent's JSON array (event_log.h)
 *     getquote      a JSON object with that array as `event_log`, or with text that holds it: GetQuote's answer,
 * tcb_info events        the guest's tdx_events.log (runtime_log.h) runtime       the guest's runtime_events.log
 * (runtime_log.h) ccel          the firmware's CCEL (ccel.h)
 *
 * Sources: spec: rtmr3-spec.md 3, 9, 12.
 */
#ifndef QVL_LOG_FORMAT_H
#define QVL_LOG_FORMAT_H

#include "event_log.h"

enum log_format {
	LOG_DSTACK,
	LOG_GETQUOTE,
	LOG_EVENTS,
	LOG_RUNTIME,
	LOG_CCEL,
	LOG_FORMATS,
};
enum { LOG_FORMAT_CAP = 16 << 20 }; /* bytes of a file in any of them */

struct any_log {
	enum log_format format;
	struct event_log log;
	/* Only register 3 can be replayed: a log of runtime events alone, or one without any event of registers 1
	 * and 2. spec: rtmr3-spec.md 12.2 */
	bool is_cut;
};

void any_log_free(struct any_log *log);
#define cleanup_any_log cleanup(any_log_free)

/* "dstack", "getquote", … */
const char *log_format_name(enum log_format format);

/* The other way. STATUS_BAD when there is none of that name. */
int log_format_find(const char *name, enum log_format *format, struct err *err);

/* Which it is, by a look at how it begins; the rest may still be wrong. STATUS_BAD when it is none. */
int log_format_detect(const void *data, size_t size, enum log_format *format, struct err *err);

/* Fills *log, which the caller frees in any case. What the forms themselves refuse is STATUS_BAD; log_check.h has
 * more. */
int log_format_parse(const void *data, size_t size, enum log_format format, struct any_log *log, struct err *err);

#endif
