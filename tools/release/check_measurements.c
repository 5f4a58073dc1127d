/* Checks `measurements` and `deployment`: what measurements.json says of the image is what the layout has, and what it
 * says of the deployment is what is in deploy/. */
#include "claim.h"

#include <string.h>

static const char file[] = "measurements.json";

/* sha256, sha384 and size of a blob. */
static void claim_blob(struct judgement *judgement, const struct claim *claim, const char *path, const char *sha256)
{
	char below[128];
	const struct release_file *blob = judgement_blob(judgement, sha256);
	if (!blob)
		return; /* said already */
	snprintf(below, sizeof below, "%s.sha256", path);
	claim_text(judgement, claim, below, blob->sha256);
	snprintf(below, sizeof below, "%s.sha384", path);
	claim_text(judgement, claim, below, blob->sha384);
	snprintf(below, sizeof below, "%s.size", path);
	claim_number(judgement, claim, below, blob->size);
}

static void claim_layer(struct judgement *judgement, const struct claim *whole, const struct json *layers, size_t i)
{
	char where[64];
	cleanup_json struct json *layer = json_at(layers, i);
	snprintf(where, sizeof where, "measurements.json: .image.layers[%zu]", i);
	struct claim claim = {whole->check, where, layer};
	claim_blob(judgement, &claim, "blob", judgement->image.layers[i].sha256);
	claim_text(judgement, &claim, "media_type", judgement->image.layers[i].media_type);
	if (i >= judgement->config.count)
		return;
	claim_text(judgement, &claim, "diff_id.sha256", judgement->config.diff_ids[i]);
	if (judgement->config.names[i])
		claim_text(judgement, &claim, "name", judgement->config.names[i]);
}

static void claim_layers(struct judgement *judgement, const struct claim *claim)
{
	cleanup_json struct json *layers = json_below(claim->document, "image.layers");
	size_t count = layers ? json_length(layers) : 0;
	if (count != judgement->image.count) {
		say_false(&judgement->findings, claim->check, "differs", file, "%zu layers, and the manifest has %zu",
			  count, judgement->image.count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		claim_layer(judgement, claim, layers, i);
}

static void claim_image(struct judgement *judgement, const struct claim *claim)
{
	claim_blob(judgement, claim, "image.manifest", judgement->manifest);
	claim_blob(judgement, claim, "image.config", judgement->image.config.sha256);
	claim_text(judgement, claim, "image.platform.architecture", judgement->config.architecture);
	claim_text(judgement, claim, "image.platform.os", judgement->config.os);
	claim_layers(judgement, claim);
	if (findings_false(&judgement->findings, claim->check))
		return;
	say_holds(&judgement->findings, claim->check,
		  "measurements.json says of manifest, config and layers what they are: SHA-256, SHA-384, size, type, "
		  "diff ID");
}

/* A file that a part of measurements.json has the digests of. */
static int claim_file(struct judgement *judgement, const struct claim *claim, const char *path, const char *below,
		      struct err *err)
{
	char where[128], sha384[DIGEST_HEX_MAX];
	struct release_file *there = release_find(&judgement->release, path);
	if (!there) {
		say_false(&judgement->findings, claim->check, "missing", path, "measured, and not there");
		return 0;
	}
	if (release_text(&judgement->release, there, err) ||
	    digest_bytes(SHA384, there->text.data ? there->text.data : "", there->text.size, sha384, err))
		return -1;
	snprintf(where, sizeof where, "%s.sha256", below);
	claim_text(judgement, claim, where, there->sha256);
	snprintf(where, sizeof where, "%s.sha384", below);
	claim_text(judgement, claim, where, sha384);
	return 0;
}

/* The deployment runs this image by its digest. */
static void claim_reference(struct judgement *judgement, const struct claim *claim)
{
	char end[sizeof "@sha256:" + 2 * SHA256_SIZE];
	cleanup_free char *reference = json_text_below(claim->document, "deployment.image");
	snprintf(end, sizeof end, "@sha256:%s", judgement->manifest);
	size_t size = reference ? strlen(reference) : 0;
	if (size < strlen(end) || strcmp(reference + size - strlen(end), end))
		say_differs(&judgement->findings, claim->check, "subject-differs",
			    "measurements.json: .deployment.image", reference, end,
			    "the deployment is of another image");
}

static int claim_deployment(struct judgement *judgement, const struct claim *claim, struct err *err)
{
	static const char manifest[] = "deploy/manifest.json";
	cleanup_free char *open = json_text_below(claim->document, "deployment.status");
	cleanup_free char *no_manifest = json_text_below(claim->document, "deployment.manifest.status");
	if (open) {
		say_open(&judgement->findings, VERDICT_UNCHECKED, claim->check, "not-computed",
			 "the release says nothing of a deployment");
		return 0;
	}
	if (claim_file(judgement, claim, "deploy/app-compose.json", "deployment.app_compose", err) ||
	    (!no_manifest && claim_file(judgement, claim, manifest, "deployment.manifest", err)))
		return -1;
	const struct release_file *compose = release_find(&judgement->release, "deploy/app-compose.json");
	if (compose)
		claim_text(judgement, claim, "deployment.compose_hash", compose->sha256);
	if (no_manifest && release_find(&judgement->release, manifest))
		say_false(&judgement->findings, claim->check, "unexpected", manifest, "there and not measured");
	claim_reference(judgement, claim);
	if (!findings_false(&judgement->findings, claim->check))
		say_holds(&judgement->findings, claim->check,
			  "deploy/ is what was measured: app-compose.json%s, of this image",
			  no_manifest ? "" : " and manifest.json");
	return 0;
}

int check_measurements(struct judgement *judgement, struct err *err)
{
	static const char schema[] = "kettle-dstack/measurements/1";
	struct claim claim = {"measurements", file, NULL};
	if (judgement_json(judgement, claim.check, file, &judgement->measurements, err))
		return -1;
	claim.document = judgement->measurements;
	if (!claim.document)
		return 0;
	cleanup_free char *named = json_text_below(claim.document, "schema");
	if (!named || strcmp(named, schema)) {
		say_open(&judgement->findings, VERDICT_UNSURE, claim.check, "unsupported",
			 "measurements.json: its schema is not %s", schema);
		return 0;
	}
	if (!judgement->config.architecture)
		return 0; /* no image to compare with, which is said */
	claim_image(judgement, &claim);
	claim.check = "deployment";
	return claim_deployment(judgement, &claim, err);
}
