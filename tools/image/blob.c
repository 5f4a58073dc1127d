#include "blob.h"

#include "archive.h"
#include "tarblock.h"

#include <pthread.h>

/* Decompresses, and watches where members begin. */
struct unpacking {
	struct blob *blob;
	struct decoder *decoder;
	uint64_t count, last; /* members seen, and where the last began */
};

static ssize_t unpack(void *context, void *into, size_t size, struct err *err)
{
	struct unpacking *unpacking = context;
	struct blob *blob = unpacking->blob;
	ssize_t n = decoder_read(unpacking->decoder, into, size, err);
	uint64_t at = decoder_member(unpacking->decoder);
	if (n > 0 && (!unpacking->count || at != unpacking->last)) {
		unpacking->count++;
		unpacking->last = at;
		if (at <= blob->mark) {
			blob->member = unpacking->count;
			blob->member_at = at;
		}
	}
	return n;
}

static int unpack_others(struct blob *blob, struct walk *walk, struct err *err)
{
	cleanup_unpacker struct unpacker *unpacker = unpacker_open(source_of_walk(walk), err);
	return unpacker ? spool_add(&blob->spool, source_of_unpacker(unpacker), &blob->tar, err) : -1;
}

static int find_tar(struct blob *blob, struct err *err)
{
	char block[TAR_BLOCK];
	struct walk walk = {.range = blob->file};
	ssize_t n = range_read(&blob->file, 0, block, sizeof block, err);
	if (n < 0)
		return -1;
	if (n == TAR_BLOCK && tarblock_sum(block) != SUM_WRONG) {
		blob->tar = blob->file;
		return 0;
	}
	cleanup_decoder struct decoder *decoder = decoder_open(source_of_walk(&walk), err);
	if (!decoder)
		return -1;
	blob->codec = decoder_codec(decoder);
	struct unpacking unpacking = {.blob = blob, .decoder = decoder};
	if (blob->codec != CODEC_NONE)
		return spool_add(&blob->spool, (struct source){unpack, &unpacking}, &blob->tar, err);
	walk.done = 0;
	return unpack_others(blob, &walk, err);
}

int blob_open(struct blob *blob, struct err *err)
{
	if (find_tar(blob, err))
		return -1;
	blob->members.is_private = blob->tar.fd == blob->spool.fd;
	return members_read(&blob->tar, &blob->members, err);
}

void blob_close(struct blob *blob)
{
	members_free(&blob->members);
	spool_close(&blob->spool);
}

struct work {
	struct blob_pair *pair;
	int side;
};

static void *open_one(void *context)
{
	const struct work *work = context;
	struct blob_pair *pair = work->pair;
	pair->failed[work->side] = blob_open(&pair->blobs[work->side], &pair->errs[work->side]);
	return NULL;
}

void blob_open_both(struct blob_pair *pair)
{
	pthread_t thread;
	struct work works[2] = {{pair, 0}, {pair, 1}};
	bool beside = !pthread_create(&thread, NULL, open_one, &works[1]);
	open_one(&works[0]);
	if (beside)
		pthread_join(thread, NULL);
	else
		open_one(&works[1]);
}

void blob_close_both(struct blob_pair *pair)
{
	blob_close(&pair->blobs[0]);
	blob_close(&pair->blobs[1]);
}
