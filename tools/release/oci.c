#include "oci.h"

#include <string.h>

static const char index_type[] = "application/vnd.oci.image.index.v1+json";
static const char manifest_type[] = "application/vnd.oci.image.manifest.v1+json";
static const char config_type[] = "application/vnd.oci.image.config.v1+json";
static const char layer_type[] = "application/vnd.oci.image.layer.v1.tar";

void oci_blob_free(struct oci_blob *blob)
{
	free(blob->media_type);
	*blob = (struct oci_blob){0};
}

void oci_manifest_free(struct oci_manifest *manifest)
{
	oci_blob_free(&manifest->config);
	for (size_t i = 0; i < manifest->count; i++)
		oci_blob_free(&manifest->layers[i]);
	free(manifest->layers);
	*manifest = (struct oci_manifest){0};
}

void oci_config_free(struct oci_config *config)
{
	free(config->architecture);
	free(config->os);
	free(config->diff_ids);
	for (size_t i = 0; config->names && i < config->count; i++)
		free(config->names[i]);
	free(config->names);
	*config = (struct oci_config){0};
}

int oci_digest(const char *text, char sha256[2 * SHA256_SIZE + 1])
{
	static const char prefix[] = "sha256:";
	if (strncmp(text, prefix, strlen(prefix)))
		return -1;
	text += strlen(prefix);
	if (strlen(text) != 2 * SHA256_SIZE || strspn(text, "0123456789abcdef") != 2 * SHA256_SIZE)
		return -1;
	memcpy(sha256, text, 2 * SHA256_SIZE + 1);
	return 0;
}

/* A member that is a string: a copy, or NULL. */
static char *need_text(const struct json *object, const char *name, struct err *err)
{
	cleanup_json struct json *member = json_need(object, name, JSON_STRING, err);
	char *copy = member ? strdup(json_text(member)) : NULL;
	if (member && !copy)
		err_system(err, EX_OSERR, "%s", name);
	return copy;
}

/* The member says exactly this. */
static int need_this(const struct json *object, const char *name, const char *wanted, struct err *err)
{
	cleanup_free char *text = need_text(object, name, err);
	if (!text)
		return -1;
	return strcmp(text, wanted) ? err_bad(err, "%s: not %s", name, wanted) : 0;
}

static int need_digest(const struct json *object, char sha256[2 * SHA256_SIZE + 1], struct err *err)
{
	cleanup_free char *text = need_text(object, "digest", err);
	if (!text)
		return -1;
	return oci_digest(text, sha256) ? err_bad(err, "digest: not sha256: and 64 digits") : 0;
}

static int need_size(const struct json *object, uint64_t *size, struct err *err)
{
	cleanup_json struct json *member = json_need(object, "size", JSON_NUMBER, err);
	if (!member)
		return -1;
	double value = json_double(member);
	if (!(value >= 0 && value <= JSON_WHOLE) || value != (double)(uint64_t)value)
		return err_bad(err, "size: not a number of bytes");
	*size = (uint64_t)value;
	return 0;
}

static int need_version(const struct json *object, struct err *err)
{
	cleanup_json struct json *member = json_need(object, "schemaVersion", JSON_NUMBER, err);
	if (!member)
		return -1;
	return json_double(member) == 2 ? 0 : err_bad(err, "schemaVersion: not 2");
}

