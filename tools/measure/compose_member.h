/* The members of app-compose.json, one by one: which there are, and what each may be.
 *
 * null is taken for init_script and requirements alone, of which it is known that a guest may see it. Source: spec:
 * rtmr3-spec.md 4.3, 12.11.
 */
#ifndef MEASURE_COMPOSE_MEMBER_H
#define MEASURE_COMPOSE_MEMBER_H

#include "json.h"

bool compose_member_known(const char *name);

/* 0 for a member that is not known: the guest ignores it, and its bytes are measured with the others. STATUS_BAD says
 * what the value should be, without the member's name. */
int compose_member_check(const char *name, const struct json *value, struct err *err);

#endif
