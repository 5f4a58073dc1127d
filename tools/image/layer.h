/* A layer: what is known of it once it has been read. */
#ifndef IMAGE_LAYER_H
#define IMAGE_LAYER_H

#include "pipeline.h"

struct layer {
	enum codec codec; /* of the blob */
	uint64_t entries;
	struct digests blob, diff_id;
};

/* spec: OCI image-spec media-types.md */
const char *layer_media_type(enum codec codec);

/* Reads a layer, compressed or not, for its digests. */
int layer_read(int fd, unsigned threads, struct layer *layer, struct err *err);

/* Reads a layer, compressed or not, and writes it to out under contract. progress as in struct pipeline_job. */
int layer_encode(int fd, const struct contract *contract, int out, unsigned threads,
		 void (*progress)(uint64_t tar_bytes), struct layer *layer, struct err *err);

/* {"media_type", "entries", "blob", "diff_id"}: for the caller to add to. */
struct json *layer_json(const struct layer *layer);

#endif
