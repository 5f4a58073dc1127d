/* The three JSON documents of an OCI image: config, manifest, index. Members come out sorted, whatever the order here.
 *
 * Each returns a value the caller frees, or, when memory is out, one that json_write() refuses.
 *
 * Sources: OCI image-spec 1.1: config.md, manifest.md, image-index.md, descriptor.md, annotations.md.
 */
#ifndef IMAGE_MANIFEST_H
#define IMAGE_MANIFEST_H

#include "definition.h"
#include "layer.h"

/* A layer and the name its history entry has. */
struct manifest_layer {
	char *name;
	struct layer layer;
};

/* Latest time RFC 3339 can write: 9999-12-31T23:59:59Z, in seconds since 1970. */
#define MANIFEST_EPOCH_MAX UINT64_C(253402300799)

/* The image config. epoch: when the image was created, not above MANIFEST_EPOCH_MAX. */
struct json *manifest_config(const struct definition *definition, uint64_t epoch, const struct manifest_layer *layers,
			     size_t count);

/* The image manifest. config: digests of the config's bytes. */
struct json *manifest_json(const struct definition *definition, const struct digests *config,
			   const struct manifest_layer *layers, size_t count);

/* The index that names one manifest by reference, as the file index.json of a layout does. */
struct json *manifest_index(const struct digests *manifest, const char *reference);

#endif
