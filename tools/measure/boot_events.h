/* The events of a boot, a register each: parts of boot.c. All append to boot->measured. */
#ifndef MEASURE_BOOT_EVENTS_H
#define MEASURE_BOOT_EVENTS_H

#include "boot.h"

/* 13 events, from boot->tdvf and boot->acpi. spec: tdx-boot-spec.md 3.1 */
int boot_add_rtmr0(const struct os_image *image, const struct shape *shape, struct boot *boot, struct err *err);

/* 5 events. spec: tdx-boot-spec.md 4 */
int boot_add_rtmr1(const struct os_image *image, const struct shape *shape, struct boot *boot, struct err *err);

/* 2 events. spec: tdx-boot-spec.md 5 */
int boot_add_rtmr2(const struct os_image *image, struct boot *boot, struct err *err);

/* Does the kernel's digest depend on this much memory? */
bool boot_kernel_varies(const struct shape *shape);

#endif
