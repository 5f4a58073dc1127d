/* A predicted boot for people and for programs. */
#ifndef MEASURE_BOOT_REPORT_H
#define MEASURE_BOOT_REPORT_H

#include "boot.h"

/* An object: mrtd, rtmr0, rtmr1, rtmr2; events (measured.h); vm (shape_json()); os_image (os_image_json()); firmware
 * {page_order, sections, td_hob_witness}; notes, an array of texts; and confidence, an object with a text for each
 * register that is less certain than others, only when there is one. */
struct json *boot_json(const struct os_image *image, const struct shape *shape, const struct boot *boot);

/* The same in Markdown: registers, and a table of the events. */
int boot_text(const struct os_image *image, const struct boot *boot, struct bytes *into, struct err *err);

#endif
