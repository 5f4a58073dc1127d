#include "image.h"

#include "file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { LAYERS_MOST = 4096 };

static void document_free(struct document *document)
{
	bytes_free(&document->bytes);
	json_free(document->json);
}

void image_close(struct image *image)
{
	document_free(&image->marker);
	document_free(&image->index);
	document_free(&image->manifest);
	document_free(&image->config);
	cleanup_fd_at(&image->folder);
	arena_free(&image->arena);
	*image = IMAGE_NONE;
}

int image_file(const struct image *image, const char *path, struct err *err)
{
	struct stat st;
	cleanup_fd int fd = openat(image->folder, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return err_bad(err, "%s: not there", path);
	if (fd < 0 || fstat(fd, &st))
		return err_system(err, EX_IOERR, "%s: cannot open", path);
	if (!S_ISREG(st.st_mode))
		return err_bad(err, "%s: not a file", path);
	return steal_fd(&fd);
}

static int load(const struct image *image, struct document *document, struct err *err)
{
	cleanup_fd int fd = image_file(image, document->path, err);
	if (fd < 0)
		return -1;
	if (file_read(fd, JSON_CAP, &document->bytes, err))
		return err_prefix(err, "%s", document->path);
	document->json = json_parse(document->bytes.data ? document->bytes.data : "", document->bytes.size, err);
	return document->json ? 0 : err_prefix(err, "%s", document->path);
}

static bool is_hex(const char *text, size_t size)
{
	return strlen(text) == size && strspn(text, "0123456789abcdef") == size;
}

/* Where the blob of a descriptor is. spec: OCI image-spec descriptor.md, digests; image-layout.md, blobs */
static const char *blob_path(struct image *image, const struct json *descriptor, const char **digest, struct err *err)
{
	char path[160];
	if (json_kind(descriptor) != JSON_OBJECT) {
		err_bad(err, "not a descriptor");
		return NULL;
	}
	cleanup_json struct json *value = json_need(descriptor, "digest", JSON_STRING, err);
	if (!value)
		return NULL;
	const char *text = json_text(value);
	bool is_sha256 = !strncmp(text, "sha256:", 7) && is_hex(text + 7, 64);
	bool is_sha512 = !strncmp(text, "sha512:", 7) && is_hex(text + 7, 128);
	if (!is_sha256 && !is_sha512) {
		err_bad(err, "digest: neither SHA-256 nor SHA-512");
		return NULL;
	}
	int size = snprintf(path, sizeof path, "blobs/%.6s/%s", text, text + 7);
	if (digest && !(*digest = arena_text(&image->arena, text, strlen(text), err)))
		return NULL;
	return arena_text(&image->arena, path, (size_t)size, err);
}

/* A member of that kind; NULL when there is none. */
static struct json *member(const struct json *object, const char *name, enum json_kind kind)
{
	struct json *value = json_kind(object) == JSON_OBJECT ? json_get(object, name) : NULL;
	if (value && json_kind(value) == kind)
		return value;
	json_free(value);
	return NULL;
}

/* "" when there is none. */
static const char *text_of(struct image *image, const struct json *object, const char *name, struct err *err)
{
	cleanup_json struct json *value = member(object, name, JSON_STRING);
	return value ? arena_text(&image->arena, json_text(value), strlen(json_text(value)), err) : "";
}

/* spec: OCI image-spec image-index.md */
static int load_manifest(struct image *image, struct err *err)
{
	cleanup_json struct json *manifests = member(image->index.json, "manifests", JSON_ARRAY);
	size_t count = manifests ? json_length(manifests) : 0;
	if (!manifests)
		return err_bad(err, "index.json: manifests: not a list");
	if (count != 1)
		return err_bad(err, "index.json: manifests: %zu, but one image is compared", count);
	cleanup_json struct json *descriptor = json_at(manifests, 0);
	image->manifest.path = descriptor ? blob_path(image, descriptor, NULL, err) : NULL;
	if (!image->manifest.path)
		return err_prefix(err, "index.json: manifests: 1");
	return load(image, &image->manifest, err);
}

static int load_config(struct image *image, struct err *err)
{
	const struct json *manifest = image->manifest.json;
	cleanup_json struct json *config = member(manifest, "config", JSON_OBJECT);
	cleanup_json struct json *manifests = member(manifest, "manifests", JSON_ARRAY);
	if (!config && manifests)
		return err_bad(err, "%s: an index of images, but one image is compared", image->manifest.path);
	if (!config)
		return err_bad(err, "%s: not an image's manifest: it has no config", image->manifest.path);
	image->config.path = blob_path(image, config, NULL, err);
	if (!image->config.path)
		return err_prefix(err, "%s: config", image->manifest.path);
	return load(image, &image->config, err);
}

static int add_layers(struct image *image, struct err *err)
{
	cleanup_json struct json *layers = json_need(image->manifest.json, "layers", JSON_ARRAY, err);
	size_t count = layers ? json_length(layers) : 0;
	if (!layers)
		return -1;
	if (count > LAYERS_MOST)
		return err_bad(err, "layers: more than %d", LAYERS_MOST);
	image->layers =
		arena_take(&image->arena, (count + 1) * sizeof *image->layers, _Alignof(struct image_layer), err);
	if (!image->layers)
		return -1;
	for (; image->count < count; image->count++) {
		struct image_layer *layer = &image->layers[image->count];
		cleanup_json struct json *descriptor = json_at(layers, image->count);
		if (!descriptor || !(layer->path = blob_path(image, descriptor, &layer->digest, err)) ||
		    !(layer->type = text_of(image, descriptor, "mediaType", err)))
			return err_prefix(err, "layers: %zu", image->count + 1);
	}
	return 0;
}

/* spec: OCI image-spec config.md, history: one for each layer, in order, and others with empty_layer */
static int add_titles(struct image *image, struct err *err)
{
	cleanup_json struct json *history = member(image->config.json, "history", JSON_ARRAY);
	size_t layer = 0, count = history ? json_length(history) : 0;
	for (size_t i = 0; i < count && layer < image->count; i++) {
		cleanup_json struct json *item = json_at(history, i);
		cleanup_json struct json *empty = item ? member(item, "empty_layer", JSON_BOOLEAN) : NULL;
		if (!item || (empty && json_true(empty)))
			continue;
		const char *title = text_of(image, item, "created_by", err);
		if (!title)
			return -1;
		image->layers[layer++].title = *title ? title : NULL;
	}
	return 0;
}

static int open_image(const char *path, struct image *image, struct err *err)
{
	image->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (image->folder < 0)
		return err_system(err, EX_IOERR, "cannot open");
	if (faccessat(image->folder, "index.json", F_OK, 0))
		return err_bad(err, "not an OCI layout: index.json: not there");
	image->marker.path = "oci-layout";
	image->index.path = "index.json";
	if (load(image, &image->marker, err) || load(image, &image->index, err) || load_manifest(image, err) ||
	    load_config(image, err))
		return -1;
	if (add_layers(image, err))
		return err_prefix(err, "%s", image->manifest.path);
	return add_titles(image, err);
}

int image_open(const char *path, struct image *image, struct err *err)
{
	*image = IMAGE_NONE;
	if (!open_image(path, image, err))
		return 0;
	image_close(image);
	return -1;
}
