/* What an app may import, and whether that is all it did import.
 *
 * Some modules the worker has itself: they stay imports. Packages are those beside kettle, which came with it.
 * Everything else would be code that nobody hashed. esbuild would gladly take it in, from a node_modules folder further
 * up or by an absolute path, or leave an https: import to the run time; its own record of what went in (the metafile)
 * is read back.
 */
#ifndef KETTLE_IMPORTS_H
#define KETTLE_IMPORTS_H

#include "bytes.h"

/* Modules the worker has, as patterns esbuild takes; ends with NULL. */
extern const char *const imports_external[];

/* The name by which esbuild finds the packages, in the folder it works in. */
#define IMPORTS_FOLDER "node_modules"

/* Judges a metafile: 0 when what went in is the app, as it is named there, and packages of ours, and what is left to
 * the run time is the worker's. text: the app's, to say where in it an import is. */
int imports_check(const char *metafile, size_t size, const char *app, const char *text, struct err *err);

/* Why an import of the app is none it may have. place: `FILE:LINE:COLUMN`, or what is known of it. -1, STATUS_BAD. */
int imports_refuse(const char *place, const char *name, struct err *err);

#endif
