/* What the formats of part.h are written with: bytes that cannot be read past, tables of fields, and a name that grows.
 *
 * A format is a function `NAME_part`. It looks whether the file is one of its own, and only then adds to the name: true
 * means that it did.
 */
#ifndef IMAGE_PARTFORM_H
#define IMAGE_PARTFORM_H

#include "part.h"

#include <stdbool.h>

struct span {
	const uint8_t *data;
	size_t size;
};

struct naming {
	struct part *part;
	size_t length;  /* of part->name so far */
	uint64_t base;  /* where the file at hand begins in the outermost one */
	unsigned depth; /* files around it */
};

static inline bool span_has(struct span span, uint64_t at, uint64_t size)
{
	return at <= span.size && size <= span.size - at;
}

/* As much of the stretch as there is. */
static inline struct span span_cut(struct span span, uint64_t at, uint64_t size)
{
	uint64_t from = at < span.size ? at : span.size, left = span.size - from;
	return (struct span){from ? span.data + from : span.data, size < left ? size : left};
}

static inline bool holds(uint64_t at, uint64_t size, uint64_t offset)
{
	return offset >= at && offset - at < size;
}

/* A number of 1 to 8 bytes; 0 where they are not all there. */
uint64_t span_little(struct span span, uint64_t at, unsigned bytes);
uint64_t span_big(struct span span, uint64_t at, unsigned bytes);
bool span_begins(struct span span, const void *magic, size_t size);

/* Up to a NUL, which need not be there. */
struct span span_string(struct span span, uint64_t at);

/* Fields that follow each other. Most formats have one width, in size[0]; ELF has two. The last has no name. */
struct field {
	const char *name;
	uint8_t size[2];
};

uint64_t fields_size(const struct field *fields, unsigned width);

/* Adds the field's name, of a structure that begins at `at`; false when offset is not inside. */
bool naming_field(struct naming *naming, const struct field *fields, unsigned width, uint64_t at, uint64_t offset);

void naming_add(struct naming *naming, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Text from the file; what is long loses its middle, so that more can follow. */
void naming_text(struct naming *naming, struct span text);

/* What a file says comes as it is: control characters, and bytes that are not UTF-8, become '?'. */
void text_make_readable(char *text);

/* Which bytes have the name. */
void naming_range(struct naming *naming, uint64_t at, uint64_t size);

/* Looks into a file that lies inside; where it is of no known format, says how far in the offset is. */
void naming_inside(struct naming *naming, struct span file, uint64_t at, uint64_t size, uint64_t offset);

bool elf_part(struct span file, uint64_t offset, struct naming *naming);
bool gzip_part(struct span file, uint64_t offset, struct naming *naming);
bool zstd_part(struct span file, uint64_t offset, struct naming *naming);
bool ar_part(struct span file, uint64_t offset, struct naming *naming);
bool zip_part(struct span file, uint64_t offset, struct naming *naming);
bool tar_part(struct span file, uint64_t offset, struct naming *naming);
bool pem_part(struct span file, uint64_t offset, struct naming *naming);
bool der_part(struct span file, uint64_t offset, struct naming *naming);
bool json_part(struct span file, uint64_t offset, struct naming *naming);
bool text_part(struct span file, uint64_t offset, struct naming *naming);

#endif
