/* The app that a manifest names: one file, read once into memory and checked there. What is compiled later is this
 * memory, so nothing can come between the check and the use.
 */
#ifndef KETTLE_APP_H
#define KETTLE_APP_H

#include "bytes.h"
#include "manifest.h"

enum { APP_CAP = 5 << 20 };

struct app {
	char *path;         /* or URL */
	char *name;         /* the file's name in plain ASCII letters, for messages: other characters are '_' */
	const char *loader; /* what esbuild is to read it as: "ts" or "js" */
	struct bytes text;
};

/* What esbuild is to read a file of that name as, "ts" or "js"; NULL when it is not a .ts, .js or .mjs file. */
const char *app_loader(const char *name);

void app_free(struct app *app);
#define cleanup_app cleanup(app_free)

/* Reads and checks the app of that manifest, found at manifest_source. STATUS_FALSE: its SHA-256 is not the manifest's.
 * STATUS_BAD: not a regular file, larger than APP_CAP, not a .ts, .js or .mjs file; otherwise as source_get(). */
int app_load(const struct manifest *manifest, const struct source *manifest_source, const struct supervisor *supervisor,
	     struct app *app, struct err *err);

#endif
