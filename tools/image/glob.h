/* Patterns for paths and names.
 *
 *	?	one character but '/'
 *	*	any characters but '/'
 *	**	any characters; between slashes, or before the first, also no component at all
 *	[a-z]	one character of the set; [!a-z] one that is not in it; never '/'
 *	\c	the character c itself
 *
 * A character is a byte, except that ? and [!...] take a whole UTF-8 character. Sets list ASCII characters.
 */
#ifndef IMAGE_GLOB_H
#define IMAGE_GLOB_H

#include <stdbool.h>
#include <stddef.h>

bool glob_match(const char *pattern, const char *text, size_t size);

/* A list that only ever gets a new head, so that whoever holds an older head holds the older list. */
struct globs {
	const char *pattern;
	const struct globs *next;
};

bool globs_match(const struct globs *globs, const char *text, size_t size);

/* The path or one of the folders above it matches. */
bool globs_cover(const struct globs *globs, const char *path, size_t size);

#endif
