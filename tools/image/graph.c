#include "graph.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_LENGTH = 512 };

void graph_free(struct graph *graph)
{
	for (size_t i = 0; i < graph->count; i++) {
		free(graph->things[i]->leaves);
		free(graph->things[i]->from);
	}
	free(graph->things);
	values_free(&graph->values);
	arena_free(&graph->arena);
	*graph = (struct graph){0};
}

/* Room for one more of count items of that size. */
static int make_room(void *at, size_t *room, size_t count, size_t size, struct err *err)
{
	void **list = at;
	if (count < *room)
		return 0;
	size_t more = *room ? 2 * *room : 8;
	void *larger = realloc(*list, more * size);
	if (!larger)
		return err_system(err, EX_OSERR, "graph");
	*list = larger;
	*room = more;
	return 0;
}

const char *graph_text(struct graph *graph, struct err *err, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	va_start(args, format);
	int size = vasprintf(&text, format, args);
	va_end(args);
	if (size < 0) {
		err_system(err, EX_OSERR, "graph");
		return NULL;
	}
	const char *copy = arena_text(&graph->arena, text, (size_t)size, err);
	free(text);
	return copy;
}

static int copy_text(struct graph *graph, const char *text, const char **copy, struct err *err)
{
	if (!text)
		return 0;
	*copy = arena_text(&graph->arena, text, strlen(text), err);
	return *copy ? 0 : -1;
}

struct thing *graph_add(struct graph *graph, const char *what, const char *name, const char *value, const char *place,
			struct err *err)
{
	struct thing *thing = arena_new(&graph->arena, struct thing, err);
	if (!thing || make_room(&graph->things, &graph->room, graph->count, sizeof *graph->things, err))
		return NULL;
	thing->what = what;
	thing->reached = NEVER;
	if (copy_text(graph, name, &thing->name, err) || copy_text(graph, value, &thing->value, err) ||
	    copy_text(graph, place, &thing->place, err))
		return NULL;
	graph->things[graph->count++] = thing;
	return thing;
}

struct thing *graph_find(const struct graph *graph, const char *what, const char *name)
{
	for (size_t i = 0; i < graph->count; i++) {
		struct thing *thing = graph->things[i];
		if (!strcmp(thing->what, what) && (name ? thing->name && !strcmp(thing->name, name) : !thing->name))
			return thing;
	}
	return NULL;
}

int graph_link(struct thing *thing, struct thing *from, enum surely surely, const char *why, struct err *err)
{
	if (!thing || !from)
		return 0;
	if (make_room(&thing->from, &thing->from_room, thing->from_count, sizeof *thing->from, err))
		return -1;
	thing->from[thing->from_count++] = (struct edge){from, surely, why};
	return 0;
}

static int add_leaf(struct thing *thing, const struct value *value, enum surely surely, const char *why,
		    struct err *err)
{
	if (make_room(&thing->leaves, &thing->leaf_room, thing->leaf_count, sizeof *thing->leaves, err))
		return -1;
	thing->leaves[thing->leaf_count++] = (struct leaf){value, surely, why};
	return 0;
}

int graph_leaf(struct graph *graph, struct thing *thing, enum surely surely, const char *why, struct err *err,
	       const char *format, ...)
{
	char path[PATH_LENGTH];
	va_list args;
	va_start(args, format);
	int size = vsnprintf(path, sizeof path, format, args);
	va_end(args);
	const struct value *value = size < 0 || (size_t)size >= sizeof path ? NULL : values_find(&graph->values, path);
	return value && thing ? add_leaf(thing, value, surely, why, err) : 0;
}

int graph_digests(struct graph *graph, struct thing *thing, const char *path, const char *why_size, struct err *err)
{
	if (graph_leaf(graph, thing, ALWAYS, NULL, err, "%s.sha256", path) ||
	    graph_leaf(graph, thing, ALWAYS, NULL, err, "%s.sha384", path))
		return -1;
	return why_size ? graph_leaf(graph, thing, MAY, why_size, err, "%s.size", path) : 0;
}

int graph_leaves(struct graph *graph, struct thing *thing, enum surely surely, const char *why, const char *begin,
		 struct err *err)
{
	size_t size = strlen(begin);
	for (size_t i = 0; thing && i < graph->values.count; i++) {
		const struct value *value = &graph->values.list[i];
		if (!strncmp(value->path, begin, size) && strchr(".[", value->path[size]) &&
		    add_leaf(thing, value, surely, why, err))
			return -1;
	}
	return 0;
}

static enum surely least(enum surely a, enum surely b)
{
	return a > b ? a : b;
}

/* Does that step reach thing more surely than what was found before? */
static bool step(struct thing *thing, const struct edge *edge)
{
	enum surely surely = least(edge->surely, edge->from->reached);
	if (surely >= thing->reached)
		return false;
	thing->reached = surely;
	thing->why = edge->from->why ? edge->from->why : edge->why;
	return true;
}

/* Things are not many, and few steps apart. */
void graph_reach(struct graph *graph, struct thing *thing)
{
	for (size_t i = 0; i < graph->count; i++) {
		graph->things[i]->reached = NEVER;
		graph->things[i]->why = NULL;
	}
	thing->reached = ALWAYS;
	for (bool again = true; again;) {
		again = false;
		for (size_t i = 0; i < graph->count; i++)
			for (size_t k = 0; k < graph->things[i]->from_count; k++)
				again |= step(graph->things[i], &graph->things[i]->from[k]);
	}
}

enum surely leaf_reached(const struct thing *thing, const struct leaf *leaf, const char **why)
{
	*why = thing->why ? thing->why : leaf->why;
	return thing->reached == NEVER ? NEVER : least(thing->reached, leaf->surely);
}
