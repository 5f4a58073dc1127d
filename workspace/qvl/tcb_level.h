/* Which of Intel's TCB levels a platform reaches, and what it lacks for the ones above.
 *
 * Levels are ordered by what they ask for, descending: components of SGX as a vector, PCESVN, components of TDX. The
 * order of the document does not matter, but that of two levels which ask for the same the first counts. The level
 * reached is the first whose every SVN is reached; it is looked for as the highest of those that are, so nothing is
 * sorted and nothing is allocated.
 *
 * What a TDX platform's components are compared with depends on its module: where tee_tcb_svn[1], the module's version,
 * is not 0, the module is judged by its own identity (tdx_module.h), and components 0 and 1 are left out.
 *
 * Sources: spec: quote-spec.md 2.8, 2.11, 2.12, 7.6, 7.10.
 */
#ifndef QVL_TCB_LEVEL_H
#define QVL_TCB_LEVEL_H

#include "tcb_info.h"
#include "view.h"

enum {
	TEE_TCB_SVN_SIZE = 16,
	SVN_GAPS = 2 * TCB_COMPONENTS + 1,
	TCB_MISSES = 32, /* levels of which is said what they lack */
	SVN_GAPS_TEXT = 200,
};

struct platform_svns {
	uint8_t sgx[TCB_COMPONENTS]; /* of the PCK's extension */
	uint16_t pce_svn;
	bool is_tdx;
	uint8_t tdx[TEE_TCB_SVN_SIZE]; /* tee_tcb_svn */
};

struct tcb_match {
	const struct tcb_level *top;   /* the highest there is */
	const struct tcb_level *sgx;   /* the highest of which SGX and PCE reach what it asks for; NULL */
	const struct tcb_level *found; /* SGX: the same; TDX: the highest of which TDX reaches it too; NULL */
};

void tcb_level_find(const struct tcb_info *info, const struct platform_svns *svns, struct tcb_match *match);

/* The level of a module or QE with this SVN: the highest isvsvn that it reaches. NULL. */
const struct isv_level *isv_level_find(const struct isv_levels *levels, unsigned svn);
const struct isv_level *isv_level_top(const struct isv_levels *levels);

/* One SVN that is less than a level asks for. */
struct svn_gap {
	enum svn_kind { SVN_SGX, SVN_PCE, SVN_TDX, SVN_MODULE, SVN_QE } kind;
	uint16_t index; /* of the component, from 0 as in the document */
	uint16_t has, needs;
};

/* A level that is not reached, and all that is missing. */
struct tcb_miss {
	const char *date; /* tcbDate: since when there is this level; of the collateral, as long as that lives */
	enum tcb_status status;
	struct svn_gap gaps[SVN_GAPS];
	size_t count;
};

struct tcb_misses {
	struct tcb_miss list[TCB_MISSES];
	size_t count;
	bool is_cut; /* there are more */
};

/* Appends the levels above the one that was found (all, when none was), the highest first. */
void tcb_level_misses(const struct tcb_info *info, const struct platform_svns *svns, const struct tcb_match *match,
		      struct tcb_misses *misses);
void isv_level_misses(const struct isv_levels *levels, enum svn_kind kind, unsigned svn, struct tcb_misses *misses);

/* "sgxtcbcomponents", "pcesvn", "tdxtcbcomponents", "module isvsvn", "QE isvsvn". */
const char *svn_kind_name(enum svn_kind kind);

/* "sgxtcbcomponents[0] is 3, 1 less than 4; …" */
void svn_gaps_text(const struct tcb_miss *miss, char text[SVN_GAPS_TEXT]);

#endif
