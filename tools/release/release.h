/* A release's folder, opened: which files it has, and every file's digests.
 *
 * A release is plain files in plain folders. A link, a device or a name that SHA256SUMS could not have makes it none:
 * STATUS_BAD. release_hash() reads every file once: documents into memory, so that what is parsed is what was hashed,
 * and layers in pieces, on several threads. A file whose size or times change meanwhile is refused.
 *
 * The layout of the folder is docs/release.md's.
 */
#ifndef RELEASE_RELEASE_H
#define RELEASE_RELEASE_H

#include "bytes.h"
#include "digest.h"

#include <stdbool.h>
#include <sys/stat.h>

enum {
	RELEASE_FILES = 20000,
	RELEASE_DEPTH = 8,
	RELEASE_TEXT = 64 << 20,   /* bytes a file that is parsed may have */
	RELEASE_TEXTS = 256 << 20, /* and all of them */
};

struct release_file {
	char *path; /* in the folder */
	uint64_t size;
	struct stat was;
	bool loaded;
	struct bytes text;
	bool is_blob;    /* has SHA-384 too */
	bool by_content; /* not hashed as a whole: what is in it is named by digests (bundle.h) */
	char sha256[DIGEST_HEX_MAX], sha384[DIGEST_HEX_MAX]; /* empty: not computed */
};

struct release {
	int folder;
	struct release_file *files; /* sorted by path */
	size_t count, capacity;
};
#define RELEASE_NONE ((struct release){.folder = -1})

void release_free(struct release *release);
#define cleanup_release cleanup(release_free)

/* Lists what is there. *release is the caller's to free in any case. */
int release_open(const char *path, struct release *release, struct err *err);

/* The file of that path, or NULL. */
struct release_file *release_find(const struct release *release, const char *path);

/* Reads a file and computes its digests: once, whoever asks. */
int release_text(const struct release *release, struct release_file *file, struct err *err);

/* A descriptor of the file for the caller to read and close; -1 on failure. */
int release_fd(const struct release *release, const struct release_file *file, struct err *err);

/* Computes the SHA-256 of every file, and the SHA-384 of blobs. */
int release_hash(struct release *release, struct err *err);

#endif
