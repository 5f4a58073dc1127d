/* What differs between two files as their formats divide them: not the first byte alone, which is often a size in a
 * header or a digest of all the rest.
 */
#include "part_ar.h"
#include "part_elf.h"
#include "part_zip.h"

#include <stdlib.h>
#include <string.h>

enum {
	ITEMS_MOST = 1 << 17,
	ROOM_FOR_REST = 24, /* " and N more" */
	SECTIONS_OVERLAP =
		2, /* sections that share bytes are compared as long as all have no more than so many files' */
};

struct item {
	struct span name, data;
	size_t place;
	bool met; /* it has its like in the other file */
};

struct items {
	struct item *list;
	size_t count, room;
};

static void items_free(struct items *items)
{
	free(items->list);
}
#define cleanup_items __attribute__((cleanup(items_free)))

static bool add(struct items *items, struct span name, struct span data)
{
	if (items->count == items->room) {
		size_t room = items->room ? 2 * items->room : 64;
		struct item *list = room > ITEMS_MOST ? NULL : realloc(items->list, room * sizeof *list);
		if (!list)
			return false;
		items->list = list;
		items->room = room;
	}
	items->list[items->count] = (struct item){.name = name, .data = data, .place = items->count};
	items->count++;
	return true;
}

static bool take_sections(struct span file, struct items *items)
{
	struct elf elf;
	if (!elf_open(file, &elf))
		return false;
	uint64_t left = SECTIONS_OVERLAP * (uint64_t)file.size;
	for (uint64_t i = 1; i < elf.shnum; i++) {
		struct elf_section section = elf_section(&elf, i);
		struct span data = span_cut(file, section.offset, section.type == SHT_NOBITS ? 0 : section.size);
		if (data.size > left)
			return false;
		left -= data.size;
		if (!add(items, elf_section_name(&elf, &section), data))
			return false;
	}
	return true;
}

static bool take_members(struct span file, struct items *items)
{
	struct ar ar;
	struct ar_member member;
	if (!ar_open(file, &ar))
		return false;
	while (ar_next(&ar, &member))
		if (!member.symbols && !member.names &&
		    !add(items, member.name, span_cut(file, member.data, member.end - member.data)))
			return false;
	return true;
}

/* Of an entry its CRC-32 is compared, which is in the central directory. */
static bool take_entries(struct span file, struct items *items)
{
	struct zip zip;
	struct zip_entry entry;
	if (!span_begins(file, "PK", 2) || !zip_open(file, &zip))
		return false;
	while (zip_next(&zip, &entry))
		if (!add(items, entry.name, span_cut(file, entry.at + 16, 4)))
			return false;
	return true;
}

static int compare_spans(struct span a, struct span b)
{
	size_t size = a.size < b.size ? a.size : b.size;
	int order = size ? memcmp(a.data, b.data, size) : 0;
	return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int by_name(const void *a, const void *b)
{
	const struct item *left = a, *right = b;
	int order = compare_spans(left->name, right->name);
	return order ? order : (left->place > right->place) - (left->place < right->place);
}

static int by_place(const void *a, const void *b)
{
	const struct item *left = a, *right = b;
	return (left->place > right->place) - (left->place < right->place);
}

static void sort(struct items *items, int (*compare)(const void *, const void *))
{
	if (items->count)
		qsort(items->list, items->count, sizeof *items->list, compare);
}

/* Those of both that have the same name, in the order in which names come more than once, and the same bytes. */
static void meet(struct items *a, struct items *b)
{
	size_t i = 0, j = 0;
	while (i < a->count && j < b->count) {
		int order = compare_spans(a->list[i].name, b->list[j].name);
		if (!order)
			a->list[i].met = b->list[j].met = !compare_spans(a->list[i].data, b->list[j].data);
		i += order <= 0;
		j += order >= 0;
	}
}

static bool has(const struct items *items, struct span name)
{
	struct item key = {.name = name};
	size_t low = 0, high = items->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (by_name(&items->list[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < items->count && !compare_spans(items->list[low].name, name);
}

/* Adds the names as far as there is room, and how many more there are. */
static void list(const struct items *items, size_t *said, size_t *more, struct naming *naming)
{
	for (size_t i = 0; i < items->count; i++) {
		if (items->list[i].met || !items->list[i].name.size)
			continue;
		if (*more || naming->length + items->list[i].name.size + 2 > PART_LIST - ROOM_FOR_REST) {
			++*more;
			continue;
		}
		naming_add(naming, (*said)++ ? ", " : " ");
		naming_text(naming, items->list[i].name);
	}
}

static bool say(struct items *a, struct items *b, const char *what, struct naming *naming)
{
	size_t said = 0, more = 0;
	sort(a, by_name);
	sort(b, by_name);
	meet(a, b);
	for (size_t i = 0; i < b->count; i++) /* what the first has is said of the first */
		b->list[i].met = b->list[i].met || has(a, b->list[i].name);
	sort(a, by_place);
	sort(b, by_place);
	naming_add(naming, "%s", what);
	list(a, &said, &more, naming);
	list(b, &said, &more, naming);
	if (more)
		naming_add(naming, " and %zu more", more);
	return said || more;
}

int part_list(const void *a, size_t size_a, const void *b, size_t size_b, char text[static PART_LIST])
{
	static const struct {
		bool (*take)(struct span, struct items *);
		const char *what;
	} formats[] = {{take_sections, "sections"}, {take_members, "members"}, {take_entries, "entries"}};
	struct part part = {0};
	struct naming naming = {.part = &part};
	bool any = false;
	_Static_assert(sizeof part.name == PART_LIST, "a name and a list are as long");
	for (size_t i = 0; !any && size_a && size_b && i < sizeof formats / sizeof *formats; i++) {
		cleanup_items struct items first = {0}, second = {0};
		if (formats[i].take((struct span){a, size_a}, &first) &&
		    formats[i].take((struct span){b, size_b}, &second))
			any = say(&first, &second, formats[i].what, &naming);
	}
	text_make_readable(part.name);
	memcpy(text, any ? part.name : "", any ? sizeof part.name : 1);
	return any;
}
