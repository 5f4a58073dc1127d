/* Compares images, layers and tars, and notes what differs.
 *
 *	compare_images.c     two layouts: documents, then pairs of layers, then other files
 *	compare_documents.c  two JSON documents, by the path of each value
 *	compare_blobs.c      two layers or tars: bytes, then compression, then what is in them
 *	compare_entries.c    two tables of entries (members.h): order, fields, content
 *	compare_headers.c    two tars of the same entries: the form they are archived in
 *	compare_folders.c    other files of two layouts
 *	compare_note.c       puts a difference into the list, with what can be said of it
 *
 * Each returns 0, also when something differs or one side cannot be read (which is noted), or -1.
 */
#ifndef IMAGE_COMPARE_H
#define IMAGE_COMPARE_H

#include "differences.h"
#include "image.h"
#include "members.h"
#include "range.h"

enum { COMPARE_WHOLE = 64 << 20 }; /* bytes up to which a content is looked into for its parts and causes */

struct comparison {
	struct differences differences;
	uint64_t size; /* most bytes a layer may have when decompressed */
};

int compare_images(struct comparison *comparison, const struct image *first, const struct image *second,
		   struct err *err);

/* follows: a text of lines, each a path whose difference only follows from another; '*' at its end: and all below. */
int compare_documents(struct comparison *comparison, size_t part, const struct document *first,
		      const struct document *second, const char *follows, struct err *err);

/* What is different between two blobs. */
struct compared {
	bool blob, tar, codec;
};
int compare_blobs(struct comparison *comparison, size_t part, const struct range *first, const struct range *second,
		  struct compared *compared, struct err *err);

/* Two files of any kind: their bytes alone. path may be NULL. */
int compare_files(struct comparison *comparison, size_t part, const char *path, const struct range *first,
		  const struct range *second, struct err *err);

/* Files of two layouts that no manifest leads to. */
int compare_folders(struct comparison *comparison, size_t part, const struct image *first, const struct image *second,
		    struct err *err);

int compare_entries(struct comparison *comparison, size_t part, const struct members *first,
		    const struct members *second, struct err *err);

/* Pairs of entries of which nothing else is different, and what follows the last. */
int compare_headers(struct comparison *comparison, size_t part, const struct members *first,
		    const struct members *second, const struct members_pairs *pairs, struct err *err);

/* Where a difference is. */
struct compare_at {
	struct comparison *comparison;
	size_t part;
	const char *path, *field; /* as in struct difference */
	bool follows;
	uint64_t base;      /* of a spot: offset at which the contents begin that parts are looked for in */
	const char *inside; /* of a spot: what these contents are, if not a file; NULL */
};

/* Two values, either NULL when it is not there, which are taken over. */
int compare_note(const struct compare_at *at, struct json *first, struct json *second, struct err *err);

/* Bytes that differ, of two contents that are in memory, or else (NULL) are not looked into. */
int compare_note_spot(const struct compare_at *at, const struct spot *spot, const void *first, const void *second,
		      struct err *err);

/* The same of ranges, which are read when they are small enough. */
int compare_note_ranges(const struct compare_at *at, const struct spot *spot, const struct range *first,
			const struct range *second, struct err *err);

#endif
