/* inputs.tar: every locked input as `make bundle` writes it, a tar of files named ALGORITHM/HEX by their content.
 *
 * What is not signed and not in SHA256SUMS is held to the one form it can have (docs/layer-format.md): folders sha256
 * and sha512, files in the order of their paths, one time for all, every other byte of the archive determined by these.
 * So no byte of it can change unseen. Anything else is STATUS_BAD.
 */
#ifndef RELEASE_BUNDLE_H
#define RELEASE_BUNDLE_H

#include "digest.h"

enum { BUNDLE_INPUTS = 20000 };

struct bundle_input {
	enum digest_algorithm algorithm;
	char hex[DIGEST_HEX_MAX]; /* that it is named by */
	uint64_t offset, size;    /* of its content */
};

struct bundle {
	struct bundle_input *inputs;
	size_t count, capacity;
};

void bundle_free(struct bundle *bundle);
#define cleanup_bundle cleanup(bundle_free)

/* Reads all but the contents. The caller frees *bundle in any case. */
int bundle_read(int fd, uint64_t size, struct bundle *bundle, struct err *err);

/* Is there an input of that digest? */
int bundle_has(const struct bundle *bundle, enum digest_algorithm algorithm, const char *hex);

#endif
