/* A difference into the list, with what can be said of it. */
#include "compare.h"

#include <string.h>

/* A value as cause_guess() wants it: a string is its text. */
static int value_text(const struct json *value, struct bytes *text, struct err *err)
{
	if (json_kind(value) == JSON_STRING)
		return bytes_addf(text, err, "%s", json_text(value));
	return json_write(value, false, text, err);
}

static int guess(struct evidence *evidence, struct difference *difference, char text[static CAUSE_TEXT],
		 struct err *err)
{
	cleanup_bytes struct bytes first = {0}, second = {0};
	if ((difference->first && value_text(difference->first, &first, err)) ||
	    (difference->second && value_text(difference->second, &second, err)))
		return -1;
	evidence->a = difference->first ? first.data : NULL;
	evidence->b = difference->second ? second.data : NULL;
	difference->cause = cause_guess(evidence, text);
	difference->evidence = difference->cause ? text : NULL;
	return 0;
}

static struct difference begin(const struct compare_at *at)
{
	return (struct difference){.part = at->part, .path = at->path, .field = at->field, .follows = at->follows};
}

int compare_note(const struct compare_at *at, struct json *first, struct json *second, struct err *err)
{
	struct differences *differences = &at->comparison->differences;
	struct difference difference = begin(at);
	struct evidence evidence = {.path = at->path, .field = at->field};
	char text[CAUSE_TEXT] = "";
	difference.first = first;
	difference.second = second;
	if (!differences_full(differences, at->part) && !at->follows && guess(&evidence, &difference, text, err)) {
		json_free(first);
		json_free(second);
		return -1;
	}
	return differences_add(differences, &difference, err);
}

static void find_part(const struct compare_at *at, const struct spot *spot, int side, const void *content,
		      struct part *part)
{
	struct part found = {0};
	part_at(content, (size_t)(spot->size[side] - at->base), spot->offset - at->base, &found);
	*part = found;
	if (at->inside)
		snprintf(part->name, sizeof part->name, "%s%s%s", at->inside, found.name[0] ? ": " : "", found.name);
}

int compare_note_spot(const struct compare_at *at, const struct spot *spot, const void *first, const void *second,
		      struct err *err)
{
	struct differences *differences = &at->comparison->differences;
	struct difference difference = begin(at);
	char text[CAUSE_TEXT] = "", list[PART_LIST];
	difference.spot = spot;
	if (first && second && !differences_full(differences, at->part)) {
		struct evidence evidence = {.path = at->path,
					    .content_a = first,
					    .content_b = second,
					    .size_a = (size_t)(spot->size[0] - at->base),
					    .size_b = (size_t)(spot->size[1] - at->base),
					    .offset = spot->offset - at->base};
		find_part(at, spot, 0, first, &difference.parts[0]);
		find_part(at, spot, 1, second, &difference.parts[1]);
		evidence.field = difference.parts[0].name[0] ? difference.parts[0].name : NULL;
		if (part_list(first, evidence.size_a, second, evidence.size_b, list))
			difference.list = list;
		if (guess(&evidence, &difference, text, err))
			return -1;
	}
	return differences_add(differences, &difference, err);
}

/* From base to the end. */
static void *load(const struct range *range, uint64_t base, struct err *err)
{
	size_t size = (size_t)range->size - base;
	cleanup_free void *data = malloc(size ? size : 1);
	if (!data) {
		err_system(err, EX_OSERR, "comparing");
		return NULL;
	}
	return range_read(range, (int64_t)base, data, size, err) < 0 ? NULL : steal(&data);
}

int compare_note_ranges(const struct compare_at *at, const struct spot *spot, const struct range *first,
			const struct range *second, struct err *err)
{
	cleanup_free void *left = NULL, *right = NULL;
	int64_t most = COMPARE_WHOLE + (int64_t)at->base;
	if (first->size > most || second->size > most || differences_full(&at->comparison->differences, at->part))
		return compare_note_spot(at, spot, NULL, NULL, err);
	left = load(first, at->base, err);
	right = left ? load(second, at->base, err) : NULL;
	return right ? compare_note_spot(at, spot, left, right, err) : -1;
}
