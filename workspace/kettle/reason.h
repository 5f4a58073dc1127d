/* Why a worker did not come to serve, out of what workerd printed. */
#ifndef KETTLE_REASON_H
#define KETTLE_REASON_H

#include "err.h"

/* STATUS_BAD, `the app does not load: REASON`: it threw, or is not what workerd can load. EX_OSERR, `workerd: LINE`:
 * workerd failed for a reason of its own. Both are one line. Returns -1. */
int reason_find(const char *printed, struct err *err);

#endif
