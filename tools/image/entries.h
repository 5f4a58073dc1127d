/* Counts the entries of a tar as it streams by, and refuses what is not one whole tar.
 *
 * Nothing is kept but the header being read, so memory does not depend on the tar. Checked, because readers disagree
 * about it or a truncated download would look like it: header checksums, sizes (octal or base-256; a pax `size` record
 * overrides), that what may have no contents claims none, that an extended header is followed by its entry, that two
 * zero blocks end the archive and only zeros come after them, that the whole is a multiple of 512 bytes.
 *
 * Sources: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar Format"
 * (base-256 numbers, types K and L); OCI image-spec layer.md (which types a layer has).
 */
#ifndef IMAGE_ENTRIES_H
#define IMAGE_ENTRIES_H

#include "cleanup.h"
#include "err.h"

#include <stddef.h>
#include <stdint.h>

enum { ENTRIES_EXTENDED_CAP = 1 << 20 }; /* bytes an extended header may have */

struct entries;
struct entries *entries_new(struct err *err);
void entries_free(struct entries *entries);
CLEANUP_DEFINE(entries, struct entries *, NULL, entries_free)
#define cleanup_entries cleanup(cleanup_entries_at)

/* The next size bytes of the tar. Returns 0, or -1 with `tar entry N at offset O: reason` (STATUS_BAD). */
int entries_push(struct entries *entries, const void *data, size_t size, struct err *err);

/* No more bytes: was it whole? The number of entries, extended headers not counted, goes into *count. */
int entries_end(struct entries *entries, uint64_t *count, struct err *err);

#endif
