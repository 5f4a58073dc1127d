#include "manifest.h"

#include <time.h>

static const char manifest_type[] = "application/vnd.oci.image.manifest.v1+json";

static struct json *digest_text(const struct digests *digests)
{
	char text[sizeof "sha256:" + DIGEST_HEX_MAX];
	snprintf(text, sizeof text, "sha256:%s", digests->sha256);
	return json_string(text);
}

static struct json *descriptor_json(const char *media_type, const struct digests *digests)
{
	struct json *json = json_object();
	json_set(json, "mediaType", json_string(media_type));
	json_set(json, "digest", digest_text(digests));
	json_set(json, "size", json_number(digests->size));
	return json;
}

/* spec: RFC 3339 section 5.6 date-time, in UTC */
static struct json *time_text(uint64_t epoch)
{
	time_t seconds = (time_t)epoch;
	struct tm tm;
	char text[sizeof "9999-12-31T23:59:59Z"];
	if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm))
		return NULL;
	return json_string(text);
}

static struct json *history_json(uint64_t epoch, const struct manifest_layer *layer)
{
	struct json *json = json_object();
	json_set(json, "created", time_text(epoch));
	json_set(json, "created_by", json_string(layer->name));
	json_set(json, "comment", json_string("image-assemble"));
	return json;
}

struct json *manifest_config(const struct definition *definition, uint64_t epoch, const struct manifest_layer *layers,
			     size_t count)
{
	struct json *json = json_object(), *rootfs = json_object();
	struct json *histories = json_array(), *diff_ids = json_array();
	for (size_t i = 0; i < count; i++) {
		json_add(diff_ids, digest_text(&layers[i].layer.diff_id));
		json_add(histories, history_json(epoch, &layers[i]));
	}
	json_set(rootfs, "type", json_string("layers"));
	json_set(rootfs, "diff_ids", diff_ids);
	json_set(json, "architecture", json_get(definition->platform, "architecture"));
	json_set(json, "os", json_get(definition->platform, "os"));
	json_set(json, "created", time_text(epoch));
	json_set(json, "rootfs", rootfs);
	json_set(json, "history", histories);
	if (definition->config)
		json_set(json, "config", json_copy(definition->config));
	return json;
}

struct json *manifest_json(const struct definition *definition, const struct digests *config,
			   const struct manifest_layer *layers, size_t count)
{
	struct json *json = json_object(), *descriptors = json_array();
	for (size_t i = 0; i < count; i++)
		json_add(descriptors, descriptor_json(layer_media_type(layers[i].layer.codec), &layers[i].layer.blob));
	json_set(json, "schemaVersion", json_number(2));
	json_set(json, "mediaType", json_string(manifest_type));
	json_set(json, "config", descriptor_json("application/vnd.oci.image.config.v1+json", config));
	json_set(json, "layers", descriptors);
	if (definition->annotations)
		json_set(json, "annotations", json_copy(definition->annotations));
	return json;
}

struct json *manifest_index(const struct digests *manifest, const char *reference)
{
	struct json *index = json_object(), *manifests = json_array(), *annotations = json_object();
	struct json *descriptor = descriptor_json(manifest_type, manifest);
	json_set(annotations, "org.opencontainers.image.ref.name", json_string(reference));
	json_set(descriptor, "annotations", annotations);
	json_add(manifests, descriptor);
	json_set(index, "schemaVersion", json_number(2));
	json_set(index, "mediaType", json_string("application/vnd.oci.image.index.v1+json"));
	json_set(index, "manifests", manifests);
	return index;
}
