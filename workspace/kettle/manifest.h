/* A manifest: which app to run, and the SHA-256 its bytes must have.
 *
 *	{"app": "file:///app/app.ts", "sha256": "64 hexadecimal digits of either case"}
 *
 * Exactly these two members, strict JSON (base/json), at most MANIFEST_CAP bytes. app is a file:// URL, or a path,
 * relative to the manifest's folder when it does not begin with '/'.
 */
#ifndef KETTLE_MANIFEST_H
#define KETTLE_MANIFEST_H

#include "digest.h"

enum { MANIFEST_CAP = 64 << 10 };

struct manifest {
	char *app;                   /* as written */
	char sha256[DIGEST_HEX_MAX]; /* lower-case */
};

void manifest_free(struct manifest *manifest);
#define cleanup_manifest cleanup(manifest_free)

/* Fills *manifest from text. STATUS_BAD names the member that is wrong. */
int manifest_parse(const char *text, size_t size, struct manifest *manifest, struct err *err);
int manifest_load(const char *path, struct manifest *manifest, struct err *err);

/* The path of the manifest to launch: named when it is not NULL (a path or file:// URL), else the first of the usual
 * places that is there. Owned by the caller; NULL when there is none. */
char *manifest_find(const char *named, struct err *err);

#endif
