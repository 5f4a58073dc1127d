/* How many of the keys one trusts have signed the same: envelopes judged together.
 *
 * They hold when all have the very same payload, when at least a threshold of distinct keys has signed it, in whichever
 * of the envelopes, and when no signature that names a key of the ring is broken. A key counts once, however often it
 * signed and in however many files of the folder it is. Signatures by other keys count for nothing.
 */
#ifndef BASE_QUORUM_H
#define BASE_QUORUM_H

#include "statement.h"

struct quorum_envelope {
	const char *name; /* for reasons, as a path */
	struct dsse *dsse;
};

struct quorum_reason {
	const char *code; /* stable: docs/statements.md has them */
	char *text;
};

struct quorum {
	bool holds;
	const struct keyring *ring;
	bool *has_signed;              /* for each key of the ring */
	size_t signers;                /* how many have */
	struct quorum_reason *reasons; /* why it does not hold */
	size_t count;
};

void quorum_free(struct quorum *quorum);
#define cleanup_quorum cleanup(quorum_free)

/* Verifies the signatures of every envelope. Returns 0 whatever the verdict is; -1 when the system fails. ring must
 * outlive quorum. */
int quorum_count(const struct keyring *ring, const struct quorum_envelope *envelopes, size_t count, size_t threshold,
		 struct quorum *quorum, struct err *err);

/* Another reason, of the caller's: it does not hold. */
int quorum_refuse(struct quorum *quorum, struct err *err, const char *code, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* What a verdict of "holds" is worth asking for: the statement must be of that type and have that subject
 * ("sha256:HEX"); NULL: whatever it is. */
int quorum_demand(struct quorum *quorum, const struct statement *statement, const char *type, const char *subject,
		  struct err *err);

/* [{code, text}], for --json; and the ids of the keys that signed, sorted. */
struct json *quorum_reasons_json(const struct quorum *quorum);
struct json *quorum_signers_json(const struct quorum *quorum);

#endif