static int read_descriptor(const struct json *json, struct oci_blob *blob, struct err *err)
{
	static const char *const members[] = {"mediaType", "digest", "size", "annotations", "platform", NULL};
	if (!json || json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	if (json_only(json, members, err) || need_digest(json, blob->sha256, err) || need_size(json, &blob->size, err))
		return -1;
	return (blob->media_type = need_text(json, "mediaType", err)) ? 0 : -1;
}

static struct json *parse_object(const char *text, size_t size, const char *const members[], struct err *err)
{
	cleanup_json struct json *json = json_parse(text, size, err);
	if (!json)
		return NULL;
	if (json_kind(json) != JSON_OBJECT) {
		err_bad(err, "not an object");
		return NULL;
	}
	return members && json_only(json, members, err) ? NULL : steal(&json);
}

/* spec: OCI image-spec image-layout.md: oci-layout file */
int oci_layout(const char *text, size_t size, struct err *err)
{
	static const char *const members[] = {"imageLayoutVersion", NULL};
	cleanup_json struct json *json = parse_object(text, size, members, err);
	return json ? need_this(json, "imageLayoutVersion", "1.0.0", err) : -1;
}

/* spec: OCI image-spec image-index.md, image-layout.md: index.json file */
int oci_index(const char *text, size_t size, struct oci_blob *manifest, struct err *err)
{
	static const char *const members[] = {"schemaVersion", "mediaType", "manifests", "annotations", NULL};
	*manifest = (struct oci_blob){0};
	cleanup_json struct json *json = parse_object(text, size, members, err);
	if (!json || need_version(json, err) || need_this(json, "mediaType", index_type, err))
		return -1;
	cleanup_json struct json *manifests = json_need(json, "manifests", JSON_ARRAY, err);
	if (!manifests)
		return -1;
	if (json_length(manifests) != 1)
		return err_bad(err, "manifests: %zu of them, and a release has one image", json_length(manifests));
	cleanup_json struct json *first = json_at(manifests, 0);
	if (read_descriptor(first, manifest, err))
		return err_prefix(err, "manifests: 0");
	if (strcmp(manifest->media_type, manifest_type))
		return err_bad(err, "manifests: 0: mediaType: not %s", manifest_type);
	return 0;
}

/* gzip, zstd or neither. spec: OCI image-spec layer.md */
static int is_layer(const char *media_type)
{
	size_t size = strlen(layer_type);
	const char *rest = media_type + size;
	return !strncmp(media_type, layer_type, size) && (!*rest || !strcmp(rest, "+gzip") || !strcmp(rest, "+zstd"));
}

static int read_layers(const struct json *layers, struct oci_manifest *manifest, struct err *err)
{
	size_t count = json_length(layers);
	if (!count || count > OCI_LAYERS)
		return err_bad(err, "layers: %zu of them; 1 to %d are possible", count, OCI_LAYERS);
	if (!(manifest->layers = calloc(count, sizeof *manifest->layers)))
		return err_system(err, EX_OSERR, "layers");
	for (manifest->count = 0; manifest->count < count;) {
		size_t i = manifest->count++;
		cleanup_json struct json *layer = json_at(layers, i);
		if (read_descriptor(layer, &manifest->layers[i], err))
			return err_prefix(err, "layers: %zu", i);
		if (!is_layer(manifest->layers[i].media_type))
			return err_bad(err, "layers: %zu: mediaType: not one of a layer", i);
	}
	return 0;
}

/* spec: OCI image-spec manifest.md. subject and artifactType make it another thing than a plain image. */
int oci_manifest(const char *text, size_t size, struct oci_manifest *manifest, struct err *err)
{
	static const char *const members[] = {"schemaVersion", "mediaType", "config", "layers", "annotations", NULL};
	*manifest = (struct oci_manifest){0};
	cleanup_json struct json *json = parse_object(text, size, members, err);
	if (!json || need_version(json, err) || need_this(json, "mediaType", manifest_type, err))
		return -1;
	cleanup_json struct json *config = json_need(json, "config", JSON_OBJECT, err);
	cleanup_json struct json *layers = config ? json_need(json, "layers", JSON_ARRAY, err) : NULL;
	if (!layers)
		return -1;
	if (read_descriptor(config, &manifest->config, err))
		return err_prefix(err, "config");
	if (strcmp(manifest->config.media_type, config_type))
		return err_bad(err, "config: mediaType: not %s", config_type);
	return read_layers(layers, manifest, err);
}

static int read_diff_ids(const struct json *config, struct oci_config *into, struct err *err)
{
	cleanup_json struct json *rootfs = json_need(config, "rootfs", JSON_OBJECT, err);
	if (!rootfs)
		return -1;
	cleanup_json struct json *ids = json_need(rootfs, "diff_ids", JSON_ARRAY, err);
	if (!ids)
		return err_prefix(err, "rootfs");
	size_t count = json_length(ids);
	if (count > OCI_LAYERS)
		return err_bad(err, "rootfs: diff_ids: over %d", OCI_LAYERS);
	into->diff_ids = calloc(count + 1, sizeof *into->diff_ids);
	into->names = calloc(count + 1, sizeof *into->names);
	if (!into->diff_ids || !into->names)
		return err_system(err, EX_OSERR, "diff_ids");
	for (into->count = 0; into->count < count; into->count++) {
		cleanup_json struct json *id = json_at(ids, into->count);
		if (json_kind(id) != JSON_STRING || oci_digest(json_text(id), into->diff_ids[into->count]))
			return err_bad(err, "rootfs: diff_ids: %zu: not sha256: and 64 digits", into->count);
	}
	return 0;
}

static bool makes_no_layer(const struct json *entry)
{
	cleanup_json struct json *empty = json_get(entry, "empty_layer");
	return empty && json_kind(empty) == JSON_BOOLEAN && json_true(empty);
}

/* Names are a help for people: what is not there is not missed. */
static int read_names(const struct json *config, struct oci_config *into, struct err *err)
{
	cleanup_json struct json *history = json_get(config, "history");
	size_t layer = 0;
	for (size_t i = 0; history && i < json_length(history) && layer < into->count; i++) {
		cleanup_json struct json *entry = json_at(history, i);
		if (!entry || makes_no_layer(entry))
			continue;
		cleanup_json struct json *name = json_get(entry, "created_by");
		if (name && json_kind(name) == JSON_STRING && !(into->names[layer] = strdup(json_text(name))))
			return err_system(err, EX_OSERR, "history");
		layer++;
	}
	return 0;
}

/* spec: OCI image-spec config.md */
int oci_config(const char *text, size_t size, struct oci_config *config, struct err *err)
{
	*config = (struct oci_config){0};
	cleanup_json struct json *json = parse_object(text, size, NULL, err);
	if (!json || !(config->architecture = need_text(json, "architecture", err)) ||
	    !(config->os = need_text(json, "os", err)))
		return -1;
	return read_diff_ids(json, config, err) || read_names(json, config, err) ? -1 : 0;
}
