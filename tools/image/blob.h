/* A layer's file, opened for its tar: decompressed into a temporary file unless it is a tar already. */
#ifndef IMAGE_BLOB_H
#define IMAGE_BLOB_H

#include "codec.h"
#include "members.h"
#include "range.h"

struct blob {
	struct range file;  /* as it is */
	uint64_t mark;      /* offset in the file: the member that has it is noted */
	struct spool spool; /* of the tar; none when the file is the tar */
	struct range tar;
	enum codec codec;
	uint64_t member,
		member_at; /* number from 1 and offset of the member or frame with the mark; 0: there is none */
	struct members members;
};

/* file and mark, and spool.cap, are set by the caller; the rest is zeros, spool.fd -1. Fills in all others. */
int blob_open(struct blob *blob, struct err *err);
void blob_close(struct blob *blob);

/* Both at once, on two threads. *side is that which fails; both are tried. 1: one failed, -1 never. */
struct blob_pair {
	struct blob blobs[2];
	struct err errs[2];
	bool failed[2];
};
void blob_open_both(struct blob_pair *pair);
void blob_close_both(struct blob_pair *pair);
#define cleanup_blobs cleanup(blob_close_both)

#endif
