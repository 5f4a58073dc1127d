/* Where the manifest and the app come from: a path, a file:// URL, an https:// URL, or an http:// URL of this machine's
 * own addresses; and what its bytes must hash to. A manifest may also be given as its own text, which begins with `{`.
 *
 * A name may end in a pin, `#sha256=` and 64 hexadecimal digits: then nothing reads the bytes before their SHA-256 was
 * found to be that.
 *
 * Sources: spec: RFC 8089 section 2 (file URLs), RFC 3986 section 2.1 (percent-encoding).
 */
#ifndef KETTLE_SOURCE_H
#define KETTLE_SOURCE_H

#include "bytes.h"
#include "digest.h"
#include "supervise.h"

struct source {
	char *place; /* a path, or an http:// or https:// URL without the pin; of a text: what messages call it */
	char *text;  /* given itself and in no place; else NULL */
	bool is_remote;
	char pin[DIGEST_HEX_MAX]; /* lower-case; "": none */
	char *base;               /* what relative names in it are relative to; source_get() follows redirects */
};

void source_free(struct source *source);
#define cleanup_source cleanup(source_free)

/* Fills *source from a name. A relative one is relative to what base is, which it was found in (NULL: a person gave it,
 * and it is relative to the working folder; his alone may be a text). STATUS_BAD: empty, a URL that is not supported, a
 * pin that is none, a relative name in what was given as text. */
int source_name(const char *name, const struct source *base, struct source *source, struct err *err);

/* Appends its bytes, cap at most. STATUS_FALSE: they are not what the pin says. Otherwise as source_load() or fetch().
 */
int source_get(struct source *source, const struct supervisor *supervisor, size_t cap, struct bytes *into,
	       struct err *err);

/* Appends the bytes of a regular file. STATUS_BAD: not a regular file, or more than cap bytes. EX_IOERR: cannot be
 * read. */
int source_load(const char *path, size_t cap, struct bytes *into, struct err *err);

/* STATUS_FALSE when the bytes do not have that SHA-256 (lower-case); for the text, who says they have, and what
 * stands behind it. */
int source_check(const struct bytes *bytes, const char *sha256, const char *who, const char *advice, struct err *err);

#endif
