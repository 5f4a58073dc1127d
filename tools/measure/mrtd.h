/* MRTD: what a TD's memory is measured to before it starts. A function of the firmware and of the order in which the
 * machine's maker adds and measures pages.
 *
 * Sources: spec: tdx-boot-spec.md 2.
 */
#ifndef MEASURE_MRTD_H
#define MEASURE_MRTD_H

#include "digest.h"
#include "shape.h"
#include "tdvf.h"

struct mrtd_section {
	uint8_t data[SHA384_SIZE];  /* digest of its bytes in the file; of nothing where it has none */
	uint8_t after[SHA384_SIZE]; /* what MRTD would be if the firmware ended behind this section */
};

struct mrtd {
	uint8_t value[SHA384_SIZE];
	struct mrtd_section sections[TDVF_SECTIONS]; /* as in the tdvf */
	size_t count;
};

/* Fails only when memory is out. */
int mrtd_compute(const struct tdvf *tdvf, enum page_order order, struct mrtd *mrtd, struct err *err);

#endif
