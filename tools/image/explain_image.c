#include "explain.h"

#include "digest.h"
#include "lock.h"
#include "mtree.h"
#include "path.h"

#include <stdlib.h>
#include <string.h>

static const char other_length[] = "if its length changes";
static const char other_count[] = "if entries come or go";
static const char other_file[] = "if that file of the package changes";
static const char other_version[] = "if the version changes";

/* A layer being explained. Its files are things first to graph->count. */
struct layer_parts {
	struct explain *explain;
	size_t index, first;
	const char *name;
	char folder[PATH_LONGEST];
	struct thing *layer;
	struct arena arena;
};

static int add_inputs(struct explain *explain, const char *member, const char *place, struct err *err)
{
	struct graph *graph = &explain->graph;
	char path[64];
	snprintf(path, sizeof path, ".inputs.%s", member);
	struct thing *thing =
		graph_add(graph, "inputs", place, values_text(&graph->values, "%s.sha256", path), place, err);
	return !thing || graph_digests(graph, thing, path, NULL, err) ? -1 : 0;
}

static int add_folders(struct explain *explain, struct err *err)
{
	char folder[PATH_LONGEST];
	snprintf(folder, sizeof folder, "images/%s", explain->image);
	return add_inputs(explain, "image_definition", folder, err) ||
			       add_inputs(explain, "build_root", "images/builder", err) ||
			       add_inputs(explain, "workspace", "workspace", err) ||
			       add_inputs(explain, "tools", "tools", err) || add_inputs(explain, "rules", "mk", err)
		       ? -1
		       : 0;
}

/* Packages */

static int add_package(struct explain *explain, const char *path, const struct lock_package *package,
		       struct thing *lock, struct err *err)
{
	struct graph *graph = &explain->graph;
	const char *name = graph_text(graph, err, "%s %s", package->name, package->version);
	const char *place = graph_text(graph, err, "%s:%zu", path, package->line);
	struct thing *thing = name && place ? graph_add(graph, "package", name, package->hex, place, err) : NULL;
	return thing ? graph_link(lock, thing, ALWAYS, NULL, err) : -1;
}

/* layer NULL: the build root's. */
static int add_lock(struct explain *explain, const char *path, struct thing *layer, struct err *err)
{
	cleanup_lock struct lock lock = {0};
	cleanup_bytes struct bytes text = {0};
	if (!source_exists(explain, path))
		return 0;
	struct thing *thing = source_thing(explain, path, err);
	if (!thing || graph_link(layer, thing, MADE, NULL, err) || source_load(explain, path, &text, err))
		return -1;
	if (lock_parse(path, text.data, text.size, &lock, err))
		return err_prefix(err, "%s", path);
	for (size_t i = 0; i < lock.count; i++)
		if (add_package(explain, path, &lock.packages[i], thing, err))
			return -1;
	return 0;
}

/* Files */

static struct thing *find_file(const struct layer_parts *parts, const char *path)
{
	const struct graph *graph = &parts->explain->graph;
	for (size_t i = parts->first; i < graph->count; i++)
		if ((!strcmp(graph->things[i]->what, "file") || !strcmp(graph->things[i]->what, "entry")) &&
		    !strcmp(graph->things[i]->name, path))
			return graph->things[i];
	return NULL;
}

/* A package of this layer: what is in its folder. */
static struct thing *find_package(const struct layer_parts *parts, const char *name)
{
	const struct graph *graph = &parts->explain->graph;
	size_t size = strlen(parts->folder);
	for (size_t i = parts->first; i < graph->count; i++) {
		const struct thing *thing = graph->things[i];
		if (!strcmp(thing->what, "package") && !strcmp(thing->name, name) &&
		    !strncmp(thing->place, parts->folder, size) && thing->place[size] == '/')
			return graph->things[i];
	}
	return NULL;
}

static struct thing *add_file(struct layer_parts *parts, const char *what, const char *path, const char *value,
			      const char *place, struct err *err)
{
	struct graph *graph = &parts->explain->graph;
	struct thing *file = graph_add(graph, what, path, value, place, err);
	if (!file || graph_link(parts->layer, file, ALWAYS, NULL, err))
		return NULL;
	return file;
}

