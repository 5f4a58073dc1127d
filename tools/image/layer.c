#include "layer.h"

#include <fcntl.h>

const char *layer_media_type(enum codec codec)
{
	static const char *const types[] = {
		"application/vnd.oci.image.layer.v1.tar",
		"application/vnd.oci.image.layer.v1.tar+gzip",
		"application/vnd.oci.image.layer.v1.tar+zstd",
	};
	return types[codec];
}

/* A source that digests what passes through it. */
struct tee {
	struct source from;
	struct digester digester;
	bool on;
};

static ssize_t tee_read(void *context, void *into, size_t size, struct err *err)
{
	struct tee *tee = context;
	ssize_t n = tee->from.read(tee->from.context, into, size, err);
	if (n > 0 && tee->on)
		digester_add(&tee->digester, into, (size_t)n);
	return n;
}

static void tee_drop(struct tee *tee)
{
	digester_drop(&tee->digester);
}

/* A pipe of a block's size saves most of the switching between its two ends; it may be refused, and no matter. */
static struct source begin(int *fd)
{
	fcntl(*fd, F_SETPIPE_SZ, CODEC_BLOCK);
	return source_of_fd(fd);
}

int layer_read(int fd, unsigned threads, struct layer *layer, struct err *err)
{
	struct pipeline_result result;
	cleanup(tee_drop) struct tee tee = {.from = begin(&fd), .on = true};
	if (digester_begin(&tee.digester, err))
		return -1;
	cleanup_decoder struct decoder *decoder = decoder_open((struct source){tee_read, &tee}, err);
	if (!decoder)
		return -1;
	layer->codec = decoder_codec(decoder);
	tee.on = layer->codec != CODEC_NONE; /* else the blob is the tar, and need not be digested twice */
	struct pipeline_job job = {.tar = source_of_decoder(decoder), .out = -1, .threads = threads};
	if (pipeline_run(&job, &result, err))
		return -1;
	layer->entries = result.entries;
	layer->diff_id = layer->blob = result.diff_id;
	if (tee.on)
		digester_end(&tee.digester, &layer->blob);
	return 0;
}

int layer_encode(int fd, const struct contract *contract, int out, unsigned threads,
		 void (*progress)(uint64_t tar_bytes), struct layer *layer, struct err *err)
{
	struct pipeline_result result;
	cleanup_decoder struct decoder *decoder = decoder_open(begin(&fd), err);
	if (!decoder)
		return -1;
	struct pipeline_job job = {source_of_decoder(decoder), contract, out, threads, progress};
	if (pipeline_run(&job, &result, err))
		return -1;
	*layer = (struct layer){contract->codec, result.entries, result.blob, result.diff_id};
	return 0;
}

struct json *layer_json(const struct layer *layer)
{
	struct json *json = json_object();
	json_set(json, "media_type", json_string(layer_media_type(layer->codec)));
	json_set(json, "entries", json_number(layer->entries));
	json_set(json, "blob", digests_json(&layer->blob));
	json_set(json, "diff_id", digests_json(&layer->diff_id));
	return json;
}
