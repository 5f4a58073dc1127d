#include "explain.h"

#include "path.h"

#include <string.h>

static const char other_warning[] = "if what it warns of changes";
static const char other_length[] = "if its length changes";
static const char other_member[] = "if that member changes";
static const char other_app[] = "if the manifest names another app";

enum { ID_DIGITS = 40 }; /* an app-id's: the begin of a compose hash */

/* Line of the first text in the file, or 0. */
static int find_line(const struct explain *explain, const char *path, const char *text, size_t *line, struct err *err)
{
	cleanup_bytes struct bytes file = {0};
	*line = 0;
	if (source_load(explain, path, &file, err))
		return -1;
	const char *found = strstr(file.data, text);
	for (const char *at = file.data; found && at < found; at++)
		*line += *at == '\n';
	*line += found != NULL;
	return 0;
}

/* The image's reference, in the line of the template that has it. */
static struct thing *add_reference(struct explain *explain, const char *template, struct err *err)
{
	struct graph *graph = &explain->graph;
	size_t line = 0;
	if (source_exists(explain, template) && find_line(explain, template, "@IMAGE@", &line, err))
		return NULL;
	const char *place = line ? graph_text(graph, err, "%s:%zu", template, line) : template;
	struct thing *thing = place ? graph_add(graph, "image reference", NULL,
						values_text(&graph->values, ".deployment.image"), place, err)
				    : NULL;
	if (!thing || graph_leaf(graph, thing, ALWAYS, NULL, err, ".deployment.image") ||
	    graph_link(thing, explain->manifest, ALWAYS, NULL, err))
		return NULL;
	return thing;
}

/* kettle's manifest, when one is deployed. */
static int add_manifest(struct explain *explain, struct thing *text, struct err *err)
{
	struct graph *graph = &explain->graph;
	const char *digest = values_text(&graph->values, ".deployment.manifest.sha256");
	if (!digest)
		return 0;
	struct thing *thing = graph_add(graph, "kettle manifest", NULL, digest, "build/deploy/manifest.json", err);
	if (!thing || graph_digests(graph, thing, ".deployment.manifest", NULL, err) ||
	    graph_leaf(graph, thing, MAY, other_member, err, ".deployment.manifest.app") ||
	    graph_leaf(graph, thing, MAY, other_member, err, ".deployment.manifest.app_sha256"))
		return -1;
	return graph_link(text, thing, ALWAYS, NULL, err);
}

static int add_compose_leaves(struct graph *graph, struct thing *compose, struct err *err)
{
	static const char *const paths[] = {
		".deployment.compose_hash",    ".deployment.mr_config_id.v1",          ".deployment.mr_config_id.v2",
		".deployment.mr_config_id.v3", ".deployment.mr_config_id.v3_document", ".tdx.rtmr3.compose_hash"};
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		if (graph_leaf(graph, compose, ALWAYS, NULL, err, "%s", paths[i]))
			return -1;
	const char *id = values_text(&graph->values, ".deployment.app_id");
	if (id && compose->value && !strncmp(id, compose->value, ID_DIGITS) &&
	    graph_leaf(graph, compose, ALWAYS, NULL, err, ".deployment.app_id"))
		return -1;
	return graph_digests(graph, compose, ".deployment.app_compose", NULL, err);
}

/* What is in app-compose.json besides digests: changed by whoever writes it, not by the image. */
static int add_settings(struct explain *explain, struct thing *template, struct err *err)
{
	struct graph *graph = &explain->graph;
	struct thing *thing =
		graph_add(graph, "settings", "app-compose.json", NULL, "build/deploy/app-compose.json", err);
	if (!thing || graph_leaf(graph, thing, MAY, other_length, err, ".deployment.app_compose.size") ||
	    graph_leaves(graph, thing, MAY, other_warning, ".deployment.warnings", err))
		return -1;
	return graph_link(thing, template, MADE, NULL, err) ||
			       graph_link(thing, graph_find(graph, "kettle manifest", NULL), MAY, other_length, err)
		       ? -1
		       : 0;
}

static struct thing *add_compose(struct explain *explain, struct err *err)
{
	struct graph *graph = &explain->graph;
	char path[PATH_LONGEST];
	snprintf(path, sizeof path, "images/%s/deploy/docker-compose.yml", explain->image);
	struct thing *compose =
		graph_add(graph, "app-compose", NULL, values_text(&graph->values, ".deployment.compose_hash"),
			  "build/deploy/app-compose.json", err);
	struct thing *text =
		graph_add(graph, "docker-compose text", NULL, NULL, "build/deploy/docker-compose.yml", err);
	struct thing *template = source_thing(explain, path, err), *reference = add_reference(explain, path, err);
	if (!compose || !text || !template || !reference || add_compose_leaves(graph, compose, err) ||
	    graph_link(compose, text, ALWAYS, NULL, err) || graph_link(text, reference, ALWAYS, NULL, err) ||
	    graph_link(text, template, MADE, NULL, err) || add_manifest(explain, text, err) ||
	    add_settings(explain, template, err))
		return NULL;
	return compose;
}

