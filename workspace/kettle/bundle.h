/* The app compiled by esbuild into one JavaScript module, with the packages it imports.
 *
 * esbuild reads the app from a memory file, so what it compiles is what was hashed. The packages are those beside
 * kettle, reached by a link in the work folder; that nothing else got in is checked afterwards (imports.h).
 */
#ifndef KETTLE_BUNDLE_H
#define KETTLE_BUNDLE_H

#include "app.h"
#include "parts.h"
#include "supervise.h"

/* Writes FOLDER/app.js. size: its bytes. STATUS_BAD: the app does not compile, as `FILE:LINE:COLUMN: reason`;
 * EX_OSERR: esbuild failed otherwise; EX_TEMPFAIL: it took too long; 128 and the signal when stopped by one. */
int bundle_make(const struct supervisor *supervisor, const struct parts *parts, const struct app *app,
		const char *folder, size_t *size, struct err *err);

/* The reason in what esbuild printed, in one line. STATUS_BAD, `FILE:LINE:COLUMN: reason`: the app does not compile.
 * EX_OSERR, its first line: esbuild failed for a reason of its own, such as a full disk. -1. */
int bundle_reason(const char *printed, struct err *err);

#endif
