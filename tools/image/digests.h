/* The two digests and the size by which a blob is known here. SHA-256 is what OCI names blobs by; SHA-384 is what a
 * confidential VM's registers hold, and is kept beside it so that nothing needs to be read twice.
 */
#ifndef IMAGE_DIGESTS_H
#define IMAGE_DIGESTS_H

#include "digest.h"
#include "json.h"

struct digests {
	char sha256[DIGEST_HEX_MAX];
	char sha384[DIGEST_HEX_MAX];
	uint64_t size;
};

/* Both at once, over bytes that stream by. Zero-initialised; begin() takes memory that drop() releases. */
struct digester {
	struct hasher *sha256, *sha384;
	uint64_t size;
};
int digester_begin(struct digester *digester, struct err *err);
void digester_add(struct digester *digester, const void *data, size_t size);
void digester_end(struct digester *digester, struct digests *digests);
void digester_drop(struct digester *digester);
#define cleanup_digester cleanup(digester_drop)

int digests_of(const void *data, size_t size, struct digests *digests, struct err *err);
bool digests_equal(const struct digests *a, const struct digests *b);

/* {"sha256", "sha384", "size"}, out and in. Reading refuses anything else. */
struct json *digests_json(const struct digests *digests);
int digests_read(const struct json *json, struct digests *digests, struct err *err);

#endif