/* RTMR3 */

/* What verifiers hold a log to: for an event that is known its payload once more. */
static int add_checks(struct graph *graph, struct thing *event, const char *name, const char *payload, struct err *err)
{
	const char *checked;
	for (size_t i = 0; (checked = values_text(&graph->values, ".tdx.rtmr3.checks[%zu].event", i)); i++) {
		const char *value = values_text(&graph->values, ".tdx.rtmr3.checks[%zu].value", i);
		if (value && payload && !strcmp(checked, name) && !strcmp(value, payload) &&
		    graph_leaf(graph, event, ALWAYS, NULL, err, ".tdx.rtmr3.checks[%zu].value", i))
			return -1;
	}
	if (strcmp(name, "key-provider"))
		return 0;
	return graph_leaf(graph, event, ALWAYS, NULL, err, ".tdx.rtmr3.mr_key_provider");
}

/* Whose bytes the payload is a digest of. Other events of app-compose.json tell of a setting in it. */
static int add_origin(struct explain *explain, struct thing *compose, struct thing *event, const char *name,
		      const char *payload, struct err *err)
{
	struct graph *graph = &explain->graph;
	struct thing *manifest = graph_find(graph, "kettle manifest", NULL);
	size_t size = payload ? strlen(payload) : 0;
	if (compose && compose->value && size >= ID_DIGITS && !strncmp(payload, compose->value, size))
		return graph_link(event, compose, ALWAYS, NULL, err);
	if (!strcmp(name, "kettle-manifest"))
		return graph_link(event, manifest, ALWAYS, NULL, err);
	if (!strcmp(name, "kettle-app"))
		return graph_link(event, manifest, MAY, other_app, err);
	if (!strcmp(name, "storage-fs"))
		return graph_link(event, explain->os_files[OS_METADATA], MAY,
				  "if dstack.storage_fs= in the command line changes", err);
	return 0;
}

static struct thing *add_event(struct explain *explain, struct thing *compose, size_t i, struct err *err)
{
	struct graph *graph = &explain->graph;
	const struct values *values = &graph->values;
	char at[64];
	snprintf(at, sizeof at, ".tdx.rtmr3.events[%zu]", i);
	const char *text = values_text(values, "%s.name", at), *name = text ? text : "",
		   *payload = values_text(values, "%s.payload", at);
	const char *title = graph_text(graph, err, "rtmr3:%zu %s", i, name);
	struct thing *event = title ? graph_add(graph, "event", title, values_text(values, "%s.sha384", at),
						values_text(values, "%s.source", at), err)
				    : NULL;
	if (!event || graph_leaf(graph, event, ALWAYS, NULL, err, "%s.sha384", at) ||
	    graph_leaf(graph, event, ALWAYS, NULL, err, "%s.payload", at) ||
	    add_checks(graph, event, name, payload, err) || add_origin(explain, compose, event, name, payload, err))
		return NULL;
	return event;
}

/* The value before the first event that is not known is a value of its own. */
static int add_rtmr3(struct explain *explain, struct thing *compose, struct err *err)
{
	struct graph *graph = &explain->graph;
	const struct values *values = &graph->values;
	const char *known = values_text(values, ".tdx.rtmr3.prefix.events"),
		   *value = values_text(values, ".tdx.rtmr3.rtmr3");
	size_t in_prefix = known ? strtoul(known, NULL, 10) : 0;
	const char *first = values_text(values, ".tdx.rtmr3.prefix.value");
	struct thing *rtmr3 = graph_add(graph, "register", "rtmr3", value, NULL, err);
	struct thing *prefix = first ? graph_add(graph, "prefix", "rtmr3", first, NULL, err) : NULL;
	if (!rtmr3 || (first && !prefix) || graph_leaf(graph, rtmr3, ALWAYS, NULL, err, ".tdx.rtmr3.rtmr3") ||
	    graph_leaf(graph, prefix, ALWAYS, NULL, err, ".tdx.rtmr3.prefix.value"))
		return -1;
	for (size_t i = 0; values_text(values, ".tdx.rtmr3.events[%zu].name", i); i++) {
		struct thing *event = add_event(explain, compose, i, err);
		if (!event || graph_link(rtmr3, event, ALWAYS, NULL, err) ||
		    (i < in_prefix && graph_link(prefix, event, ALWAYS, NULL, err)))
			return -1;
	}
	return 0;
}

int explain_deployment(struct explain *explain, struct err *err)
{
	const struct values *values = &explain->graph.values;
	struct thing *compose = NULL;
	if (values_text(values, ".deployment.compose_hash") && !(compose = add_compose(explain, err)))
		return -1;
	return values_text(values, ".tdx.rtmr3.events[0].name") ? add_rtmr3(explain, compose, err) : 0;
}
