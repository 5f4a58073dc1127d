/* app-compose.json: what a dstack VM is told to run, and what is measured of it: its bytes.
 *
 * The bytes are kept as they are, since the hash is of them. Read strictly: what two readers could take for two things
 * is refused, and so is what the guest would refuse.
 *
 * Sources: spec: rtmr3-spec.md 4.1 (hash), 4.3 (members, defaults, cap), 5 (app-id), 11.5, 11.6 (what is
 * refused), 12.11, 12.12.
 */
#ifndef MEASURE_COMPOSE_H
#define MEASURE_COMPOSE_H

#include "digest.h"
#include "json.h"
#include "key_provider.h"

enum {
	COMPOSE_CAP = 256 << 10, /* bytes */
	APP_ID_SIZE = 20,
	INIT_SCRIPTS = 5,
};

struct compose {
	struct bytes text; /* the exact bytes */
	struct json *json;
	uint8_t hash[SHA256_SIZE];  /* the first APP_ID_SIZE bytes are the app-id, unless another is given at deployment
				     */
	unsigned manifest_version;  /* 1 to 3 */
	enum key_provider provider; /* after defaulting */
	struct bytes provider_id;   /* raw */
};

void compose_free(struct compose *compose);
#define cleanup_compose cleanup(compose_free)

/* Fill *compose, which the caller frees in any case. STATUS_BAD: `MEMBER: reason`. */
int compose_parse(const char *text, size_t size, struct compose *compose, struct err *err);
int compose_load(const char *path, struct compose *compose, struct err *err);

/* A member that is a boolean, or its default: true for public_tcbinfo and secure_time, else false. */
bool compose_flag(const struct compose *compose, const char *name);

/* A member, or NULL; the caller's to free. */
struct json *compose_get(const struct compose *compose, const char *name);

/* Is the member one the specification knows? */
bool compose_knows(const char *name);

#endif
