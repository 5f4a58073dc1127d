/* measurement.tdx.cbor: what of an OS image determines its boot registers, small enough to travel with a VM's
 * configuration. Its digest stands in the image's checksum file.
 *
 * Source: spec: tdx-boot-spec.md 3.9.
 */
#ifndef MEASURE_TDX_DOCUMENT_H
#define MEASURE_TDX_DOCUMENT_H

#include "digest.h"
#include "hob.h"
#include "shape.h"

enum { TDX_DOCUMENT_VERSION = 3 };

struct tdx_document {
	uint8_t cmdline[SHA384_SIZE]; /* digests: of the command line as measured, */
	uint8_t kernel[SHA384_SIZE];  /* of the patched kernel (Authenticode), */
	uint8_t initrd[SHA384_SIZE];  /* and of the initrd */
	uint8_t mrtd[2][SHA384_SIZE]; /* by enum page_order */
	struct hob_ranges hob;        /* from its witness */
};

/* Members in the order that tdx_document_write() has, and the firmware layout "pre202505" only.
 * STATUS_BAD: `byte AT: MEMBER: reason`, `td_hob: witness: reason`. */
int tdx_document_parse(const void *data, size_t size, struct tdx_document *document, struct err *err);

int tdx_document_write(const struct tdx_document *document, struct bytes *into, struct err *err);

#endif
