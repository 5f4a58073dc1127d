/* The static files of an app: a folder read once into memory, so that what is served is what was hashed.
 *
 * Regular files only, in folders up to a depth of STATIC_DEPTH; links and everything else is an error, since what they
 * stand for could change. Names are UTF-8 without control characters and without backslashes. Files are sorted by the
 * bytes of their paths from the folder, such as `assets/logo.svg`.
 *
 * The digest is the SHA-256 of one line `HEX  PATH` a file, in that order: what sha256sum prints for them. Anybody can
 * say it with
 *
 *     find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum -- | sha256sum
 */
#ifndef KETTLE_STATIC_H
#define KETTLE_STATIC_H

#include "bytes.h"
#include "digest.h"

enum {
	STATIC_FILES = 1000,
	STATIC_BYTES = 32 << 20, /* of all files together */
	STATIC_DEPTH = 32,
};

struct static_file {
	char *path;
	struct bytes content;
};

struct statics {
	struct static_file *files;
	size_t count;
	size_t size; /* bytes of all files together */
	char digest[DIGEST_HEX_MAX];
};

void statics_free(struct statics *statics);
#define cleanup_statics cleanup(statics_free)

/* On failure what was read is left for statics_free(). STATUS_BAD: there is no file, something that is not one, a bad
 * name, or one of the limits is exceeded. */
int statics_load(const char *folder, struct statics *statics, struct err *err);

/* Writes the files' content into a folder, the first as static-0. */
int statics_write(const struct statics *statics, const char *folder, struct err *err);

#endif
