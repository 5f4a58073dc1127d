/* dstack's versioned attestation: what its agent answers to Attest, and what its newer RA-TLS certificates carry.
 *
 * Version 0 is in SCALE: a TDX quote, the event log, the runtime events once more, the report data, the configuration.
 * Here it is only taken apart. Refused: lengths that are not minimal or above 30 bits, trailing bytes, report data that
 * are not the quote's, TEEs other than TDX, and the msgpack forms of version 1 on, which are not specified.
 *
 * Sources: spec: rtmr3-spec.md 3.4, 12.5.
 */
#ifndef QVL_ATTESTATION_H
#define QVL_ATTESTATION_H

#include "view.h"

enum { ATTESTATION_CAP = 16 << 20 }; /* bytes */

struct attestation {
	struct view quote;
	uint32_t event_count, runtime_event_count;
	struct view events, runtime_events; /* so many, one behind the other */
	struct view report_data;
	struct view config; /* JSON */
};

/* Fills *it with views of data. STATUS_BAD: `PART: reason`. */
int attestation_parse(struct view data, struct attestation *it, struct err *err);

#endif
