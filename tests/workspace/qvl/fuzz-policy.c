/* corpus: vectors/policy
 * A policy decides. One that is read never accepts Revoked nor allows DEBUG, and one that is refused says why. */
#include "policy.h"

#include "attributes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err err = {0};
	cleanup_policy struct policy policy;
	if (policy_parse((const char *)data, size, &policy, &err))
		return err.status == STATUS_BAD && *err.text ? 0 : (abort(), 0);
	if (policy.accepted[TCB_REVOKED] || policy.allowed_attributes >> TD_DEBUG & 1 || policy.grace_seconds < 0 ||
	    policy.xfam_required & ~policy.xfam_allowed)
		abort();
	if (policy.advisories.count > POLICY_ADVISORIES || (policy.advisories.count && !policy.has_advisories))
		abort();
	return 0;
}
