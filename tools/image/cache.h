/* Blobs made before, so that an unchanged layer is not compressed again.
 *
 * A folder of two kinds of files: a blob under the hex of its SHA-256, and a key, named by diff ID and contract, that
 * holds the digests of its blob. Damage does no harm: a blob is digested while it is copied, and what does not match
 * its key is passed over and written anew. A sound key is believed, so who may write here decides what a layer's blob
 * is. Any file may be removed at any time.
 */
#ifndef IMAGE_CACHE_H
#define IMAGE_CACHE_H

#include "codec.h"
#include "digests.h"

/* Copies the blob of this tar under this contract to out, from its beginning. Returns 1, or 0 when there is no sound
 * one (out is then empty), or -1 when out cannot be written.
 */
int cache_get(const char *folder, const struct digests *diff_id, const struct contract *contract, int out,
	      struct digests *blob, struct err *err);

/* Adds the blob that can be read from fd. Makes the folder when it is missing. */
int cache_put(const char *folder, const struct digests *diff_id, const struct contract *contract, int fd,
	      const struct digests *blob, struct err *err);

#endif
