/* What of an app-compose.json dstack 0.6 measures beside its bytes: init scripts and the GPU policy.
 *
 * Sources: spec: rtmr3-spec.md 2.1 (init-script-hash, gpu-policy-hash), 12.11 (what is not known of null); RFC 8785.
 */
#ifndef MEASURE_COMPOSE_POLICY_H
#define MEASURE_COMPOSE_POLICY_H

#include "compose.h"

/* SHA-256 of each script. *count of them, none for null and []. */
int compose_init_scripts(const struct compose *compose, uint8_t hashes[INIT_SCRIPTS][SHA256_SIZE], size_t *count,
			 struct err *err);

/* SHA-256 of the policy's canonical text: of {} without one. STATUS_BAD: one whose canonical text we do not write as
 * RFC 8785 does: with a number that is not whole, or a member's name beyond ASCII. */
int compose_gpu_policy(const struct compose *compose, uint8_t hash[SHA256_SIZE], struct err *err);

/* Is there something of which it is not known what dstack makes of it? */
bool compose_is_doubtful(const struct compose *compose);

#endif
