/* What tar headers are made of, read without trust: fields of a header block and records of a pax header.
 *
 * Two readers stand on it: tarhead.h, beside the library that reads tars, and entries.h, which counts as bytes stream
 * by.
 *
 * Sources: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual, "Basic Tar Format"
 * (base-256 numbers).
 */
#ifndef IMAGE_TARBLOCK_H
#define IMAGE_TARBLOCK_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TAR_BLOCK = 512 };

/* A header block's checksum; a block of zeros is none, and ends an archive. */
enum tarblock_sum { SUM_HOLDS, SUM_WRONG, SUM_ZEROS };
enum tarblock_sum tarblock_sum(const void *block);

/* The field size, octal or base-256; -1 when it is empty. Refuses what is negative or over 63 bits. */
int tarblock_size(const void *block, int64_t *size, struct err *err);

char tarblock_type(const void *block);

/* A record of a pax header; both point into it. */
struct tarblock_record {
	const char *key, *value;
	size_t key_size, size;
};

/* The record at *at, which moves behind it; end is that of the header's data. */
int tarblock_record(const char **at, const char *end, struct tarblock_record *record, struct err *err);
bool tarblock_is(const struct tarblock_record *record, const char *key);

/* A record's value as a number: decimal digits and nothing else, below 2^63. */
int tarblock_number(const struct tarblock_record *record, int64_t *value, struct err *err);

#endif
