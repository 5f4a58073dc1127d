/* Two layouts. */
#include "compare.h"

#include "digest.h"

#include <string.h>

/* Layers side by side; -1: there is none. */
struct layer_pair {
	ssize_t first, second;
	size_t part;
	struct compared compared;
};

struct images {
	struct comparison *comparison;
	const struct image *sides[2];
	size_t marker, index, manifest, config, folder; /* parts */
	struct layer_pair *pairs;
	size_t count;
};

static bool has_digest(const struct image *image, const char *digest)
{
	for (size_t i = 0; i < image->count; i++)
		if (!strcmp(image->layers[i].digest, digest))
			return true;
	return false;
}

/* The same bytes, or the same name when neither's bytes are elsewhere in the other image. */
static bool are_alike(const struct images *images, const struct image_layer *first, const struct image_layer *second)
{
	if (!strcmp(first->digest, second->digest))
		return true;
	return first->title && second->title && !strcmp(first->title, second->title) &&
	       !has_digest(images->sides[1], first->digest) && !has_digest(images->sides[0], second->digest);
}

/* As many layers are compared one by one. Else those of one digest or name, in order; the rest has no partner. */
static int pair_layers(struct images *images, struct err *err)
{
	const struct image *first = images->sides[0], *second = images->sides[1];
	size_t i = 0, k = 0;
	images->pairs = calloc(first->count + second->count + 1, sizeof *images->pairs);
	if (!images->pairs)
		return err_system(err, EX_OSERR, "layers");
	bool all = first->count == second->count;
	while (i < first->count || k < second->count) {
		size_t match = k;
		while (!all && i < first->count && match < second->count &&
		       !are_alike(images, &first->layers[i], &second->layers[match]))
			match++;
		struct layer_pair *pair = &images->pairs[images->count++];
		bool matched = i < first->count && match < second->count;
		*pair = (struct layer_pair){.first = -1, .second = -1};
		if (matched && match == k) {
			pair->first = (ssize_t)i++;
			pair->second = (ssize_t)k++;
		} else if (i < first->count && !matched) {
			pair->first = (ssize_t)i++;
		} else {
			pair->second = (ssize_t)k++;
		}
	}
	return 0;
}

static const struct image_layer *layer_of(const struct images *images, const struct layer_pair *pair, int side)
{
	ssize_t i = side ? pair->second : pair->first;
	return i < 0 ? NULL : &images->sides[side]->layers[i];
}

static int begin_parts(struct images *images, struct err *err)
{
	struct differences *differences = &images->comparison->differences;
	if (differences_begin(differences, "oci-layout", 0, NULL, &images->marker, err) ||
	    differences_begin(differences, "index", 0, NULL, &images->index, err) ||
	    differences_begin(differences, "manifest", 0, NULL, &images->manifest, err) ||
	    differences_begin(differences, "config", 0, NULL, &images->config, err))
		return -1;
	for (size_t i = 0; i < images->count; i++) {
		struct layer_pair *pair = &images->pairs[i];
		const struct image_layer *layer = layer_of(images, pair, pair->first < 0);
		unsigned number = (unsigned)(pair->first < 0 ? pair->second : pair->first) + 1;
		if (differences_begin(differences, "layer", number, layer->title, &pair->part, err))
			return -1;
	}
	return differences_begin(differences, "folder", 0, NULL, &images->folder, err);
}

static int note_layer(const struct images *images, const struct layer_pair *pair, struct err *err)
{
	const struct image_layer *first = layer_of(images, pair, 0), *second = layer_of(images, pair, 1);
	struct compare_at at = {.comparison = images->comparison, .part = pair->part, .field = "layer"};
	return compare_note(&at, first ? json_string(first->digest) : NULL, second ? json_string(second->digest) : NULL,
			    err);
}

static int digest_of(const struct range *range, char text[static 8 + DIGEST_HEX_MAX], struct err *err)
{
	enum { STEP = 64 << 10 };
	cleanup_hasher struct hasher *hasher = hasher_new(SHA256, err);
	cleanup_free char *block = malloc(STEP);
	if (!hasher || !block)
		return hasher ? err_system(err, EX_OSERR, "comparing") : -1;
	for (int64_t at = 0; at < range->size;) {
		ssize_t n = range_read(range, at, block, STEP, err);
		if (n < 0)
			return -1;
		hasher_update(hasher, block, (size_t)n);
		at += n;
	}
	memcpy(text, "sha256:", 7);
	hasher_final_hex(hasher, text + 7);
	return 0;
}

/* Blobs of one name that differ: one of them is not what its name says. */
static int note_digests(const struct images *images, const struct layer_pair *pair, const struct range ranges[2],
			struct err *err)
{
	char texts[2][8 + DIGEST_HEX_MAX];
	struct compare_at at = {.comparison = images->comparison, .part = pair->part, .field = "digest of the bytes"};
	if (strcmp(layer_of(images, pair, 0)->digest, layer_of(images, pair, 1)->digest))
		return 0;
	if (digest_of(&ranges[0], texts[0], err) || digest_of(&ranges[1], texts[1], err))
		return -1;
	return compare_note(&at, json_string(texts[0]), json_string(texts[1]), err);
}

