/* The form in which the same entries are archived: kinds of headers, their fields, padding, the archive's end. */
#include "compare.h"

#include "tarblock.h"
#include "tarhead.h"

#include <string.h>

struct headers {
	const struct members *tars[2];
	struct compare_at at;
	struct bytes data[2];
};

/* A range of a tar into headers->data. */
static int read_part(struct headers *headers, int side, int64_t from, int64_t to, struct err *err)
{
	struct bytes *data = &headers->data[side];
	size_t size = (size_t)(to - from);
	if (data->capacity < size + 1) {
		char *grown = realloc(data->data, size + 1);
		if (!grown)
			return err_system(err, EX_OSERR, "headers");
		data->data = grown;
		data->capacity = size + 1;
	}
	ssize_t n = range_read(&headers->tars[side]->range, from, data->data, size, err);
	data->size = n < 0 ? 0 : (size_t)n; /* padding may be missing */
	return n < 0 ? -1 : 0;
}

static bool is_same(const struct headers *headers)
{
	const struct bytes *first = &headers->data[0], *second = &headers->data[1];
	return first->size == second->size && !memcmp(first->data, second->data, first->size);
}

static int note(struct headers *headers, const char *path, const char *field, struct err *err)
{
	const struct bytes *first = &headers->data[0], *second = &headers->data[1];
	struct memory left = {.data = first->data, .size = first->size},
		      right = {.data = second->data, .size = second->size};
	struct compare_at at = headers->at;
	struct spot spot;
	int side;
	at.path = path;
	at.field = field;
	if (spot_find(source_of_memory(&left), source_of_memory(&right), &spot, &side, err))
		return -1;
	return compare_note_spot(&at, &spot, first->data, second->data, err);
}

static int read_headers(struct headers *headers, const struct member_pair *pair, struct err *err)
{
	return read_part(headers, 0, pair->first->from, pair->first->to, err) ||
			       read_part(headers, 1, pair->second->from, pair->second->to, err)
		       ? -1
		       : 0;
}

/* What follows the data up to a whole block. */
static int read_padding(struct headers *headers, const struct member_pair *pair, struct err *err)
{
	const struct member *members[] = {pair->first, pair->second};
	for (int i = 0; i < 2; i++) {
		int64_t data = members[i]->node.where == WHERE_RANGE ? members[i]->node.size : 0;
		int64_t from = members[i]->node.where == WHERE_PIECES ? members[i]->end : members[i]->to + data;
		if (read_part(headers, i, from, members[i]->end, err))
			return -1;
	}
	return 0;
}

/* Of all pairs whose headers differ, the first is told of, and how many there are: a whole tar is written in one way.
 */
static int compare_pairs(struct headers *headers, const struct members_pairs *pairs,
			 int (*read)(struct headers *, const struct member_pair *, struct err *), const char *field,
			 struct err *err)
{
	const struct member_pair *first = NULL;
	size_t count = 0;
	cleanup_bytes struct bytes text = {0};
	for (size_t i = 0; i < pairs->count; i++) {
		const struct member_pair *pair = &pairs->pairs[i];
		if (pair->differs)
			continue;
		if (read(headers, pair, err))
			return -1;
		if (is_same(headers))
			continue;
		first = first ? first : pair;
		count++;
	}
	if (!first)
		return 0;
	if (read(headers, first, err) || bytes_addf(&text, err, "%s", field) ||
	    (count > 1 && bytes_addf(&text, err, " (and of %zu more)", count - 1)))
		return -1;
	return note(headers, first->first->path, text.data, err);
}

static int64_t zeros_at_end(const struct members *tar)
{
	return tar->end < tar->range.size ? tar->range.size - tar->end : 0;
}

/* Zeros alone, as archive_walk() has made sure. Where what is before has another size, so has what fills up a record.
 */
static int compare_end(struct headers *headers, struct err *err)
{
	const struct members *first = headers->tars[0], *second = headers->tars[1];
	struct compare_at at = headers->at;
	int64_t left = zeros_at_end(first), right = zeros_at_end(second);
	if (left == right)
		return 0;
	at.field = "zeros at the end";
	at.follows = first->end != second->end;
	return compare_note(&at, json_number((uint64_t)left), json_number((uint64_t)right), err);
}

int compare_headers(struct comparison *comparison, size_t part, const struct members *first,
		    const struct members *second, const struct members_pairs *pairs, struct err *err)
{
	struct headers headers = {{first, second}, {.comparison = comparison, .part = part}, {{0}, {0}}};
	int status = compare_pairs(&headers, pairs, read_headers, "header", err) ||
				     compare_pairs(&headers, pairs, read_padding, "padding", err) ||
				     compare_end(&headers, err)
			     ? -1
			     : 0;
	bytes_free(&headers.data[0]);
	bytes_free(&headers.data[1]);
	return status;
}
