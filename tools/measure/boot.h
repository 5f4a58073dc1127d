/* What a VM's registers hold once its kernel runs: MRTD, and RTMR0 to RTMR2 event by event, from an OS image and the
 * VM's shape alone.
 *
 * The layout of RTMR0 is that of firmware before edk2-stable202505, the only one whose every event follows from these.
 *
 * Sources: spec: tdx-boot-spec.md 2 (MRTD), 3.1 (RTMR0), 4 (RTMR1), 5 (RTMR2).
 */
#ifndef MEASURE_BOOT_H
#define MEASURE_BOOT_H

#include "acpi.h"
#include "measured.h"
#include "mrtd.h"
#include "os_image.h"

enum { BOOT_REGISTERS = 3 }; /* RTMR0 to RTMR2 */

struct boot {
	struct tdvf tdvf; /* a view of the image's firmware */
	struct mrtd mrtd;
	struct measured measured; /* the events of RTMR0, RTMR1, RTMR2 */
	uint8_t rtmr[BOOT_REGISTERS][REGISTER_SIZE];
	const char *doubts[BOOT_REGISTERS]; /* why the register is less certain than others, or NULL */
	struct acpi acpi;
	struct bytes witness; /* of the TD HOB */
	struct bytes notes;   /* lines: where dstack's own tool differs, and what else a reader should know */
};

void boot_free(struct boot *boot);
#define cleanup_boot cleanup(boot_free)

/* Fills *boot, which the caller frees in any case, before image. STATUS_BAD: `firmware: reason`, `kernel: reason`, … */
int boot_predict(const struct os_image *image, const struct shape *shape, struct boot *boot, struct err *err);

/* Compares with the image's measurement.tdx.cbor, where its list of checksums has one: that is how such an image binds
 * its files. STATUS_BAD: `measurement.tdx.cbor: reason`. */
int boot_compare(const struct os_image *image, const struct shape *shape, struct boot *boot, struct err *err);

#endif
