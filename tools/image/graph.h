/* Where values come from: things, each with its values in measurements.json, and which thing each is made of.
 *
 * How surely a change goes from a thing to what is made of it, and to a value:
 *
 *	ALWAYS  whatever byte changes: the value is a digest of it, or of a digest of it
 *	MADE    when what is made of it comes out otherwise: a comment in a source or a lock makes no other bytes
 *	MAY     when a certain part of it changes; `why` says which
 *
 * Along a chain the least sure step counts, among several chains the surest.
 */
#ifndef IMAGE_GRAPH_H
#define IMAGE_GRAPH_H

#include "values.h"

enum surely { ALWAYS, MADE, MAY, NEVER };

struct leaf {
	const struct value *value;
	enum surely surely;
	const char *why; /* of MAY, else NULL */
};

struct edge {
	struct thing *from;
	enum surely surely;
	const char *why;
};

/* Texts are the arena's or constants. */
struct thing {
	const char *what;  /* "layer", "package", "event" … */
	const char *name;  /* which one; NULL: there is but one */
	const char *value; /* a digest or a text; NULL: it has none */
	const char *place; /* a file of the tree, or FILE:LINE; NULL: it has none */
	struct leaf *leaves;
	size_t leaf_count, leaf_room;
	struct edge *from; /* what it is made of, in the order to tell it in */
	size_t from_count, from_room;
	enum surely reached; /* by graph_reach() */
	const char *why;
	bool told; /* for who prints */
};

struct graph {
	struct arena arena;
	struct values values;
	struct thing **things;
	size_t count, room;
};

void graph_free(struct graph *graph);
#define cleanup_graph cleanup(graph_free)

/* A text of the arena. NULL when memory is out. */
const char *graph_text(struct graph *graph, struct err *err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A new thing. what is a constant; the others are copied and may be NULL. NULL when memory is out. */
struct thing *graph_add(struct graph *graph, const char *what, const char *name, const char *value, const char *place,
			struct err *err);

/* The thing of that kind and name, or NULL. */
struct thing *graph_find(const struct graph *graph, const char *what, const char *name);

/* thing is made of from. Nothing happens when either is NULL. why is a constant or the arena's. */
int graph_link(struct thing *thing, struct thing *from, enum surely surely, const char *why, struct err *err);

/* Gives thing the value at that path, if there is one. */
int graph_leaf(struct graph *graph, struct thing *thing, enum surely surely, const char *why, struct err *err,
	       const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The same for sha256 and sha384 of the object at that path, and its size, which changes with why_size (NULL: not
 * thing's). */
int graph_digests(struct graph *graph, struct thing *thing, const char *path, const char *why_size, struct err *err);

/* The same for every value whose path begins so. */
int graph_leaves(struct graph *graph, struct thing *thing, enum surely surely, const char *why, const char *begin,
		 struct err *err);

/* Fills in what a change of thing reaches, and how surely. */
void graph_reach(struct graph *graph, struct thing *thing);

/* A value that graph_reach() found: how surely the value itself changes. */
enum surely leaf_reached(const struct thing *thing, const struct leaf *leaf, const char **why);

#endif
