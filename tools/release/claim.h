/* A claim: one value of a document, held against what was found. */
#ifndef RELEASE_CLAIM_H
#define RELEASE_CLAIM_H

#include "judgement.h"

struct claim {
	const char *check;
	const char *file; /* the document's path in the release */
	const struct json *document;
};

/* The string or whole number at that path of the document (json_below()) is the one observed. What is not so is said.
 */
void claim_text(struct judgement *judgement, const struct claim *claim, const char *path, const char *observed);
void claim_number(struct judgement *judgement, const struct claim *claim, const char *path, uint64_t observed);

#endif
