/* The header blocks of one tar entry, as far as the library that reads tars does not tell or would get wrong:
 *
 *   - types it does not know it takes for files; which type is it really?
 *   - names in a pax header it brings into Unicode's composed form; which bytes are there?
 *   - sizes where there can be no data it drops; do they lie?
 *
 * Sources: POSIX.1-2017 pax, "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar Format"
 * (base-256 numbers; types K, L, S) and "Storing Sparse Files".
 */
#ifndef IMAGE_TARHEAD_H
#define IMAGE_TARHEAD_H

#include "bytes.h"
#include "tarblock.h"

#include <stdbool.h>
#include <stdint.h>

enum { TARHEAD_LARGEST = 8 << 20 }; /* bytes the headers of one entry may have, sparse maps included */

struct tarhead {
	char type;   /* the entry's own typeflag; '0' also for NUL and '7' */
	bool sparse; /* a map of data and holes goes with it */
	bool has_path, has_target;
	int64_t stored;            /* bytes that follow the headers in the archive */
	int64_t end;               /* bytes of the headers walked through; a sparse map may follow */
	struct bytes path, target; /* from a pax header, as they are there */
};
void tarhead_free(struct tarhead *head);
#define cleanup_tarhead cleanup(tarhead_free)

/* data begins with the first header block of an entry (an extended one, perhaps) and goes at least up to the end of
 * the last. *head is zeros.
 */
int tarhead_read(const void *data, size_t size, struct tarhead *head, struct err *err);

#endif
