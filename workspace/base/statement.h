/* in-toto Statement v1: what is said (a predicate of some type) of what (subjects, by digest).
 *
 * Read strictly: an object of exactly _type, subject, predicateType and predicate; each subject has exactly a name of
 * its own and a digest of exactly sha256; the predicate is an object. Numbers must be below 2^53, so that what is
 * signed and what is read of it are one value.
 *
 * Source: in-toto attestation, spec/v1/statement.md and resource_descriptor.md.
 */
#ifndef BASE_STATEMENT_H
#define BASE_STATEMENT_H

#include "digest.h"
#include "dsse.h"
#include "json.h"

enum {
	STATEMENT_SUBJECTS = 16384,
	STATEMENT_NAME_MAX = 4096, /* bytes of a subject's name */
	STATEMENT_TYPE_MAX = 512,  /* bytes of a predicate's type */
};

struct statement {
	struct subject {
		char *name;
		char sha256[2 * SHA256_SIZE + 1]; /* lower-case hex */
	} * subjects;
	size_t count;
	char *type; /* predicateType, a URI */
	struct json *predicate;
};

void statement_free(struct statement *statement);
#define cleanup_statement cleanup(statement_free)

/* Of an envelope of which a signature holds; STATUS_FALSE when none does, STATUS_BAD when it is no statement. */
int statement_read(const struct dsse *dsse, struct statement *statement, struct err *err);

/* The text alone, of which nothing is known. */
int statement_parse(const char *text, size_t size, struct statement *statement, struct err *err);

/* Appends a subject; name NULL: "sha256:" and the digest, which is "sha256:HEX". */
int statement_add(struct statement *statement, const char *name, const char *digest, struct err *err);

/* Adds a subject for each line of a text as sha256sum writes it. */
int statement_add_sums(struct statement *statement, const char *text, struct err *err);

/* Appends the statement as canonical compact JSON, after seeing that it would be read. */
int statement_write(const struct statement *statement, struct bytes *into, struct err *err);

/* The subject of that digest ("sha256:HEX"), or NULL. */
const struct subject *statement_find(const struct statement *statement, const char *digest);

/* "sha256:" and 64 lower-case hexadecimal digits? */
bool statement_is_digest(const char *text);

#endif
