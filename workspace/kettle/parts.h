/* The files kettle works with, found beside its own: PREFIX/bin/kettle has them under PREFIX/lib. So a build folder and
 * the image are laid out alike, and no variable can put another program in their place.
 */
#ifndef KETTLE_PARTS_H
#define KETTLE_PARTS_H

#include "err.h"

struct parts {
	char *workerd;  /* lib/node_modules/@cloudflare/workerd-linux-64/bin/workerd */
	char *esbuild;  /* lib/node_modules/@esbuild/linux-x64/bin/esbuild */
	char *entry;    /* lib/kettle/entry.js: what stands between workerd and the app */
	char *files;    /* lib/kettle/files.js: the worker that has the static files */
	char *packages; /* lib/node_modules: what an app may import is in there (imports.h) */
};

void parts_free(struct parts *parts);
#define cleanup_parts cleanup(parts_free)

/* EX_OSFILE, naming the path, when one is not there or cannot be run. */
int parts_find(struct parts *parts, struct err *err);

#endif
