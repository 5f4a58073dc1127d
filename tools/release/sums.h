/* SHA256SUMS: a line `HEX  PATH` for each file, sorted by path, as `sha256sum` writes and `sha256sum --check` reads it.
 *
 * Of that form only what a release needs is taken: lower-case digests, two spaces, relative paths without `.`, `..` or
 * empty parts, printable UTF-8 without `\`, strictly ascending by bytes, a final line feed. Anything else is
 * STATUS_BAD, with the line's number.
 */
#ifndef RELEASE_SUMS_H
#define RELEASE_SUMS_H

#include "bytes.h"
#include "digest.h"

enum {
	SUMS_CAP = 4 << 20, /* bytes of the file */
	SUMS_LINES = 20000,
	SUMS_PATH = 1024, /* bytes of a path */
};

struct sum {
	char sha256[2 * SHA256_SIZE + 1];
	char *path;
};

struct sums {
	struct sum *items; /* sorted by path */
	size_t count;
};

void sums_free(struct sums *sums);
#define cleanup_sums cleanup(sums_free)

/* Fills *sums, which the caller frees in any case. */
int sums_parse(const char *text, size_t size, struct sums *sums, struct err *err);

/* The line of a path, or NULL. */
const struct sum *sums_find(const struct sums *sums, const char *path);

/* Is the path one that a release may have? */
int sums_path(const char *path, size_t size);

#endif
