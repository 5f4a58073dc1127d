/* What differs between two images, layers or tars: found by compare_*.c, printed by differences_text.c and _json.c.
 *
 * A difference belongs to a part (the manifest, a layer) and says which entry, which field, and both values. One that
 * only follows from others, as a layer's digest in the manifest does, is marked so. They are printed outermost cause
 * first: parts in the order in which they were begun, then, in the same order, what only follows.
 *
 * Of each part at most `max` are kept; the rest is counted. Errors are of memory alone.
 */
#ifndef IMAGE_DIFFERENCES_H
#define IMAGE_DIFFERENCES_H

#include "arena.h"
#include "bytes.h"
#include "cause.h"
#include "json.h"
#include "part.h"
#include "spot.h"

struct differences_part {
	const char *name;  /* "index", "manifest", "config", "layer", "tar", "folder"; static text */
	unsigned number;   /* of a layer, from 1; else 0 */
	const char *title; /* of a layer: the name its history has; NULL: none */
	size_t kept, more;
};

struct difference {
	size_t part;
	size_t place;                /* in the order of finding; differences_sort() sets it */
	const char *path;            /* of an entry; NULL: none */
	const char *field;           /* "mode", "content", a JSON path */
	struct json *first, *second; /* values; NULL: it is not there */
	bool follows;
	const struct spot *spot; /* where bytes differ; NULL: it is not about bytes */
	struct part parts[2];    /* what they are part of; name empty: not known */
	const char *list;        /* what part_list() says; NULL: nothing */
	const char *cause;       /* static text; NULL: no guess */
	const char *evidence;
};

struct differences {
	size_t max;
	struct arena arena;
	struct differences_part *parts;
	size_t part_count;
	struct difference *list;
	size_t count, room;
	struct err unreadable; /* why something could not be read; status 0: all could */
	int unreadable_side;   /* and in which of the two */
};
void differences_free(struct differences *differences);
#define cleanup_differences cleanup(differences_free)

/* Begins a part, whose number goes into *part. */
int differences_begin(struct differences *differences, const char *name, unsigned number, const char *title,
		      size_t *part, struct err *err);

/* Takes over first and second; copies the rest. When the part is full the difference is counted only. */
int differences_add(struct differences *differences, const struct difference *difference, struct err *err);

/* Is there no room for one more of that part? Then finding out more about it is in vain. */
bool differences_full(const struct differences *differences, size_t part);

/* Notes that one side (0 or 1) cannot be read for that reason: a difference too. */
int differences_unreadable(struct differences *differences, size_t part, int side, const struct err *why,
			   struct err *err);

/* The number of all, those that are not kept included. */
uint64_t differences_total(const struct differences *differences);

/* Puts causes in front. Before printing. */
void differences_sort(struct differences *differences);

/* One line each, docs/man/image-diff.1. */
int differences_text(const struct differences *differences, struct bytes *into, struct err *err);

/* The members of docs/schema/diff-1.json that are about differences, into object. */
void differences_json(const struct differences *differences, struct json *object);

#endif