static int add_program_file(struct layer_parts *parts, size_t i, struct err *err)
{
	struct graph *graph = &parts->explain->graph;
	char at[64];
	snprintf(at, sizeof at, ".application[%zu]", i);
	const char *path = values_text(&graph->values, "%s.path", at);
	const char *origin = values_text(&graph->values, "%s.package", at);
	struct thing *package = origin ? find_package(parts, origin) : NULL;
	if (!path)
		return err_bad(err, "%s.path: missing", at);
	struct thing *file = add_file(parts, "file", path, values_text(&graph->values, "%s.sha256", at),
				      package ? package->place : NULL, err);
	if (!file || graph_digests(graph, file, at, other_length, err))
		return -1;
	if (package && graph_leaf(graph, package, MAY, other_version, err, "%s.package", at))
		return -1;
	return graph_link(file, package, MAY, other_file, err);
}

static int add_program_files(struct layer_parts *parts, struct err *err)
{
	const struct values *values = &parts->explain->graph.values;
	const char *layer;
	for (size_t i = 0; (layer = values_text(values, ".application[%zu].layer", i)); i++)
		if (!strcmp(layer, parts->name) && add_program_file(parts, i, err))
			return -1;
	return 0;
}

/* contents= names a program of the build root, or a file of the tree. */
static int add_contents(struct layer_parts *parts, struct thing *file, const char *contents, struct err *err)
{
	struct explain *explain = parts->explain;
	bool is_program = !strncmp(contents, "build/builder/bin/", strlen("build/builder/bin/"));
	struct thing *from =
		is_program ? program_thing(explain, contents, file->value, err) : source_thing(explain, contents, err);
	return from ? graph_link(file, from, ALWAYS, NULL, err) : -1;
}

static int add_entry(void *context, const struct mtree_entry *entry, struct err *err)
{
	struct layer_parts *parts = context;
	struct graph *graph = &parts->explain->graph;
	const char *contents = entry->value[MTREE_CONTENTS], *path = entry->name[1] ? entry->name + 1 : "/";
	const char *place = graph_text(graph, err, "%s/files.mtree:%zu", parts->folder, entry->line);
	if (!place)
		return -1;
	struct thing *file = find_file(parts, path);
	if (!file && !(file = add_file(parts, contents ? "file" : "entry", path, NULL, place, err)))
		return -1;
	file->place = place;
	return contents ? add_contents(parts, file, contents, err) : 0;
}

static int add_list(struct layer_parts *parts, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	char path[PATH_LONGEST + 16];
	snprintf(path, sizeof path, "%s/files.mtree", parts->folder);
	if (!source_exists(parts->explain, path))
		return 0;
	struct thing *list = source_thing(parts->explain, path, err);
	if (!list || graph_link(parts->layer, list, MADE, NULL, err) || source_load(parts->explain, path, &text, err))
		return -1;
	if (mtree_read(text.data, text.size, &parts->arena, add_entry, parts, err))
		return err_prefix(err, "%s", path);
	return 0;
}

/* What mk/layer.sh makes of the packages, rather than unpacks from them. */
static int add_derived(struct layer_parts *parts, const char *lock, struct err *err)
{
	struct graph *graph = &parts->explain->graph;
	struct thing *from = graph_find(graph, "source", lock), *file;
	if (!from)
		return 0;
	file = add_file(parts, "file", "/var/lib/dpkg/status", NULL, "mk/layer.sh", err);
	if (!file || graph_link(file, from, MADE, NULL, err))
		return -1;
	for (size_t i = parts->first; i < graph->count; i++) {
		struct thing *thing = graph->things[i];
		if (strcmp(thing->what, "package") || strncmp(thing->name, "ca-certificates ", 16))
			continue;
		file = add_file(parts, "file", "/etc/ssl/certs/ca-certificates.crt", NULL, "mk/layer.sh", err);
		return file ? graph_link(file, thing, MADE, NULL, err) : -1;
	}
	return 0;
}

static int add_filter(struct layer_parts *parts, struct err *err)
{
	char path[PATH_LONGEST + 16];
	snprintf(path, sizeof path, "%s/filter", parts->folder);
	if (!source_exists(parts->explain, path))
		return 0;
	struct thing *filter = source_thing(parts->explain, path, err);
	return filter ? graph_link(parts->layer, filter, MADE, NULL, err) : -1;
}

static int add_parts(struct layer_parts *parts, struct err *err)
{
	char debian[PATH_LONGEST + 16], npm[PATH_LONGEST + 32];
	snprintf(debian, sizeof debian, "%s/debian.lock", parts->folder);
	snprintf(npm, sizeof npm, "%s/npm/package-lock.json", parts->folder);
	return add_lock(parts->explain, debian, parts->layer, err) || add_filter(parts, err) ||
			       add_lock(parts->explain, npm, parts->layer, err) || add_program_files(parts, err) ||
			       add_list(parts, err) || add_derived(parts, debian, err)
		       ? -1
		       : 0;
}

