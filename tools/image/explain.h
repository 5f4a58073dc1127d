/* The graph of one measurements.json and the tree it was made of: which value comes from which file, and how.
 *
 * The rules are those of mk/image.mk, mk/layer.sh, mk/measurements.sh and mk/deploy.sh, told the other way round. A
 * file of the tree that is not there is left out, so a measurements.json alone still explains as far as it goes.
 * Whether the tree is the one that measurements.json is of is told by explain_stranger().
 */
#ifndef IMAGE_EXPLAIN_H
#define IMAGE_EXPLAIN_H

#include "bytes.h"
#include "graph.h"

enum { SOURCE_CAP = 64 << 20 }; /* bytes of a file of the tree */

struct explain {
	struct graph graph;
	const char *tree;  /* a folder's path */
	const char *image; /* its name */
	struct thing *manifest, *config, *os_files[4], *shapes;
};

enum os_file { OS_FIRMWARE, OS_KERNEL, OS_INITRD, OS_METADATA };

void explain_free(struct explain *explain);
#define cleanup_explain cleanup(explain_free)

/* From the file's bytes. Fills *explain, which the caller frees in any case; tree is the caller's. STATUS_BAD when it,
 * or a lock or list of the tree, cannot be read as such. */
int explain_make(struct explain *explain, const char *text, size_t size, const char *tree, struct err *err);

/* The first file of the tree that is not the one the values are of, or is not there: a lock, or what is a file of the
 * image. NULL: there is none. */
const char *explain_stranger(const struct explain *explain);

/* The parts: image and inputs, deployment with RTMR3, virtual machines. */
int explain_image(struct explain *explain, struct err *err);
int explain_deployment(struct explain *explain, struct err *err);
int explain_machines(struct explain *explain, struct err *err);

/* sources: files of the tree, by their paths from its root */

/* Is there such a file? */
bool source_exists(const struct explain *explain, const char *path);
int source_load(const struct explain *explain, const char *path, struct bytes *into, struct err *err);

/* The thing for it, made when it is new: with the digests in `inputs` that every byte of it changes. */
struct thing *source_thing(struct explain *explain, const char *path, struct err *err);

/* What the build root compiles into that path, build/builder/bin/NAME, and of which sources. digest: lower-case SHA-256
 * it should have; NULL: it is not known. With another digest, or when it is not there, every source of its rooms may be
 * in it. */
struct thing *program_thing(struct explain *explain, const char *path, const char *digest, struct err *err);

/* What a build program or rule of this path makes: paths of values, ended by NULL; NULL: nothing. */
const char *const *made_by(const char *path);

#endif
