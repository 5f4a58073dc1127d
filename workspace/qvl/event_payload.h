/* Does an event's payload explain its digest?
 *
 * A log's digests replay or they do not; its payloads are another matter. Where a rule says what of a payload is
 * hashed, the payload can be held to it. Where the payload is only a mark ("ACPI DATA", a TD HOB's address, a firmware
 * volume's name, a kernel's device path) or is missing, nothing can be said.
 *
 *     runtime events           the digest of name and payload             yes: another is refused when read
 *     EV_SEPARATOR,            SHA-384 of the payload                     yes or no
 *     EV_EFI_ACTION,
 *     ..._DRIVER_CONFIG
 *     EV_EFI_VARIABLE_BOOT     SHA-384 of the data within the variable,   yes or no; not known when the payload is no
 *                              or of it all                               variable
 *     others                   SHA-384 of the payload                     yes or not known
 *
 * "no" is for those types alone whose rule is in the specification: a wrong one would alarm for nothing.
 *
 * Sources: spec: tdx-boot-spec.md 3.1, 3.4, 8 (firmware's events), rtmr3-spec.md 1 (runtime events).
 */
#ifndef QVL_EVENT_PAYLOAD_H
#define QVL_EVENT_PAYLOAD_H

#include "event_log.h"

enum explained { EXPLAINED_NOT_KNOWN, EXPLAINED_YES, EXPLAINED_NO };

/* "not known", "yes", "no". */
const char *explained_name(enum explained explained);

/* hasher is one for SHA-384. */
enum explained event_explained(const struct event *event, struct hasher *hasher);

/* What a payload is, in words that fit a line: `variable SecureBoot`, `"ACPI DATA"`. Appends nothing when it is of no
 * kind that is known. Names in it come from the log, and are as trustworthy as the mark above. */
int event_payload_words(const struct event *event, struct bytes *into, struct err *err);

#endif