/* How many entries there are follows from locks, list and filter, and from no file's content. */
static int add_count(struct layer_parts *parts, struct err *err)
{
	struct graph *graph = &parts->explain->graph;
	struct thing *count = graph_add(graph, "number of entries", parts->name, NULL, parts->folder, err);
	if (!count || graph_leaf(graph, count, ALWAYS, NULL, err, ".image.layers[%zu].entries", parts->index))
		return -1;
	for (size_t i = 0; i < parts->layer->from_count; i++)
		if (!strcmp(parts->layer->from[i].from->what, "source") &&
		    graph_link(count, parts->layer->from[i].from, MAY, other_count, err))
			return -1;
	return 0;
}

/* Layers */

static struct thing *add_layer(struct layer_parts *parts, struct err *err)
{
	struct graph *graph = &parts->explain->graph;
	char at[64];
	snprintf(at, sizeof at, ".image.layers[%zu].diff_id", parts->index);
	parts->layer = graph_add(graph, "layer", parts->name, values_text(&graph->values, "%s.sha256", at),
				 parts->folder, err);
	if (!parts->layer || graph_digests(graph, parts->layer, at, other_length, err) || add_parts(parts, err) ||
	    add_count(parts, err))
		return NULL;
	snprintf(at, sizeof at, ".image.layers[%zu].blob", parts->index);
	const char *hex = values_text(&graph->values, "%s.sha256", at);
	const char *place =
		graph_text(graph, err, "build/images/%s/oci/blobs/sha256/%s", parts->explain->image, hex ? hex : "");
	struct thing *blob = place ? graph_add(graph, "blob", parts->name, hex, place, err) : NULL;
	if (!blob || graph_digests(graph, blob, at, other_length, err) ||
	    graph_link(blob, parts->layer, ALWAYS, NULL, err))
		return NULL;
	return blob;
}

static int add_layers(struct explain *explain, struct err *err)
{
	struct graph *graph = &explain->graph;
	const char *name;
	for (size_t i = 0; (name = values_text(&graph->values, ".image.layers[%zu].name", i)); i++) {
		struct layer_parts parts = {explain, i, graph->count, name, "", NULL, {0}};
		snprintf(parts.folder, sizeof parts.folder, "images/%s/%s", explain->image, name);
		struct thing *blob = add_layer(&parts, err);
		arena_free(&parts.arena);
		if (!blob || graph_link(explain->manifest, blob, ALWAYS, NULL, err) ||
		    graph_link(explain->config, parts.layer, ALWAYS, NULL, err))
			return -1;
	}
	return 0;
}

/* What image.json alone decides. */
static int add_definition(struct explain *explain, struct err *err)
{
	struct graph *graph = &explain->graph;
	char path[PATH_LONGEST];
	snprintf(path, sizeof path, "images/%s/image.json", explain->image);
	struct thing *settings = graph_add(graph, "settings", path, NULL, path, err);
	struct thing *file = source_thing(explain, path, err);
	if (!settings || !file || graph_link(explain->config, file, MADE, NULL, err) ||
	    graph_link(explain->manifest, file, MAY, "if its annotations change", err) ||
	    graph_link(settings, file, MAY, "if the setting changes", err))
		return -1;
	if (graph_leaf(graph, settings, MAY, other_length, err, ".image.config.size"))
		return -1;
	return graph_leaves(graph, settings, MAY, "if the setting changes", ".image.platform", err);
}

int explain_image(struct explain *explain, struct err *err)
{
	struct graph *graph = &explain->graph;
	const struct values *values = &graph->values;
	if (add_folders(explain, err))
		return -1;
	const char *layout = graph_text(graph, err, "build/images/%s/oci", explain->image);
	if (!layout)
		return -1;
	explain->manifest = graph_add(graph, "manifest", explain->image, values_text(values, ".image.manifest.sha256"),
				      layout, err);
	explain->config =
		graph_add(graph, "config", explain->image, values_text(values, ".image.config.sha256"), layout, err);
	if (!explain->manifest || !explain->config ||
	    graph_digests(graph, explain->manifest, ".image.manifest", "if a size in it gets another number of digits",
			  err) ||
	    graph_digests(graph, explain->config, ".image.config", NULL, err) || add_layers(explain, err) ||
	    graph_link(explain->manifest, explain->config, ALWAYS, NULL, err) || add_definition(explain, err))
		return -1;
	return add_lock(explain, "images/builder/debian.lock", NULL, err);
}
