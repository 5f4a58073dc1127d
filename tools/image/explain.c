#include "explain.h"

#include "digest.h"

#include <string.h>

void explain_free(struct explain *explain)
{
	graph_free(&explain->graph);
}

/* The programs of the build root that make the values. */
static int add_makers(struct explain *explain, struct err *err)
{
	static const char *const makers[] = {"tar-normalize", "image-assemble", "compose-digest", "rtmr3-predict",
					     "tdx-predict"};
	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++) {
		const char *path = graph_text(&explain->graph, err, "build/builder/bin/%s", makers[i]);
		if (!path || !program_thing(explain, path, NULL, err))
			return -1;
	}
	return 0;
}

int explain_make(struct explain *explain, const char *text, size_t size, const char *tree, struct err *err)
{
	explain->tree = tree;
	if (values_parse(text, size, &explain->graph.values, err))
		return -1;
	explain->image = values_text(&explain->graph.values, ".image.name");
	/* The machines' files first, since RTMR3 may depend on them. */
	return explain_image(explain, err) || explain_machines(explain, err) || explain_deployment(explain, err) ||
			       add_makers(explain, err)
		       ? -1
		       : 0;
}

static bool is_other(const struct explain *explain, const char *path, const char *digest)
{
	cleanup_bytes struct bytes text = {0};
	char found[DIGEST_HEX_MAX];
	struct err unused;
	if (!source_exists(explain, path))
		return true;
	return source_load(explain, path, &text, &unused) ||
	       digest_bytes(SHA256, text.data, text.size, found, &unused) || strcmp(found, digest);
}

const char *explain_stranger(const struct explain *explain)
{
	const struct graph *graph = &explain->graph;
	const char *path;
	for (size_t i = 0; (path = values_text(&graph->values, ".inputs.locks[%zu].path", i)); i++) {
		const char *digest = values_text(&graph->values, ".inputs.locks[%zu].digest.sha256", i);
		if (digest && is_other(explain, path, digest))
			return path;
	}
	for (size_t i = 0; i < graph->count; i++) {
		const struct thing *file = graph->things[i];
		if (strcmp(file->what, "file") || !file->value || !file->from_count)
			continue;
		const struct thing *from = file->from[0].from;
		if ((!strcmp(from->what, "program") || !strcmp(from->what, "source")) &&
		    is_other(explain, from->place, file->value))
			return from->place;
	}
	return NULL;
}
