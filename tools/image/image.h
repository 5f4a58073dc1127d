/* An image as the layout that holds it has it: index, manifest, config, layers. For layouts of other people too, so
 * nothing in it is believed: not that a blob is what its digest says (that is for who compares bytes), not that it
 * is a file.
 *
 * A layout has one manifest here. Layers are files that are opened when they are asked for.
 *
 * Sources: OCI image-spec 1.1: image-layout.md, image-index.md, manifest.md, descriptor.md, config.md.
 */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "arena.h"
#include "bytes.h"
#include "json.h"

/* A JSON document of a layout. */
struct document {
	const char *path; /* below the layout's folder */
	struct bytes bytes;
	struct json *json;
};

struct image_layer {
	const char *digest; /* "sha256:…", as the manifest has it */
	const char *path;   /* below the layout's folder */
	const char *type;   /* its media type; "": none is given */
	const char *title;  /* what its history says it was made by; NULL: nothing */
};

struct image {
	struct arena arena;
	int folder;
	struct document marker, index, manifest, config; /* marker: the file oci-layout */
	struct image_layer *layers;
	size_t count;
};
#define IMAGE_NONE ((struct image){.folder = -1})

int image_open(const char *path, struct image *image, struct err *err);
void image_close(struct image *image);
#define cleanup_image cleanup(image_close)

/* A file below the layout's folder: a descriptor the caller closes. What is no regular file is refused. */
int image_file(const struct image *image, const char *path, struct err *err);

#endif
