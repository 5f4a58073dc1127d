/* What RTMR3 of a dstack VM will hold, as far as it can be known beforehand, and what a verifier can hold a log to.
 *
 * Not all can be known: an instance id is random, a KMS has its own keys. So there are two answers: the events in
 * order, each with its digest or without; and for each event a check that applies to the log of a running VM after that
 * replayed to the RTMR3 of a verified quote.
 *
 * Sources: spec: rtmr3-spec.md 2 (order, payloads, what is known), 5 (identifiers), 12.8 to 12.11.
 */
#ifndef MEASURE_PREDICTION_H
#define MEASURE_PREDICTION_H

#include "compose.h"
#include "compose_warn.h"
#include "measured.h"
#include "runtime.h"

/* A fact about a VM that may be not known, known to be, or known to be absent. */
struct fact {
	enum { NOT_KNOWN, KNOWN, KNOWN_ABSENT } state;
	struct bytes value; /* raw */
};

struct facts {
	const struct runtime *runtime;
	const struct compose *compose; /* NULL: only its hash is known */
	uint8_t compose_hash[SHA256_SIZE];
	/* app_id: APP_ID_SIZE bytes; not known: the compose hash's begin where dstack demands it. instance_id: the
	 * same, or absent. key_provider: the event's payload. storage_fs: "zfs" or "ext4". The others are SHA-256.
	 * mr_kms: one behind the other, in the order of their events. */
	struct fact app_id, instance_id, key_provider, storage_fs, os_image_hash, rootfs_hash, ca_cert_hash, mr_kms;
	bool has_gpus;
	unsigned event_version; /* 1 or 2; 0: what the compose says */
};

void facts_free(struct facts *facts);
#define cleanup_facts cleanup(facts_free)

enum check { CHECK_EXACT, CHECK_ANY_OF, CHECK_PRESENT, CHECK_ABSENT, CHECK_PATTERN };

/* value: of CHECK_EXACT the payload in hexadecimal, of CHECK_ANY_OF several with blanks between, of CHECK_PATTERN an
 * extended regular expression that the payload in hexadecimal matches as a whole; else NULL. */
struct event_check {
	const char *event;
	enum check check;
	enum runtime_occurs occurs;
	char *value;
};

/* "exact", "any-of", "present", "absent", "pattern". */
const char *check_name(enum check check);

struct prediction {
	const struct runtime *runtime;
	uint8_t compose_hash[SHA256_SIZE];
	unsigned event_version; /* of dstack's events */
	bool is_provider_known;
	enum key_provider provider; /* as compose or facts say, when it is known */
	struct measured measured;
	size_t boot_events; /* so many of them are up to and with boot-mr-done; 0 in 0.3, which has none */
	struct event_check *checks;
	size_t check_count;
	struct warnings notes; /* what the prediction rests on */
};

void prediction_free(struct prediction *prediction);
#define cleanup_prediction cleanup(prediction_free)

/* Fills *prediction, zeroed by the caller, who frees it in any case; facts outlive it. STATUS_BAD: facts that
 * contradict each other, the compose or the release. */
int prediction_make(const struct facts *facts, struct prediction *prediction, struct err *err);

/* Appends an event of the application's, which dstack extends after its boot. version is of its digest; source says
 * where it is from. STATUS_BAD: a name that is refused (runtime_check_name), or there already. */
int prediction_add(struct prediction *prediction, unsigned version, const char *name, const struct bytes *payload,
		   const char *source, struct err *err);

#endif
