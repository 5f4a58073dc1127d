/* Two tars, entry by entry. */
#include "compare.h"

#include "content.h"

#include <string.h>

/* The field's values when they differ. */
static int note_text(const struct compare_at *where, const char *field, const char *first, const char *second,
		     bool *differs, struct err *err)
{
	struct compare_at at = *where;
	if (first == second || (first && second && !strcmp(first, second)))
		return 0;
	at.field = field;
	*differs = true;
	return compare_note(&at, first ? json_string(first) : NULL, second ? json_string(second) : NULL, err);
}

static int note_number(const struct compare_at *where, const char *field, int64_t first, int64_t second, bool *differs,
		       struct err *err)
{
	char left[24], right[24];
	if (first == second)
		return 0;
	if (first >= 0 && second >= 0 && first <= (int64_t)JSON_WHOLE && second <= (int64_t)JSON_WHOLE) {
		struct compare_at at = *where;
		at.field = field;
		*differs = true;
		return compare_note(&at, json_number((uint64_t)first), json_number((uint64_t)second), err);
	}
	snprintf(left, sizeof left, "%lld", (long long)first);
	snprintf(right, sizeof right, "%lld", (long long)second);
	return note_text(where, field, left, right, differs, err);
}

/* Seconds since 1970, with as many digits of a fraction as there are. */
static int note_time(const struct compare_at *where, const struct member *first, const struct member *second,
		     bool *differs, struct err *err)
{
	char texts[2][48];
	const struct member *members[] = {first, second};
	if (!first->time_ns && !second->time_ns)
		return note_number(where, "mtime", first->node.time, second->node.time, differs, err);
	for (int i = 0; i < 2; i++) {
		int n = snprintf(texts[i], sizeof texts[i], "%lld.%09lld", (long long)members[i]->node.time,
				 (long long)members[i]->time_ns);
		while (texts[i][n - 1] == '0')
			texts[i][--n] = '\0';
		if (texts[i][n - 1] == '.')
			texts[i][n - 1] = '\0';
	}
	return note_text(where, "mtime", texts[0], texts[1], differs, err);
}

static int note_mode(const struct compare_at *where, const struct member *first, const struct member *second,
		     bool *differs, struct err *err)
{
	char left[8], right[8];
	snprintf(left, sizeof left, "%04o", first->node.mode);
	snprintf(right, sizeof right, "%04o", second->node.mode);
	return note_text(where, "mode", left, right, differs, err);
}

static int note_xattr(const struct compare_at *where, const struct xattr *first, const struct xattr *second,
		      bool *differs, struct err *err)
{
	cleanup_bytes struct bytes field = {0};
	struct compare_at at = *where;
	if (first && second && first->size == second->size && !memcmp(first->value, second->value, first->size))
		return 0;
	if (bytes_addf(&field, err, "xattrs.%s", first ? first->name : second->name))
		return -1;
	at.field = field.data;
	*differs = true;
	return compare_note(&at, first ? json_hex(first->value, first->size) : NULL,
			    second ? json_hex(second->value, second->size) : NULL, err);
}

/* Takes the next attribute of one side while there is one. */
struct attributes {
	const char *at;
	uint32_t left;
	struct xattr xattr;
	bool some;
};

static void next_xattr(struct attributes *attributes)
{
	attributes->some = attributes->left > 0;
	if (!attributes->some)
		return;
	attributes->left--;
	attributes->xattr = xattrs_next(&attributes->at);
}

static struct attributes first_xattr(const struct xattrs *xattrs)
{
	struct attributes attributes = {xattrs ? xattrs->data : NULL, xattrs ? xattrs->count : 0, {0}, false};
	next_xattr(&attributes);
	return attributes;
}

static int note_xattrs(const struct compare_at *where, const struct member *first, const struct member *second,
		       bool *differs, struct err *err)
{
	struct attributes left = first_xattr(first->node.xattrs), right = first_xattr(second->node.xattrs);
	while (left.some || right.some) {
		int order = !left.some ? 1 : !right.some ? -1 : strcmp(left.xattr.name, right.xattr.name);
		if (note_xattr(where, order <= 0 ? &left.xattr : NULL, order >= 0 ? &right.xattr : NULL, differs, err))
			return -1;
		if (order <= 0)
			next_xattr(&left);
		if (order >= 0)
			next_xattr(&right);
	}
	return 0;
}

static bool is_device(const struct member *member)
{
	return !member->link && (member->node.kind == KIND_CHARACTER_DEVICE || member->node.kind == KIND_BLOCK_DEVICE);
}

static int note_device(const struct compare_at *where, const struct member *first, const struct member *second,
		       bool *differs, struct err *err)
{
	char left[48] = "", right[48] = "";
	if (is_device(first))
		snprintf(left, sizeof left, "%lld,%lld", (long long)first->device[0], (long long)first->device[1]);
	if (is_device(second))
		snprintf(right, sizeof right, "%lld,%lld", (long long)second->device[0], (long long)second->device[1]);
	return note_text(where, "device", *left ? left : NULL, *right ? right : NULL, differs, err);
}

static const char *link_of(const struct member *member)
{
	return member->link ? member->link : member->node.target;
}

static bool is_file(const struct member *member)
{
	return !member->link && member->node.kind == KIND_FILE;
}

