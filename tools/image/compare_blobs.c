/* Two layers or tars: first their bytes, then how they are compressed, then what is in them. */
#include "compare.h"

#include "blob.h"

#include <string.h>

static int find_spot(const struct range *first, const struct range *second, struct spot *spot, struct err *err)
{
	struct walk left = {.range = *first}, right = {.range = *second};
	int side = 0;
	return spot_find(source_of_walk(&left), source_of_walk(&right), spot, &side, err);
}

int compare_files(struct comparison *comparison, size_t part, const char *path, const struct range *first,
		  const struct range *second, struct err *err)
{
	struct compare_at at = {.comparison = comparison, .part = part, .path = path, .field = "content"};
	struct spot spot;
	if (find_spot(first, second, &spot, err))
		return -1;
	return spot.same ? 0 : compare_note_ranges(&at, &spot, first, second, err);
}

static int note_blob(struct comparison *comparison, size_t part, const struct blob_pair *pair, const struct spot *spot,
		     struct err *err)
{
	const struct blob *blob = &pair->blobs[0];
	struct compare_at at = {.comparison = comparison, .part = part, .field = "blob"};
	char inside[64];
	if (blob->member && blob->codec == pair->blobs[1].codec) {
		snprintf(inside, sizeof inside, "%s %llu at byte %llu", blob->codec == CODEC_GZIP ? "member" : "frame",
			 (unsigned long long)blob->member, (unsigned long long)blob->member_at);
		at.inside = inside;
		at.base = blob->member_at;
	}
	return compare_note_ranges(&at, spot, &blob->file, &pair->blobs[1].file, err);
}

static int note_failures(struct comparison *comparison, size_t part, const struct blob_pair *pair,
			 const struct spot *spot, struct err *err)
{
	if (note_blob(comparison, part, pair, spot, err))
		return -1;
	for (int side = 0; side < 2; side++)
		if (pair->failed[side] &&
		    differences_unreadable(&comparison->differences, part, side, &pair->errs[side], err))
			return -1;
	return 0;
}

/* The tars are the same. */
static int note_compression(struct comparison *comparison, size_t part, const struct blob_pair *pair,
			    const struct spot *spot, struct compared *compared, struct err *err)
{
	struct compare_at at = {.comparison = comparison, .part = part, .field = "compression"};
	enum codec first = pair->blobs[0].codec, second = pair->blobs[1].codec;
	compared->codec = first != second;
	if (first != second)
		return compare_note(&at, json_string(codec_name(first)), json_string(codec_name(second)), err);
	return note_blob(comparison, part, pair, spot, err);
}

/* The tars differ, so something is said of it, even if it is nothing that the table of entries has a place for. */
static int compare_tars(struct comparison *comparison, size_t part, const struct blob_pair *pair,
			const struct spot *spot, struct err *err)
{
	struct compare_at at = {.comparison = comparison, .part = part, .field = "tar"};
	const struct blob *first = &pair->blobs[0], *second = &pair->blobs[1];
	uint64_t before = differences_total(&comparison->differences);
	if (compare_entries(comparison, part, &first->members, &second->members, err))
		return -1;
	return differences_total(&comparison->differences) > before ? 0 : compare_note_spot(&at, spot, NULL, NULL, err);
}

static int compare_opened(struct comparison *comparison, size_t part, const struct blob_pair *pair,
			  const struct spot *spot, struct compared *compared, struct err *err)
{
	struct spot tar;
	for (int side = 0; side < 2; side++)
		if (pair->failed[side] && pair->errs[side].status != STATUS_BAD) {
			*err = pair->errs[side];
			return -1;
		}
	compared->tar = true;
	if (pair->failed[0] || pair->failed[1])
		return note_failures(comparison, part, pair, spot, err);
	if (find_spot(&pair->blobs[0].tar, &pair->blobs[1].tar, &tar, err))
		return -1;
	compared->tar = !tar.same;
	if (tar.same)
		return note_compression(comparison, part, pair, spot, compared, err);
	compared->codec = pair->blobs[0].codec != pair->blobs[1].codec;
	return compare_tars(comparison, part, pair, &tar, err);
}

int compare_blobs(struct comparison *comparison, size_t part, const struct range *first, const struct range *second,
		  struct compared *compared, struct err *err)
{
	cleanup_blobs struct blob_pair pair = {0};
	const struct range *files[] = {first, second};
	struct spot spot;
	*compared = (struct compared){0};
	for (int side = 0; side < 2; side++)
		pair.blobs[side] = (struct blob){.file = *files[side], .spool = {.fd = -1, .cap = comparison->size}};
	if (find_spot(first, second, &spot, err))
		return -1;
	if (spot.same)
		return 0;
	compared->blob = true;
	pair.blobs[0].mark = pair.blobs[1].mark = spot.offset;
	blob_open_both(&pair);
	return compare_opened(comparison, part, &pair, &spot, compared, err);
}
