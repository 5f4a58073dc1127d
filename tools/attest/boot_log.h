/* The check of an event log: that it leads to the registers of a quote, that its payloads are what its digests are of,
 * and that what it says of the boot is a boot of dstack.
 *
 * Only the runtime events of the boot, up to system-ready, are dstack's word, and only when every line here holds; what
 * comes behind them is the app's. Releases of dstack before 0.4 have no system-ready: there the boot is the five events
 * of their row.
 *
 * Sources: spec: rtmr3-spec.md 2 (the table), 2.3 (boundary), 3.1, 12.1 to 12.7.
 */
#ifndef ATTEST_BOOT_LOG_H
#define ATTEST_BOOT_LOG_H

#include "answer.h"
#include "dcap_quote.h"
#include "log_format.h"

struct boot_log {
	struct any_log any;
	bool is_read;             /* there are events to look at */
	bool has_boot;            /* of dstack's */
	size_t end;               /* index behind the boot's last event */
	const char *first, *last; /* the releases of dstack whose boot it may be; NULL: not known */
};

void boot_log_free(struct boot_log *log);
#define cleanup_boot_log cleanup(boot_log_free)

/* Appends the lines of WORD_CHECK, and fills *log, which the caller frees in any case. -1 only when the system fails.
 */
int boot_log_check(const struct bytes *text, const struct quote *quote, struct boot_log *log, struct answer *answer,
		   struct err *err);

/* The index of the boot's event of this name that comes as number nth, from 0; log->any.log.count when there is none.
 */
size_t boot_log_find(const struct boot_log *log, const char *name, size_t nth);

/* Is there an event of that name and payload behind the boot? Its index, or the count. */
size_t boot_log_find_later(const struct boot_log *log, const char *name, struct view payload);

#endif
