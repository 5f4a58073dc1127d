#include "explanation.h"

#include <string.h>

const char *explanation_maker(const struct explain *explain, const struct thing *asked, size_t *at)
{
	const struct graph *graph = &explain->graph;
	while (*at < graph->count) {
		const struct thing *thing = graph->things[(*at)++];
		bool makes = thing == asked || !strcmp(thing->what, "program") ||
			     (thing->place && !strcmp(thing->place, "images/builder/debian.lock"));
		if (makes && thing->reached != NEVER && thing->place && made_by(thing->place))
			return thing->place;
	}
	return NULL;
}

static struct json *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

static struct json *values_json(const struct thing *thing)
{
	struct json *array = json_array();
	for (size_t i = 0; i < thing->leaf_count; i++) {
		struct json *value = json_object();
		json_set(value, "path", json_string(thing->leaves[i].value->path));
		json_set(value, "value", json_string(thing->leaves[i].value->text));
		json_add(array, value);
	}
	return array;
}

static const char *const surely_names[] = {[ALWAYS] = "always", [MADE] = "made", [MAY] = "may"};

/* Deeper than the reader of JSON would go there is nothing: a register is 12 steps from a source. */
static struct json *thing_json(struct thing *thing)
{
	struct json *object = json_object();
	json_set(object, "what", json_string(thing->what));
	json_set(object, "name", text_or_null(thing->name));
	json_set(object, "value", text_or_null(thing->value));
	json_set(object, "place", text_or_null(thing->place));
	if (thing->told) {
		json_set(object, "told", json_boolean(true));
		return object;
	}
	thing->told = true;
	json_set(object, "values", values_json(thing));
	struct json *from = json_array();
	for (size_t i = 0; i < thing->from_count; i++) {
		struct json *step = thing_json(thing->from[i].from);
		json_set(step, "changes", json_string(surely_names[thing->from[i].surely]));
		if (thing->from[i].why)
			json_set(step, "if", json_string(thing->from[i].why));
		json_add(from, step);
	}
	json_set(object, "from", from);
	return object;
}

static void add_influence(struct json *array, const struct thing *thing, const struct leaf *leaf)
{
	const char *why;
	enum surely surely = leaf_reached(thing, leaf, &why);
	if (surely == NEVER)
		return;
	struct json *object = json_object();
	json_set(object, "path", json_string(leaf->value->path));
	json_set(object, "value", json_string(leaf->value->text));
	json_set(object, "changes", json_string(surely_names[surely]));
	if (surely == MAY && why)
		json_set(object, "if", json_string(why));
	json_add(array, object);
}

static struct json *influences_json(const struct explain *explain)
{
	struct json *array = json_array();
	for (size_t i = 0; i < explain->graph.count; i++) {
		const struct thing *thing = explain->graph.things[i];
		for (size_t k = 0; k < thing->leaf_count; k++)
			add_influence(array, thing, &thing->leaves[k]);
	}
	return array;
}

static struct json *makers_json(const struct explain *explain, const struct thing *asked)
{
	struct json *array = json_array();
	const char *place;
	for (size_t at = 0; (place = explanation_maker(explain, asked, &at));) {
		struct json *object = json_object(), *values = json_array();
		for (const char *const *value = made_by(place); *value; value++)
			json_add(values, json_string(*value));
		json_set(object, "place", json_string(place));
		json_set(object, "makes", values);
		json_add(array, object);
	}
	return array;
}

struct json *explanation_json(struct explain *explain, const char *asked, const struct answer *answer, struct err *err)
{
	struct json *object = json_object(), *things = json_array();
	for (size_t i = 0; i < answer->count; i++) {
		for (size_t k = 0; k < explain->graph.count; k++)
			explain->graph.things[k]->told = false;
		graph_reach(&explain->graph, answer->things[i]);
		struct json *thing = thing_json(answer->things[i]);
		json_set(thing, "influences", influences_json(explain));
		json_set(thing, "makers", makers_json(explain, answer->things[i]));
		json_add(things, thing);
	}
	json_set(object, "asked", json_string(asked));
	json_set(object, "things", things);
	if (json_whole(object))
		return object;
	json_free(object);
	err_system(err, EX_OSERR, "explanation");
	return NULL;
}