static int note_fields(const struct compare_at *at, const struct member *first, const struct member *second,
		       bool *differs, struct err *err)
{
	if (note_text(at, "type", member_type(first), member_type(second), differs, err) ||
	    note_text(at, "name", first->name, second->name, differs, err) ||
	    note_mode(at, first, second, differs, err) ||
	    note_number(at, "uid", first->uid, second->uid, differs, err) ||
	    note_number(at, "gid", first->gid, second->gid, differs, err) ||
	    note_text(at, "user", first->user, second->user, differs, err) ||
	    note_text(at, "group", first->group, second->group, differs, err) ||
	    note_time(at, first, second, differs, err) ||
	    note_text(at, "link", link_of(first), link_of(second), differs, err) ||
	    note_device(at, first, second, differs, err) || note_xattrs(at, first, second, differs, err))
		return -1;
	if (!is_file(first) || !is_file(second))
		return 0;
	return note_number(at, "size", first->node.size, second->node.size, differs, err);
}

/* Content. */

static ssize_t read_content(void *context, void *into, size_t size, struct err *err)
{
	return content_read(context, into, size, err);
}

static int note_content(const struct compare_at *at, const struct members *const tars[2],
			const struct member_pair *pair, const struct spot *spot, struct err *err)
{
	cleanup_member_content struct member_content first = {0}, second = {0};
	if (!differences_full(&at->comparison->differences, at->part) &&
	    (member_content(tars[0], pair->first, &first, err) || member_content(tars[1], pair->second, &second, err)))
		return -1;
	return compare_note_spot(at, spot, first.data, second.data, err);
}

static int compare_content(const struct compare_at *where, const struct members *const tars[2],
			   struct member_pair *pair, struct err *err)
{
	cleanup_content struct content left = CONTENT_NONE, right = CONTENT_NONE;
	struct compare_at at = *where;
	struct spot spot;
	int side;
	if (!is_file(pair->first) || !is_file(pair->second))
		return 0;
	if (content_open(&left, &tars[0]->tree, &pair->first->node, err) ||
	    content_open(&right, &tars[1]->tree, &pair->second->node, err) ||
	    spot_find((struct source){read_content, &left}, (struct source){read_content, &right}, &spot, &side, err))
		return -1;
	if (spot.same)
		return 0;
	pair->differs = true;
	at.field = "content";
	return note_content(&at, tars, pair, &spot, err);
}

/* How an entry is called in what is said of it: its path, and which of that path it is when there are several. */
static int shown(const struct member *member, struct bytes *path, struct err *err)
{
	path->size = 0;
	if (bytes_addf(path, err, "%s", member->path))
		return -1;
	return member->turn ? bytes_addf(path, err, " (entry %u of this name)", member->turn + 1) : 0;
}

static int compare_pair(struct compare_at *at, const struct members *const tars[2], struct member_pair *pair,
			struct err *err)
{
	const struct member *only = pair->first ? pair->first : pair->second;
	struct json *first = NULL, *second = NULL;
	if (pair->first && pair->second) {
		if (note_fields(at, pair->first, pair->second, &pair->differs, err))
			return -1;
		return compare_content(at, tars, pair, err);
	}
	*(pair->first ? &first : &second) = json_string(member_type(only));
	at->field = "entry";
	pair->differs = true;
	return compare_note(at, first, second, err);
}

/* Order. */

static bool is_pair(const struct member_pair *pair)
{
	return pair->first && pair->second;
}

static int by_place(const void *a, const void *b, void *side)
{
	const struct member_pair *left = *(const struct member_pair *const *)a,
				 *right = *(const struct member_pair *const *)b;
	int64_t x = side ? left->second->from : left->first->from, y = side ? right->second->from : right->first->from;
	return (x > y) - (x < y);
}

/* Those that both have, in the order of one of them; NULL when memory is out. */
static const struct member_pair **in_order(const struct members_pairs *pairs, int side, size_t *count, struct err *err)
{
	const struct member_pair **list = malloc((pairs->count + 1) * sizeof *list);
	*count = 0;
	if (!list) {
		err_system(err, EX_OSERR, "table of entries");
		return NULL;
	}
	for (size_t i = 0; i < pairs->count; i++)
		if (is_pair(&pairs->pairs[i]))
			list[(*count)++] = &pairs->pairs[i];
	if (*count)
		qsort_r(list, *count, sizeof *list, by_place, side ? pairs->pairs : NULL);
	return list;
}

/* The first place at which another entry stands than in the other tar, among those that both have. */
static int compare_order(const struct compare_at *where, const struct members_pairs *pairs, struct err *err)
{
	size_t count, i = 0;
	struct compare_at at = *where;
	cleanup_free const struct member_pair **left = in_order(pairs, 0, &count, err);
	cleanup_free const struct member_pair **right = left ? in_order(pairs, 1, &count, err) : NULL;
	if (!right)
		return -1;
	while (i < count && left[i] == right[i])
		i++;
	if (i == count)
		return 0;
	at.field = "order";
	return compare_note(&at, json_string(left[i]->first->path), json_string(right[i]->second->path), err);
}

int compare_entries(struct comparison *comparison, size_t part, const struct members *first,
		    const struct members *second, struct err *err)
{
	const struct members *const tars[2] = {first, second};
	struct compare_at at = {.comparison = comparison, .part = part};
	cleanup_pairs struct members_pairs pairs = {0};
	cleanup_bytes struct bytes path = {0};
	if (members_pair(first, second, &pairs, err) || compare_order(&at, &pairs, err))
		return -1;
	for (size_t i = 0; i < pairs.count; i++) {
		struct member_pair *pair = &pairs.pairs[i];
		if (shown(pair->first ? pair->first : pair->second, &path, err))
			return -1;
		at = (struct compare_at){.comparison = comparison, .part = part, .path = path.data};
		if (compare_pair(&at, tars, pair, err))
			return -1;
	}
	return compare_headers(comparison, part, first, second, &pairs, err);
}
