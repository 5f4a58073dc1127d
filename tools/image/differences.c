#include "differences.h"

#include <stdlib.h>
#include <string.h>

void differences_free(struct differences *differences)
{
	for (size_t i = 0; i < differences->count; i++) {
		json_free(differences->list[i].first);
		json_free(differences->list[i].second);
	}
	free(differences->list);
	free(differences->parts);
	arena_free(&differences->arena);
	*differences = (struct differences){0};
}

static const char *copy(struct differences *differences, const char *text, struct err *err)
{
	return arena_text(&differences->arena, text, strlen(text), err);
}

int differences_begin(struct differences *differences, const char *name, unsigned number, const char *title,
		      size_t *part, struct err *err)
{
	struct differences_part *grown = realloc(differences->parts, (differences->part_count + 1) * sizeof *grown);
	if (!grown)
		return err_system(err, EX_OSERR, "differences");
	differences->parts = grown;
	if (title && !(title = copy(differences, title, err)))
		return -1;
	*part = differences->part_count++;
	grown[*part] = (struct differences_part){.name = name, .number = number, .title = title};
	return 0;
}

bool differences_full(const struct differences *differences, size_t part)
{
	return differences->parts[part].kept >= differences->max;
}

static int make_room(struct differences *differences, struct err *err)
{
	if (differences->count < differences->room)
		return 0;
	size_t room = differences->room ? 2 * differences->room : 64;
	struct difference *grown = realloc(differences->list, room * sizeof *grown);
	if (!grown)
		return err_system(err, EX_OSERR, "differences");
	differences->list = grown;
	differences->room = room;
	return 0;
}

static int keep(struct differences *differences, const struct difference *difference, struct err *err)
{
	struct difference kept = *difference;
	struct spot *spot = NULL;
	if (make_room(differences, err) || !(kept.field = copy(differences, kept.field, err)) ||
	    (kept.path && !(kept.path = copy(differences, kept.path, err))) ||
	    (kept.list && !(kept.list = copy(differences, kept.list, err))) ||
	    (kept.evidence && !(kept.evidence = copy(differences, kept.evidence, err))) ||
	    (kept.spot && !(spot = arena_new(&differences->arena, struct spot, err))))
		return -1;
	if (spot)
		*spot = *kept.spot;
	kept.spot = spot;
	differences->list[differences->count++] = kept;
	differences->parts[kept.part].kept++;
	return 0;
}

int differences_add(struct differences *differences, const struct difference *difference, struct err *err)
{
	bool full = differences_full(differences, difference->part);
	if (full)
		differences->parts[difference->part].more++;
	else if (!keep(differences, difference, err))
		return 0;
	json_free(difference->first);
	json_free(difference->second);
	return full ? 0 : -1;
}

int differences_unreadable(struct differences *differences, size_t part, int side, const struct err *why,
			   struct err *err)
{
	const struct differences_part *at = &differences->parts[part];
	struct json *reason = json_string(why->text);
	struct difference difference = {
		.part = part, .field = "unreadable", .first = side ? NULL : reason, .second = side ? reason : NULL};
	if (!differences->unreadable.status) {
		differences->unreadable = *why;
		differences->unreadable_side = side;
		if (at->number)
			err_prefix(&differences->unreadable, "%s %u", at->name, at->number);
	}
	return differences_add(differences, &difference, err);
}

uint64_t differences_total(const struct differences *differences)
{
	uint64_t total = 0;
	for (size_t i = 0; i < differences->part_count; i++)
		total += differences->parts[i].kept + differences->parts[i].more;
	return total;
}

/* What is in the list is in no order of parts, but that of a part is kept: the list is sorted by its old places too. */
static int by_cause(const void *a, const void *b)
{
	const struct difference *left = a, *right = b;
	if (left->follows != right->follows)
		return left->follows - right->follows;
	if (left->part != right->part)
		return left->part < right->part ? -1 : 1;
	return left->place < right->place ? -1 : 1;
}

void differences_sort(struct differences *differences)
{
	for (size_t i = 0; i < differences->count; i++)
		differences->list[i].place = i;
	if (differences->count)
		qsort(differences->list, differences->count, sizeof *differences->list, by_cause);
}
