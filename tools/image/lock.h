/* Locks: which packages they name, each with its digest and the line it stands in.
 *
 * Two forms, by the file's name: package-lock.json is npm's own (lockfileVersion 3, integrity as SHA-512), any other
 * file a debian.lock (`format 1`, `epoch SECONDS`, then `NAME VERSION ARCH SIZE SHA256 PATH-IN-POOL`, sorted). What
 * mk/lock-list.awk takes of npm's is taken here: not the root, and not what is optional or for another platform.
 *
 * Source: mk/store.mk.
 */
#ifndef IMAGE_LOCK_H
#define IMAGE_LOCK_H

#include "arena.h"
#include "bytes.h"

enum { LOCK_CAP = 16 << 20, LOCK_PACKAGES = 100000 };

struct lock_package {
	const char *name, *version;
	const char *algorithm; /* "sha256" or "sha512" */
	const char *hex;       /* lower-case */
	size_t line;           /* from 1 */
};

struct lock {
	struct arena arena;
	struct lock_package *packages; /* in the order of the file */
	size_t count, room;
	size_t epoch_line; /* 0: npm's has none */
};

void lock_free(struct lock *lock);
#define cleanup_lock cleanup(lock_free)

/* name says which form it is. Fills *lock, which the caller frees in any case. STATUS_BAD: `line N: reason`. */
int lock_parse(const char *name, const char *text, size_t size, struct lock *lock, struct err *err);

#endif
