/* A signed statement of a release: who of the trusted signed it, and then what it says. */
#ifndef RELEASE_ENVELOPE_H
#define RELEASE_ENVELOPE_H

#include "json_view.h"
#include "judgement.h"
#include "statement.h"

struct envelope {
	const char *check, *path; /* for findings */
	struct dsse *dsse;
	const struct keyring_key *signers[DSSE_SIGNATURES]; /* each once */
	size_t count;
	size_t broken;              /* signatures that claim a trusted key and do not hold */
	const char *unknown;        /* the keyid of a signature by no trusted key; NULL: there is none */
	struct statement statement; /* but for its predicate, which may be large: */
	struct json_view predicate; /* where it stands; an object */
};

void envelope_free(struct envelope *envelope);
#define cleanup_envelope cleanup(envelope_free)

/* Reads it and verifies its signatures; check and path are set. 1; 0 when it is not there or malformed, or a signature
 * by a trusted key does not hold, which is said; -1 when the system failed. */
int envelope_open(struct judgement *judgement, const struct keyring *ring, struct envelope *envelope, struct err *err);

/* Reads the statement, if a signature holds and it is of that type. 1, 0 and -1 as above. */
int envelope_statement(struct judgement *judgement, const char *type, struct envelope *envelope, struct err *err);

/* The predicate as a tree, for the caller to free; NULL when memory is out. */
struct json *envelope_predicate(const struct envelope *envelope, struct err *err);

#endif
