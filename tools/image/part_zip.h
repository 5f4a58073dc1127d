/* The entries of a zip's central directory, one after the other.
 *
 * Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 (records), 4.4 (fields), 4.5 (extra fields).
 */
#ifndef IMAGE_PART_ZIP_H
#define IMAGE_PART_ZIP_H

#include "partform.h"

struct zip {
	struct span file;
	uint64_t end;             /* of central directory: where that record is */
	uint64_t end64, locator;  /* the records of a Zip64 one, or 0 */
	uint64_t base;            /* what was put in front of the zip, and is not counted in its offsets */
	uint64_t directory, size; /* where the central directory is */
	uint64_t at;              /* the next entry of it */
};

struct zip_entry {
	struct span name;
	uint64_t at, end; /* in the central directory */
	uint64_t local;   /* header of the data */
	uint64_t stored;  /* bytes of the data */
	unsigned method;
};

bool zip_open(struct span file, struct zip *zip);
bool zip_next(struct zip *zip, struct zip_entry *entry);

#endif
