/* Is the TDX module one of Intel's, and how current: step 11.
 *
 * tee_tcb_svn[1] is the module's version. Version 0 is compared with tdxModule, and the levels of the platform say how
 * current it is. A later version has an identity of its own, `TDX_%02X` in either case, with levels by tee_tcb_svn[0];
 * there must be exactly one, and no identity may be there twice.
 *
 * Sources: spec: quote-spec.md 2.11, 7.9.
 */
#ifndef QVL_TDX_MODULE_H
#define QVL_TDX_MODULE_H

#include "checks.h"
#include "dcap_quote.h"
#include "tcb_level.h"

struct module_match {
	unsigned version, svn;
	const struct tdx_module *identity;
	const struct isv_level *level; /* NULL: version 0 */
};

/* The identity of a version above 0; NULL when there is none. */
const struct tdx_module *tdx_module_find(const struct tcb_info *info, unsigned version);

/* Appends what it looked at. 0: all of it holds, and *match is filled. 1: a check failed. */
int verify_tdx_module(const struct quote *quote, const struct tcb_info *info, struct module_match *match,
		      struct checks *checks);

#endif
