/* What `kettle publish` and `kettle publish-local` do: from an app to its manifest.
 *
 * The manifest is `{"app": URL, "sha256": HEX}`, indented by two spaces, with no final new line. The digest is of the
 * file's bytes as they are, and what was published is downloaded and compared before anything is said about it.
 *
 * Sources: spec: tunnel-spec 3.1 (the manifest), 3.2 (the commands); RFC 8089 (file URLs).
 */
#ifndef KETTLE_PUBLISH_H
#define KETTLE_PUBLISH_H

#include "bytes.h"
#include "digest.h"

#include <stdbool.h>

struct publish_settings {
	const char *file;    /* the app's path */
	const char *output;  /* where the manifest is saved; "-" is standard output */
	const char *api;     /* publish(): the URL of GitHub's API, or another's that has the same */
	const char *path;    /* publish_local(): the app's path where it will be launched; NULL: where it is */
	bool is_interactive; /* somebody is there who can be asked for a token */
	void (*say)(const char *text);  /* a line for the person */
	void (*step)(const char *text); /* a line about what is being done; NULL: nobody looks */
};

/* What was made. */
struct publication {
	char *app;      /* its URL */
	char *manifest; /* its URL, or where it was saved */
	char sha256[DIGEST_HEX_MAX], manifest_sha256[DIGEST_HEX_MAX];
};

void publication_free(struct publication *publication);
#define cleanup_publication cleanup(publication_free)

/* 0 or -1. STATUS_FALSE: what can be downloaded is not the file. STATUS_BAD: the file cannot be an app, the token or
 * the file is refused. EX_USAGE: there is no token and nobody to ask. EX_TEMPFAIL: may go better later. A gist that was
 * made before the failure stays. */
int publish(const struct publish_settings *settings, struct publication *publication, struct err *err);
int publish_local(const struct publish_settings *settings, struct publication *publication, struct err *err);

/* Appends the manifest's place and its pinned form MANIFEST#sha256=HEX, a line each; or all of it as one JSON object.
 */
int publication_write(const struct publication *publication, bool is_json, struct bytes *into, struct err *err);

#endif
