/* An OCI image layout being made: never half-done, whatever happens.
 *
 * All is written to PATH.partial beside PATH, which then takes PATH's place in one step. A folder of that name left by
 * a run that was killed is removed; one that another run is filling is waited for. PATH may be absent, an empty folder,
 * or a layout, which is replaced; anything else is refused. Files have mode 0644, folders 0755, whatever the umask.
 *
 * Source: OCI image-spec image-layout.md.
 */
#ifndef IMAGE_LAYOUT_H
#define IMAGE_LAYOUT_H

#include "digests.h"

struct layout {
	char *path, *partial;
	int folder; /* PATH.partial, locked */
	int blobs;  /* its blobs/sha256 */
};
#define LAYOUT_NONE ((struct layout){.folder = -1, .blobs = -1})

int layout_begin(const char *path, struct layout *layout, struct err *err);

/* A blob whose digest is not known yet: a descriptor to write to and read from, which the caller closes, and then its
 * name. One at a time.
 */
int layout_blob_open(const struct layout *layout, struct err *err);
int layout_blob_name(const struct layout *layout, const struct digests *digests, struct err *err);

/* A small blob at once; its digests are filled in. */
int layout_blob_add(const struct layout *layout, const void *data, size_t size, struct digests *digests,
		    struct err *err);

/* Writes index.json and puts the layout in its place. */
int layout_commit(struct layout *layout, const void *index, size_t size, struct err *err);

/* Releases; removes what was not committed. */
void layout_drop(struct layout *layout);
#define cleanup_layout cleanup(layout_drop)

#endif
