#include "assembly.h"

#include "cache.h"
#include "file.h"
#include "layout.h"
#include "manifest.h"

#include <string.h>

/* What has been made so far. */
struct parts {
	struct layout layout;
	struct definition definition;
	struct manifest_layer *layers;
	size_t layer_count;
	struct digests config, manifest;
};

static void parts_drop(struct parts *parts)
{
	for (size_t i = 0; i < parts->layer_count; i++)
		free(parts->layers[i].name);
	free(parts->layers);
	definition_free(&parts->definition);
	layout_drop(&parts->layout);
}

/* `debian` of `layers/debian.tar.gz`: however a layer comes, its history entry is the same. */
static char *layer_name(const char *path)
{
	static const char *const suffixes[] = {".gz", ".zst", ".tar", NULL};
	const char *slash = strrchr(path, '/');
	char *name = strdup(!strcmp(path, "-") ? "stdin" : slash ? slash + 1 : path);
	for (const char *const *suffix = suffixes; name && *suffix; suffix++) {
		size_t size = strlen(name), end = strlen(*suffix);
		if (size > end && !strcmp(name + size - end, *suffix))
			name[size - end] = '\0';
	}
	return name;
}

static int encode(const struct assembly *assembly, int fd, int out, struct layer *layer, struct err *err)
{
	struct err trouble;
	if (layer_encode(fd, &assembly->contract, out, assembly->threads, assembly->progress, layer, err))
		return -1;
	if (assembly->cache &&
	    cache_put(assembly->cache, &layer->diff_id, &assembly->contract, out, &layer->blob, &trouble))
		assembly->trouble(assembly->cache, &trouble);
	return 0;
}

/* Returns 1 when the cache had the blob; 0 when not, fd is then where it was. What can be read only once is not looked
 * up.
 */
static int take_from_cache(const struct assembly *assembly, int fd, int out, struct layer *layer, struct err *err)
{
	off_t start = lseek(fd, 0, SEEK_CUR);
	if (!assembly->cache || start < 0)
		return 0;
	if (layer_read(fd, assembly->threads, layer, err))
		return -1;
	layer->codec = assembly->contract.codec;
	int found = cache_get(assembly->cache, &layer->diff_id, &assembly->contract, out, &layer->blob, err);
	if (!found && lseek(fd, start, SEEK_SET) < 0)
		return err_system(err, EX_IOERR, "cannot rewind");
	return found;
}

static int add_layer(const struct assembly *assembly, const struct layout *layout, const char *path,
		     struct manifest_layer *into, struct err *err)
{
	if (!bytes_are_utf8(into->name, strlen(into->name)))
		return err_bad(err, "name is not UTF-8, which JSON wants");
	cleanup_fd int fd = file_open(path, err);
	cleanup_fd int out = fd < 0 ? -1 : layout_blob_open(layout, err);
	int found = out < 0 ? -1 : take_from_cache(assembly, fd, out, &into->layer, err);
	if (found < 0 || (!found && encode(assembly, fd, out, &into->layer, err)))
		return -1;
	return layout_blob_name(layout, &into->layer.blob, err);
}

static int add_layers(const struct assembly *assembly, struct parts *parts, struct err *err)
{
	parts->layers = calloc(assembly->layer_count, sizeof *parts->layers);
	if (!parts->layers)
		return err_system(err, EX_OSERR, "layers");
	for (size_t i = 0; i < assembly->layer_count; i++) {
		const char *path = assembly->layers[i];
		parts->layers[i].name = layer_name(path);
		parts->layer_count++;
		if (!parts->layers[i].name)
			return err_system(err, EX_OSERR, "%s", path);
		if (add_layer(assembly, &parts->layout, path, &parts->layers[i], err))
			return err_prefix(err, "%s", path);
	}
	return 0;
}

static int add_json(const struct layout *layout, const struct json *json, struct digests *digests, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (json_write(json, false, &text, err))
		return -1;
	return layout_blob_add(layout, text.data, text.size, digests, err);
}

static int add_manifest(const struct assembly *assembly, struct parts *parts, struct err *err)
{
	cleanup_json struct json *config =
		manifest_config(&parts->definition, assembly->epoch, parts->layers, parts->layer_count);
	if (add_json(&parts->layout, config, &parts->config, err))
		return -1;
	cleanup_json struct json *manifest =
		manifest_json(&parts->definition, &parts->config, parts->layers, parts->layer_count);
	return add_json(&parts->layout, manifest, &parts->manifest, err);
}

static struct json *contract_json(const struct contract *contract)
{
	struct json *json = json_object();
	json_set(json, "name", json_string(codec_name(contract->codec)));
	if (contract->codec == CODEC_NONE)
		return json;
	json_set(json, "library", json_string(contract->library));
	json_set(json, "version", json_string(contract->version));
	json_set(json, "level", json_number((uint64_t)contract->level));
	json_set(json, "block_size", json_number(contract->block_size));
	return json;
}

static struct json *report_json(const struct assembly *assembly, const struct parts *parts)
{
	struct json *json = json_object(), *layers = json_array();
	for (size_t i = 0; i < parts->layer_count; i++) {
		struct json *layer = layer_json(&parts->layers[i].layer);
		json_set(layer, "name", json_string(parts->layers[i].name));
		json_set(layer, "codec", contract_json(&assembly->contract));
		json_add(layers, layer);
	}
	json_set(json, "name", json_string(parts->definition.name));
	json_set(json, "platform", json_copy(parts->definition.platform));
	json_set(json, "manifest", digests_json(&parts->manifest));
	json_set(json, "config", digests_json(&parts->config));
	json_set(json, "layers", layers);
	return json;
}

static int write_report(const struct assembly *assembly, const struct parts *parts, struct output *output,
			struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *json = report_json(assembly, parts);
	if (json_write(json, true, &text, err) || output_open(output, assembly->report, err))
		return -1;
	return file_write(output->fd, text.data, text.size, err);
}

/* The report takes its name last, when what it reports is in its place. */
static int publish(const struct assembly *assembly, struct parts *parts, struct err *err)
{
	cleanup_bytes struct bytes index = {0};
	cleanup_output struct output report = OUTPUT_NONE;
	cleanup_json struct json *json = manifest_index(&parts->manifest, assembly->reference);
	if (json_write(json, false, &index, err))
		return -1;
	if (assembly->report && write_report(assembly, parts, &report, err))
		return err_prefix(err, "%s", assembly->report);
	if (layout_commit(&parts->layout, index.data, index.size, err))
		return -1;
	if (assembly->report && output_commit(&report, err))
		return err_prefix(err, "%s", assembly->report);
	return 0;
}

int assembly_run(const struct assembly *assembly, struct err *err)
{
	cleanup(parts_drop) struct parts parts = {.layout = LAYOUT_NONE};
	if (definition_load(assembly->definition, &parts.definition, err))
		return err_prefix(err, "%s", assembly->definition);
	if (layout_begin(assembly->output, &parts.layout, err) || add_layers(assembly, &parts, err) ||
	    add_manifest(assembly, &parts, err))
		return -1;
	return publish(assembly, &parts, err);
}