static bool is_tar(const struct image_layer *layer)
{
	return !*layer->type || strstr(layer->type, "tar");
}

/* The file of one side; -1 in *fd and no error when it cannot be read, which is noted. */
static int open_layer(const struct images *images, struct layer_pair *pair, int side, int *fd, struct range *range,
		      struct err *err)
{
	struct err why;
	*fd = image_file(images->sides[side], layer_of(images, pair, side)->path, &why);
	if (*fd >= 0 && !range_of_file(*fd, range, &why))
		return 0;
	cleanup_fd_at(fd);
	*fd = -1;
	if (why.status == STATUS_BAD)
		return differences_unreadable(&images->comparison->differences, pair->part, side, &why, err);
	*err = why;
	return -1;
}

static int compare_layer(const struct images *images, struct layer_pair *pair, struct err *err)
{
	struct comparison *comparison = images->comparison;
	cleanup_fd int first = -1, second = -1;
	struct range ranges[2];
	if (pair->first < 0 || pair->second < 0)
		return note_layer(images, pair, err);
	if (open_layer(images, pair, 0, &first, &ranges[0], err) ||
	    open_layer(images, pair, 1, &second, &ranges[1], err))
		return -1;
	if (first < 0 || second < 0)
		return 0;
	if (!is_tar(layer_of(images, pair, 0)) && !is_tar(layer_of(images, pair, 1))) {
		uint64_t before = differences_total(&comparison->differences);
		if (compare_files(comparison, pair->part, NULL, &ranges[0], &ranges[1], err))
			return -1;
		pair->compared.blob = pair->compared.tar = differences_total(&comparison->differences) > before;
	} else if (compare_blobs(comparison, pair->part, &ranges[0], &ranges[1], &pair->compared, err)) {
		return -1;
	}
	return pair->compared.blob ? note_digests(images, pair, ranges, err) : 0;
}

/* What only follows from something else. */

static bool differ(const struct document *first, const struct document *second)
{
	return first->bytes.size != second->bytes.size ||
	       memcmp(first->bytes.data, second->bytes.data, first->bytes.size);
}

static int follow_layers(const struct images *images, struct bytes *manifest, struct bytes *config, struct err *err)
{
	if (images->sides[0]->count != images->sides[1]->count)
		return bytes_addf(manifest, err, ".layers*\n") || bytes_addf(config, err, ".rootfs.diff_ids*\n") ? -1
														 : 0;
	for (size_t i = 0; i < images->count; i++) {
		const struct compared *compared = &images->pairs[i].compared;
		if (compared->blob && bytes_addf(manifest, err, ".layers[%zu].digest\n.layers[%zu].size\n", i, i))
			return -1;
		if (compared->codec && bytes_addf(manifest, err, ".layers[%zu].mediaType\n", i))
			return -1;
		if (compared->tar && bytes_addf(config, err, ".rootfs.diff_ids[%zu]\n", i))
			return -1;
	}
	return 0;
}

static int compare_all_documents(const struct images *images, struct err *err)
{
	struct comparison *comparison = images->comparison;
	const struct image *first = images->sides[0], *second = images->sides[1];
	cleanup_bytes struct bytes manifest = {0}, config = {0};
	const char *index =
		differ(&first->manifest, &second->manifest) ? ".manifests[0].digest\n.manifests[0].size\n" : "";
	if (bytes_addf(&manifest, err, "%s",
		       differ(&first->config, &second->config) ? ".config.digest\n.config.size\n" : "") ||
	    bytes_addf(&config, err, "%s", "") || follow_layers(images, &manifest, &config, err))
		return -1;
	return compare_documents(comparison, images->marker, &first->marker, &second->marker, "", err) ||
			       compare_documents(comparison, images->index, &first->index, &second->index, index,
						 err) ||
			       compare_documents(comparison, images->manifest, &first->manifest, &second->manifest,
						 manifest.data, err) ||
			       compare_documents(comparison, images->config, &first->config, &second->config,
						 config.data, err)
		       ? -1
		       : 0;
}

int compare_images(struct comparison *comparison, const struct image *first, const struct image *second,
		   struct err *err)
{
	struct images images = {.comparison = comparison, .sides = {first, second}};
	int status = pair_layers(&images, err) || begin_parts(&images, err) ? -1 : 0;
	for (size_t i = 0; !status && i < images.count; i++)
		status = compare_layer(&images, &images.pairs[i], err);
	if (!status)
		status = compare_all_documents(&images, err) ||
					 compare_folders(comparison, images.folder, first, second, err)
				 ? -1
				 : 0;
	free(images.pairs);
	return status;
}
