/* What a relying party accepts of what is genuine: data, with defaults that accept little.
 *
 *     {"accepted_statuses": ["UpToDate"],            Revoked is never accepted
 *      "accepted_advisories": ["INTEL-SA-00615"],    absent: any; else every advisory must be in it
 *      "grace_seconds": 0,                           what is out of date is so long since its tcbDate judged as if it
 *                                                    were not
 *      "minimum_evaluation_number": 0,               of TCB info and of QE identity
 *      "allowed_attributes": ["PKS"],                td_attributes by name (attributes.h), beside SEPT_VE_DISABLE
 *      "require_sept_ve_disable": true,
 *      "allow_service_td": false,
 *      "xfam_allowed": "hex of 8 bytes",             in memory order, as quotes have it
 *      "xfam_required": "hex of 8 bytes"}
 *
 * All members may be absent; unknown ones are refused, as are names twice in a list. DEBUG cannot be allowed.
 *
 * Sources: spec: quote-spec.md 2.15, 2.16, 4 (evaluation number), 7.11 to 7.13.
 */
#ifndef QVL_POLICY_H
#define QVL_POLICY_H

#include "json.h"
#include "tcb_info.h"

enum {
	POLICY_CAP = 1 << 16,      /* bytes */
	POLICY_ADVISORIES = 1024,  /* of a list */
	POLICY_ADVISORY_SIZE = 64, /* bytes of an id, with its NUL */
};

struct policy {
	bool accepted[TCB_STATUSES];
	bool has_advisories;
	struct advisories advisories;
	int64_t grace_seconds;
	uint32_t minimum_evaluation_number;
	uint64_t allowed_attributes; /* bits */
	bool require_sept_ve_disable, allow_service_td;
	uint64_t xfam_allowed, xfam_required; /* bits */
};

/* The defaults. */
void policy_default(struct policy *policy);
void policy_free(struct policy *policy);
#define cleanup_policy cleanup(policy_free)

/* Fills *policy, which the caller frees in any case. STATUS_BAD: `MEMBER: reason`. */
int policy_parse(const char *text, size_t size, struct policy *policy, struct err *err);

#endif
