/* One status of several, and whether a TD that was started under an older TCB need only be started again.
 *
 * A part that is out of date, the TDX module or the QE, takes the platform with it:
 *
 *     platform                                               with OutOfDate                   with Revoked
 *     UpToDate, SWHardeningNeeded                            OutOfDate                        Revoked
 *     ConfigurationNeeded, ConfigurationAndSWHardeningNeeded OutOfDateConfigurationNeeded     Revoked
 *     OutOfDate, OutOfDateConfigurationNeeded                as it was                        Revoked
 *     Revoked                                                Revoked                          Revoked
 *
 * Sources: spec: quote-spec.md 2.13, 2.14, 7.10, 7.11 (Intel's rule; others take the worst of all).
 */
#ifndef QVL_TCB_MERGE_H
#define QVL_TCB_MERGE_H

#include "tdx_module.h"

/* part: UpToDate, OutOfDate or Revoked. */
enum tcb_status tcb_merge(enum tcb_status platform, enum tcb_status part);

/* Of a TD 1.5: its tee_tcb_svn is of when it was started, tee_tcb_svn_2 of now. */
struct relaunch {
	const struct tcb_info *info;
	const struct tcb_level *top, *sgx; /* the highest level, and the one that SGX reaches */
	const struct isv_level *module;    /* NULL: version 0 */
	enum tcb_status merged;            /* of the TDX level and the module */
	enum tcb_status qe;
	const uint8_t *svn_now; /* tee_tcb_svn_2 */
};

/* Would another start help? Then *status is what to say instead. */
bool tcb_relaunch(const struct relaunch *it, enum tcb_status *status);

#endif
