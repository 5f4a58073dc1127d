/* A manifest: which app to run, and the SHA-256 its bytes must have.
 *
 *	{"app": "file:///app/app.ts", "sha256": "64 hexadecimal digits of either case"}
 *
 * Exactly these two members, strict JSON (base/json), at most MANIFEST_CAP bytes. app is what source.h takes, without a
 * pin (sha256 is its pin); a relative one lies beside the manifest.
 */
#ifndef KETTLE_MANIFEST_H
#define KETTLE_MANIFEST_H

#include "source.h"

enum { MANIFEST_CAP = 64 << 10 };

struct manifest {
	char *app;                   /* as written */
	char sha256[DIGEST_HEX_MAX]; /* of the app; lower-case */
	char digest[DIGEST_HEX_MAX]; /* SHA-256 of the manifest's own bytes; lower-case. Set by manifest_load() alone */
};

void manifest_free(struct manifest *manifest);
#define cleanup_manifest cleanup(manifest_free)

/* Fills *manifest from text. STATUS_BAD names the member that is wrong. */
int manifest_parse(const char *text, size_t size, struct manifest *manifest, struct err *err);

/* Reads and parses it. STATUS_FALSE: its bytes are not what the source's pin says. */
int manifest_load(struct source *source, const struct supervisor *supervisor, struct manifest *manifest,
		  struct err *err);

/* The manifest to launch: named when that is not NULL, else the first of the usual places that is there. STATUS_BAD:
 * there is none. */
int manifest_find(const char *named, struct source *source, struct err *err);

#endif
