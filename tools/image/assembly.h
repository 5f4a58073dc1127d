/* From image.json and layers to a finished layout: what image-assemble does. */
#ifndef IMAGE_ASSEMBLY_H
#define IMAGE_ASSEMBLY_H

#include "codec.h"

#include <stddef.h>

struct assembly {
	const char *definition; /* path of image.json; "-" is standard input, here and in layers */
	char **layers;          /* paths, lowest first */
	size_t layer_count;
	const char *output;    /* folder of the layout */
	const char *reference; /* name of the image in its index */
	const char *report;    /* path, or NULL */
	const char *cache;     /* folder, or NULL */
	struct contract contract;
	unsigned threads;
	uint64_t epoch;
	void (*progress)(uint64_t tar_bytes);                     /* read of the current layer; may be NULL */
	void (*trouble)(const char *path, const struct err *err); /* what does not harm the result: the cache */
};

int assembly_run(const struct assembly *assembly, struct err *err);

#endif
