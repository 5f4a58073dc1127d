/* Checks `rebuilt-image` and `diff-ids`: the rebuilt layout has the same manifest, config and layers, byte for byte;
 * and so each layer was packed from the tar that the config has the diff ID of. Nothing is unpacked here. */
#include "judgement.h"

#include <string.h>

static const char check[] = "rebuilt-image";

struct rebuilt {
	struct release files;
	struct oci_blob manifest;
	struct oci_manifest image;
	struct oci_config config;
};

static void rebuilt_free(struct rebuilt *rebuilt)
{
	release_free(&rebuilt->files);
	oci_blob_free(&rebuilt->manifest);
	oci_manifest_free(&rebuilt->image);
	oci_config_free(&rebuilt->config);
}

/* A blob that is there and hashes to its name; its text, if wanted. */
static struct release_file *blob(struct rebuilt *rebuilt, const char *sha256, struct err *err)
{
	char path[sizeof "blobs/sha256/" + 2 * SHA256_SIZE];
	snprintf(path, sizeof path, "blobs/sha256/%s", sha256);
	struct release_file *file = release_find(&rebuilt->files, path);
	if (!file || strcmp(file->sha256, sha256)) {
		err_bad(err, "%s: %s", path, file ? "does not hash to its name" : "not there");
		return NULL;
	}
	return release_text(&rebuilt->files, file, err) ? NULL : file;
}

static int read_index(struct rebuilt *rebuilt, struct err *err)
{
	struct release_file *index = release_find(&rebuilt->files, "index.json");
	if (!index)
		return err_bad(err, "index.json: not there");
	if (release_text(&rebuilt->files, index, err) ||
	    oci_index(index->text.data ? index->text.data : "", index->text.size, &rebuilt->manifest, err))
		return err_prefix(err, "index.json");
	return 0;
}

static int read_image(struct rebuilt *rebuilt, struct err *err)
{
	if (read_index(rebuilt, err))
		return -1;
	struct release_file *manifest = blob(rebuilt, rebuilt->manifest.sha256, err);
	if (!manifest || oci_manifest(manifest->text.data, manifest->text.size, &rebuilt->image, err))
		return manifest ? err_prefix(err, "manifest") : -1;
	struct release_file *config = blob(rebuilt, rebuilt->image.config.sha256, err);
	if (!config || oci_config(config->text.data, config->text.size, &rebuilt->config, err))
		return config ? err_prefix(err, "config") : -1;
	for (size_t i = 0; i < rebuilt->image.count; i++) {
		char path[sizeof "blobs/sha256/" + 2 * SHA256_SIZE];
		snprintf(path, sizeof path, "blobs/sha256/%s", rebuilt->image.layers[i].sha256);
		const struct release_file *layer = release_find(&rebuilt->files, path);
		if (!layer || strcmp(layer->sha256, rebuilt->image.layers[i].sha256))
			return err_bad(err, "layer %zu: does not hash to its name, or is not there", i + 1);
	}
	return 0;
}

/* "layer 4-kettle" */
static void layer_name(const struct judgement *judgement, size_t i, char text[128])
{
	const char *name = i < judgement->config.count ? judgement->config.names[i] : NULL;
	if (name)
		snprintf(text, 128, "layer %.100s", name);
	else
		snprintf(text, 128, "layer %zu", i + 1);
}

static void compare_layer(struct judgement *judgement, const struct rebuilt *rebuilt, size_t i)
{
	char name[128];
	const struct oci_blob *a = &judgement->image.layers[i], *b = &rebuilt->image.layers[i];
	if (!strcmp(a->sha256, b->sha256))
		return;
	bool same = i < judgement->config.count && i < rebuilt->config.count &&
		    !strcmp(judgement->config.diff_ids[i], rebuilt->config.diff_ids[i]);
	layer_name(judgement, i, name);
	say_differs(&judgement->findings, check, "digest-differs", name, a->sha256, b->sha256, "%s",
		    same ? "the rebuilt one has the same content and is packed otherwise"
			 : "the rebuilt one has other content");
}

/* What makes the manifest another: layers first, since they are the cause of what config and manifest say. */
static int compare_images(struct judgement *judgement, struct rebuilt *rebuilt, struct err *err)
{
	struct findings *findings = &judgement->findings;
	if (judgement->image.count != rebuilt->image.count)
		say_false(findings, check, "differs", NULL, "%zu layers were rebuilt, and the release has %zu",
			  rebuilt->image.count, judgement->image.count);
	for (size_t i = 0; i < judgement->image.count && i < rebuilt->image.count; i++)
		compare_layer(judgement, rebuilt, i);
	const struct oci_blob *a = &judgement->image.config, *b = &rebuilt->image.config;
	if (strcmp(a->sha256, b->sha256)) {
		struct release_file *ours = judgement_blob(judgement, a->sha256),
				    *theirs = blob(rebuilt, b->sha256, err);
		if (!ours || !theirs || release_text(&judgement->release, ours, err) ||
		    compare_texts(judgement, check, "config", &ours->text, &theirs->text, NULL, err) < 0)
			return -1;
	}
	say_differs(findings, check, "digest-differs", "manifest", judgement->manifest, rebuilt->manifest.sha256,
		    "the rebuilt image is another");
	return 0;
}

int check_rebuilt_image(struct judgement *judgement, struct err *err)
{
	const char *path = judgement->question->rebuilt_image;
	cleanup(rebuilt_free) struct rebuilt rebuilt = {.files = RELEASE_NONE};
	if (!path || !judgement->config.architecture) {
		say_open(&judgement->findings, VERDICT_UNCHECKED, "diff-ids", "not-unpacked",
			 "whether each layer unpacks to its diff ID: layers are not unpacked here; a rebuild shows it");
		return 0;
	}
	if (release_open(path, &rebuilt.files, err) || release_hash(&rebuilt.files, err) || read_image(&rebuilt, err))
		return err_prefix(err, "%s", path);
	if (strcmp(judgement->manifest, rebuilt.manifest.sha256))
		return compare_images(judgement, &rebuilt, err);
	say_holds(&judgement->findings, check,
		  "the rebuilt image has the same manifest, config and %zu layers, byte for byte", rebuilt.image.count);
	say_holds(&judgement->findings, "diff-ids", "each layer was packed from a tar of its diff ID, here");
	return 0;
}
