#include "explanation.h"

#include "program.h"

#include <string.h>

/* Far from what was asked, many things of a kind are counted rather than told. */
enum { NEAR = 2, MANY_NEAR = 40, MANY_FAR = 6 };

static int add_name(const struct thing *thing, struct bytes *into, struct err *err)
{
	const char *name = thing->name && (!thing->place || strcmp(thing->name, thing->place)) ? thing->name : "";
	if (bytes_addf(into, err, "%s%s%s", thing->what, *name ? " " : "", printable(name)) ||
	    (thing->value && bytes_addf(into, err, "  %s", printable(thing->value))))
		return -1;
	return thing->place ? bytes_addf(into, err, "  %s", printable(thing->place)) : 0;
}

static bool same_kind(const struct edge *a, const struct edge *b)
{
	return !strcmp(a->from->what, b->from->what) && a->surely == b->surely;
}

/* How many from there on are of one kind and nothing is to be told of further than their names. */
static size_t run_length(const struct thing *thing, size_t at)
{
	size_t count = 0;
	while (at + count < thing->from_count && same_kind(&thing->from[at], &thing->from[at + count]))
		count++;
	return count;
}

/* The folder of the file of that step; 0 bytes when it is in none. */
static size_t folder_size(const struct thing *thing)
{
	const char *slash = thing->place ? strrchr(thing->place, '/') : NULL;
	return slash ? (size_t)(slash - thing->place) : 0;
}

static bool same_folder(const struct thing *a, const struct thing *b)
{
	size_t size = folder_size(a);
	return size == folder_size(b) && (!size || !strncmp(a->place, b->place, size));
}

static const char *many_of(const char *what)
{
	static const char *const words[][2] = {{"entry", "entries"},
					       {"event", "events"},
					       {"file", "files"},
					       {"package", "packages"},
					       {"source", "sources"}};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(what, words[i][0]))
			return words[i][1];
	return what;
}

/* `53 sources: workspace/kettle (31), workspace/base (20)` */
static int add_count(const struct thing *thing, size_t at, size_t count, unsigned depth, struct bytes *into,
		     struct err *err)
{
	const char *between = ": ";
	if (bytes_addf(into, err, "%*s%zu %s", 4 + 2 * (int)depth, "", count, many_of(thing->from[at].from->what)))
		return -1;
	for (size_t i = at; i < at + count; i++) {
		size_t same = 0, before = 0, size = folder_size(thing->from[i].from);
		for (size_t k = at; k < at + count; k++) {
			before += k < i && same_folder(thing->from[k].from, thing->from[i].from);
			same += same_folder(thing->from[k].from, thing->from[i].from);
		}
		if (before || !size)
			continue;
		char folder[256];
		snprintf(folder, sizeof folder, "%.*s", (int)size, thing->from[i].from->place);
		if (bytes_addf(into, err, "%s%s (%zu)", between, printable(folder), same))
			return -1;
		between = ", ";
	}
	return bytes_addf(into, err, "\n");
}

static int add_from(struct thing *thing, unsigned depth, struct bytes *into, struct err *err);

static int add_step(const struct edge *step, unsigned depth, struct bytes *into, struct err *err)
{
	struct thing *from = step->from;
	bool again = from->told && from->from_count;
	if (bytes_addf(into, err, "%*s", 4 + 2 * (int)depth, "") || add_name(from, into, err) ||
	    (step->why && bytes_addf(into, err, "  (%s)", step->why)) ||
	    bytes_addf(into, err, again ? "  (above)\n" : "\n"))
		return -1;
	if (from->told)
		return 0;
	from->told = true;
	return add_from(from, depth + 1, into, err);
}

static int add_from(struct thing *thing, unsigned depth, struct bytes *into, struct err *err)
{
	size_t many = depth < NEAR ? MANY_NEAR : MANY_FAR;
	for (size_t i = 0, count; i < thing->from_count; i += count) {
		count = run_length(thing, i);
		if (count > many && strcmp(thing->from[i].from->what, "blob")) {
			if (add_count(thing, i, count, depth, into, err))
				return -1;
			continue;
		}
		for (size_t k = i; k < i + count; k++)
			if (add_step(&thing->from[k], depth, into, err))
				return -1;
	}
	return 0;
}

static int add_influences(const struct explain *explain, enum surely wanted, const char *title, struct bytes *into,
			  struct err *err)
{
	bool first = true;
	for (size_t i = 0; i < explain->graph.count; i++) {
		const struct thing *thing = explain->graph.things[i];
		for (size_t k = 0; k < thing->leaf_count; k++) {
			const char *why;
			if (leaf_reached(thing, &thing->leaves[k], &why) != wanted)
				continue;
			const struct value *value = thing->leaves[k].value;
			if ((first && bytes_addf(into, err, "  %s\n", title)) ||
			    bytes_addf(into, err, "    %s  %.96s%s%s%s\n", printable(value->path),
				       printable(value->text), wanted == MAY && why ? "  (" : "",
				       wanted == MAY && why ? why : "", wanted == MAY && why ? ")" : ""))
				return -1;
			first = false;
		}
	}
	return 0;
}

static int add_makers(const struct explain *explain, const struct thing *asked, struct bytes *into, struct err *err)
{
	const char *place;
	bool first = true;
	for (size_t at = 0; (place = explanation_maker(explain, asked, &at)); first = false) {
		if ((first &&
		     bytes_addf(
			     into, err,
			     "  and, when they work otherwise then, what these make, with what follows from it\n")) ||
		    bytes_addf(into, err, "    %s:", printable(place)))
			return -1;
		for (const char *const *value = made_by(place); *value; value++)
			if (bytes_addf(into, err, " %s", strcmp(*value, ".") ? *value : "every value"))
				return -1;
		if (bytes_addf(into, err, "\n"))
			return -1;
	}
	return 0;
}

static int add_thing(struct explain *explain, struct thing *thing, struct bytes *into, struct err *err)
{
	for (size_t i = 0; i < explain->graph.count; i++)
		explain->graph.things[i]->told = false;
	thing->told = true;
	graph_reach(&explain->graph, thing);
	size_t before;
	if (bytes_addf(into, err, "  is ") || add_name(thing, into, err) || bytes_addf(into, err, "\n"))
		return -1;
	if (thing->from_count && (bytes_addf(into, err, "  comes from\n") || add_from(thing, 0, into, err)))
		return -1;
	before = into->size;
	if (add_influences(explain, ALWAYS, "changes with it", into, err) ||
	    add_influences(explain, MADE, "changes when what is made of it does", into, err) ||
	    add_influences(explain, MAY, "may change", into, err) || add_makers(explain, thing, into, err))
		return -1;
	return into->size == before ? bytes_addf(into, err, "  changes nothing\n") : 0;
}

int explanation_text(struct explain *explain, const char *asked, const struct answer *answer, struct bytes *into,
		     struct err *err)
{
	if (bytes_addf(into, err, "%s\n", printable(asked)))
		return -1;
	for (size_t i = 0; i < answer->count; i++)
		if (add_thing(explain, answer->things[i], into, err))
			return -1;
	return 0;
}
