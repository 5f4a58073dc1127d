#include "causeform.h"
#include "json.h"
#include "part_ar.h"
#include "part_zip.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS_MOST = 1 << 20 };

struct items {
	struct span *list;
	size_t count, room;
};

static void items_free(struct items *items)
{
	free(items->list);
}
#define cleanup_items cleanup(items_free)

static bool add(struct items *items, struct span item)
{
	if (items->count == items->room) {
		size_t room = items->room ? 2 * items->room : 256;
		struct span *list = room > ITEMS_MOST ? NULL : realloc(items->list, room * sizeof *list);
		if (!list)
			return false;
		items->list = list;
		items->room = room;
	}
	items->list[items->count++] = item;
	return true;
}

/* Pieces between any of the separators, the empty ones left out. */
static bool split(struct span span, const char *separators, struct items *items)
{
	size_t from = 0;
	for (size_t i = 0; i <= span.size; i++) {
		if (i < span.size && !(span.data[i] && strchr(separators, span.data[i])))
			continue;
		if (i > from && !add(items, (struct span){span.data + from, i - from}))
			return false;
		from = i + 1;
	}
	return true;
}

static bool lines(struct span file, struct items *items)
{
	return split(file, "\n", items);
}

static bool is_lines(struct span file)
{
	return file.size && !memchr(file.data, 0, file.size);
}

static bool members(struct span file, struct items *items)
{
	struct ar ar;
	struct ar_member member;
	if (!ar_open(file, &ar))
		return false;
	while (ar_next(&ar, &member))
		if (!member.symbols && !member.names && !add(items, member.name))
			return false;
	return true;
}

static bool entries(struct span file, struct items *items)
{
	struct zip zip;
	struct zip_entry entry;
	if (!span_begins(file, "PK", 2) || !zip_open(file, &zip))
		return false;
	while (zip_next(&zip, &entry))
		if (!add(items, entry.name))
			return false;
	return true;
}

static int compare_spans(const void *a, const void *b)
{
	const struct span *left = a, *right = b;
	size_t size = left->size < right->size ? left->size : right->size;
	int order = size ? memcmp(left->data, right->data, size) : 0;
	return order ? order : (left->size > right->size) - (left->size < right->size);
}

static bool is_sorted(const struct items *items, int (*compare)(const void *, const void *))
{
	for (size_t i = 1; i < items->count; i++)
		if (compare(&items->list[i - 1], &items->list[i]) > 0)
			return false;
	return true;
}

static int letter(uint8_t byte)
{
	if (byte >= 'A' && byte <= 'Z')
		return byte - 'A' + 'a';
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte >= 0x80 ? byte : 0;
}

/* As the locales of most languages sort: letters and digits first, whatever their case and what is between them. */
static int compare_letters(const void *a, const void *b)
{
	const struct span *left = a, *right = b;
	size_t i = 0, j = 0;
	for (;;) {
		while (i < left->size && !letter(left->data[i]))
			i++;
		while (j < right->size && !letter(right->data[j]))
			j++;
		if (i == left->size || j == right->size)
			return (i < left->size) - (j < right->size);
		int order = letter(left->data[i++]) - letter(right->data[j++]);
		if (order)
			return order;
	}
}

/* The same items, not in the same order. */
static bool reordered(const struct items *a, const struct items *b)
{
	struct items left = {0}, right = {0};
	bool same = a->count == b->count && a->count > 1, moved = false;
	for (size_t i = 0; same && i < a->count; i++) {
		moved = moved || compare_spans(&a->list[i], &b->list[i]);
		same = add(&left, a->list[i]) && add(&right, b->list[i]);
	}
	if (same && moved) {
		qsort(left.list, left.count, sizeof *left.list, compare_spans);
		qsort(right.list, right.count, sizeof *right.list, compare_spans);
	}
	for (size_t i = 0; same && moved && i < left.count; i++)
		same = !compare_spans(&left.list[i], &right.list[i]);
	items_free(&left);
	items_free(&right);
	return same && moved;
}

static const char *collation(const struct items *a, const struct items *b, char *text)
{
	bool bytes_first = is_sorted(a, compare_spans) && is_sorted(b, compare_letters);
	bool letters_first = is_sorted(b, compare_spans) && is_sorted(a, compare_letters);
	if (a->count < 3 || bytes_first == letters_first)
		return NULL;
	cause_say(text, "the same %zu lines, sorted by %s and by %s", a->count, bytes_first ? "bytes" : "letters",
		  bytes_first ? "letters" : "bytes");
	return CAUSE_LOCALE;
}

/* Could one be the other in another order? Quick, and mostly no. */
static bool same_bytes(struct span a, struct span b)
{
	size_t seen[256] = {0};
	if (a.size != b.size)
		return false;
	for (size_t i = 0; i < a.size; i++) {
		seen[a.data[i]]++;
		seen[b.data[i]]--;
	}
	for (size_t i = 0; i < 256; i++)
		if (seen[i])
			return false;
	return true;
}

static const char *compare(const struct pair *pair, bool (*take)(struct span, struct items *), const char *what,
			   char *text)
{
	cleanup_items struct items a = {0}, b = {0};
	if (!take(pair->a, &a) || !take(pair->b, &b) || !reordered(&a, &b))
		return NULL;
	const char *cause = take == lines ? collation(&a, &b, text) : NULL;
	if (cause)
		return cause;
	cause_say(text, "the same %zu %s in another order", a.count, what);
	return CAUSE_ORDER;
}

/* The words of one line. Three at least: two that changed places may mean what they say. */
static const char *compare_words(const struct pair *pair, char *text)
{
	cleanup_items struct items a = {0}, b = {0};
	struct span left, right;
	uint64_t at;
	pair_runs(pair, &left, &right, &at);
	if (!same_bytes(left, right) || !split(left, " \t,;:", &a) || !split(right, " \t,;:", &b) || a.count < 3 ||
	    !reordered(&a, &b))
		return NULL;
	cause_say(text, "the same %zu words of a line in another order", a.count);
	return CAUSE_ORDER;
}

static const char *compare_json(const struct pair *pair, char *text)
{
	struct err err;
	cleanup_bytes struct bytes left = {0}, right = {0};
	if (!pair->a.size || !strchr("{[", *pair->a.data ? *pair->a.data : 1) || !same_bytes(pair->a, pair->b))
		return NULL;
	cleanup_json struct json *a = json_parse((const char *)pair->a.data, pair->a.size, &err);
	cleanup_json struct json *b = a ? json_parse((const char *)pair->b.data, pair->b.size, &err) : NULL;
	if (!b || json_write(a, false, &left, &err) || json_write(b, false, &right, &err) || left.size != right.size ||
	    memcmp(left.data, right.data, left.size))
		return NULL;
	cause_say(text, "the same JSON value, its members in another order");
	return CAUSE_ORDER;
}

const char *cause_order(const struct pair *pair, char *text)
{
	const char *cause = compare(pair, members, "members", text);
	if (!cause)
		cause = compare(pair, entries, "entries", text);
	if (!cause && is_lines(pair->a) && same_bytes(pair->a, pair->b))
		cause = compare(pair, lines, "lines", text);
	if (!cause)
		cause = compare_json(pair, text);
	return cause ? cause : compare_words(pair, text);
}
