/* Why two files, or two values of a field, differ: a guess from the list in docs/causes.md, with the evidence in words.
 *
 * It says nothing that it does not see in the bytes: NULL when unsure.
 */
#ifndef IMAGE_CAUSE_H
#define IMAGE_CAUSE_H

#include <stddef.h>
#include <stdint.h>

/* A difference. What is not known is NULL. */
struct evidence {
	const char *path;  /* of the entry */
	const char *field; /* "mtime", "uid", "mode", ...; for a difference in content the part's name, or NULL */
	const char *a, *b; /* both values of the field as text */
	const void *content_a, *content_b;
	size_t size_a, size_b;
	uint64_t offset; /* of the first byte that differs */
};

enum { CAUSE_TEXT = 200 };

/* A word of docs/causes.md, static text, with text filled; or NULL, with text empty. */
const char *cause_guess(const struct evidence *evidence, char text[static CAUSE_TEXT]);

#endif
