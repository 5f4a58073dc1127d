/* Lists of entries in the mtree format: what to put where, without being root and without copying it together first.
 *
 *	#mtree
 *	/set type=file uid=0 gid=0 mode=0644
 *	./etc type=dir mode=0755
 *	./etc/motd contents=files/motd
 *	./etc/mtab type=link link=/proc/mounts
 *	./dev/null type=char device=1,3 mode=0666
 *
 * One entry a line, by its full path from the root, which begins with "./". Keywords: type (file, dir, link, char,
 * block, fifo), mode (octal), uid, gid, time (seconds, a fraction is dropped), link, device (MAJOR,MINOR), contents
 * (a path from the current folder), size (must be that of contents); uname, gname, nlink and tags are passed over. Any
 * other is refused, and so is a file without contents and an entry without a type or, when it has one, a mode: nothing
 * is looked up behind the list's back. uid, gid and time are 0 when they are not given. A byte may be written \ooo.
 *
 * This is read here and not by libarchive, whose reader takes what the list leaves out from the disk.
 *
 * Source: mtree(5), "full path" form.
 */
#ifndef IMAGE_MTREE_H
#define IMAGE_MTREE_H

#include "tree.h"

enum { MTREE_LARGEST = 256 << 20 }; /* bytes of a list */

/* The keywords of an entry, each as its text or NULL. */
enum mtree_keyword {
	MTREE_TYPE,
	MTREE_MODE,
	MTREE_UID,
	MTREE_GID,
	MTREE_TIME,
	MTREE_LINK,
	MTREE_DEVICE,
	MTREE_CONTENTS,
	MTREE_SIZE,
	MTREE_KEYWORDS
};

struct mtree_entry {
	size_t line;      /* from 1 */
	const char *name; /* as written, "./etc/motd" */
	const char *value[MTREE_KEYWORDS];
};

/* Calls each(context, entry, err) for every entry; what it gets is good until it returns. It may fill *err and return
 * -1, which ends the reading. The defaults of /set are kept in the arena. */
int mtree_read(const char *text, size_t size, struct arena *arena,
	       int (*each)(void *context, const struct mtree_entry *entry, struct err *err), void *context,
	       struct err *err);

int mtree_scan(struct tree *tree, const struct mapping *mapping, const char *text, size_t size, struct err *err);

#endif
