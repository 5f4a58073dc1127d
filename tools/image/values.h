/* measurements.json as a table: each value that is no array or object, by its path as jq writes it.
 *
 *	.image.layers[3].blob.sha256      9052ce30…
 *	.tdx.vms[0].vm.cpus               4
 *
 * Read strictly: the schema's name, its six members and no other, digests that are digests, and names that can be parts
 * of paths below images/, since that is what they become. What is not computed is simply not there.
 *
 * Source of the shape: docs/schema/measurements-1.json.
 */
#ifndef IMAGE_VALUES_H
#define IMAGE_VALUES_H

#include "arena.h"

#include <stdbool.h>

enum { VALUES_MAX = 1 << 20 };

struct value {
	const char *path;
	const char *text; /* a string's text, a number or `true` as written; null is not in the table */
	bool is_string;
};

struct values {
	struct arena arena;
	struct value *list; /* in the order of the file */
	size_t count, room;
	struct value **by_path; /* sorted */
};

void values_free(struct values *values);
#define cleanup_values cleanup(values_free)

/* Fills *values, which the caller frees in any case. STATUS_BAD for what is not such a file. */
int values_parse(const char *text, size_t size, struct values *values, struct err *err);

/* The value at that path, or NULL. */
const struct value *values_find(const struct values *values, const char *path);

/* The same, its text alone, by a path that is put together; NULL too when it would be too long. */
const char *values_text(const struct values *values, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
