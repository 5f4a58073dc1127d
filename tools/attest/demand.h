/* What somebody expects a quote and its log to say: NAME=VALUE, or a JSON object of such members.
 *
 *     fields of the quote's body   mrtd, rtmr0 to rtmr3, mr-config-id, mr-owner, td-attributes, mr-enclave, …: those of
 *                                  quote-parse, with '-' or '_'; bytes in hexadecimal, as they stand in the quote
 *     events of dstack's boot      compose-hash, app-id, instance-id, os-image-hash, mr-kms, key-provider, …: the
 *                                  payload in hexadecimal. key-provider may be NAME or NAME:ID instead
 *     kettle's events              kettle-manifest, kettle-app, kettle-config: the payload in hexadecimal;
 *                                  kettle-config may be the JSON text instead
 *
 * Sources: spec: rtmr3-spec.md 2.1 (payloads), 2.3; docs/measured.md.
 */
#ifndef ATTEST_DEMAND_H
#define ATTEST_DEMAND_H

#include "bytes.h"

#include <stdbool.h>

enum { DEMANDS_MAX = 256, DEMAND_CAP = 1 << 20 }; /* of a list; bytes of a file */

enum demand_kind { DEMAND_FIELD, DEMAND_BOOT_EVENT, DEMAND_KETTLE_EVENT };

struct demand {
	enum demand_kind kind;
	char *name;  /* a field's as quote_fields.h has it, an event's own */
	char *shown; /* as it was given */
	struct bytes value;
};

struct demands {
	struct demand *list;
	size_t count;
};

void demands_free(struct demands *demands);
#define cleanup_demands cleanup(demands_free)

/* STATUS_BAD: `NAME: reason`. A name may be given twice: then both are judged. */
int demands_add(struct demands *demands, const char *name, const char *value, struct err *err);

/* The members of a JSON object, whose values are strings. */
int demands_parse(struct demands *demands, const char *text, size_t size, struct err *err);

#endif
