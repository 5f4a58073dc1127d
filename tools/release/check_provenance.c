/* Check `provenance`: it is about this image, its by-products are the files of the release, and the sources and locks
 * it names are those of measurements.json. */
#include "claim.h"

#include <string.h>

static const char check[] = "provenance", file[] = "provenance.json";

/* A claim about the item of an array that has that name. */
static void claim_named(struct judgement *judgement, const struct claim *whole, const char *array, const char *name,
			const char *sha256)
{
	char where[512];
	cleanup_json struct json *items = json_below(whole->document, array);
	for (size_t i = 0; items && i < json_length(items); i++) {
		cleanup_json struct json *item = json_at(items, i);
		cleanup_free char *named = item ? json_text_below(item, "name") : NULL;
		if (!named || strcmp(named, name))
			continue;
		snprintf(where, sizeof where, "%s: .%s[%zu] (%s)", whole->file, array, i, name);
		struct claim claim = {whole->check, where, item};
		claim_text(judgement, &claim, "digest.sha256", sha256);
		return;
	}
	say_false(&judgement->findings, whole->check, "missing", file, "%s: %s is not among them", array, name);
}

/* What was made: each by-product is a file of the release. */
static void check_made(struct judgement *judgement, const struct claim *claim)
{
	static const char array[] = "runDetails.byproducts";
	static const char *const always[] = {"measurements.json", "sbom.spdx.json"};
	cleanup_json struct json *items = json_below(claim->document, array);
	for (size_t i = 0; items && i < json_length(items); i++) {
		cleanup_json struct json *item = json_at(items, i);
		cleanup_free char *name = item ? json_text_below(item, "name") : NULL;
		const struct release_file *made = name ? release_find(&judgement->release, name) : NULL;
		if (made)
			claim_named(judgement, claim, array, name, made->sha256);
		else
			say_false(&judgement->findings, check, "missing", file, "%s[%zu]: %s is not in the release",
				  array, i, name ? name : "it has no name, so it");
	}
	for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
		const struct release_file *made = release_find(&judgement->release, always[i]);
		if (made)
			claim_named(judgement, claim, array, always[i], made->sha256);
	}
}

static void claim_source(struct judgement *judgement, const struct claim *claim, const char *name, const char *input)
{
	char path[64];
	snprintf(path, sizeof path, "inputs.%s.sha256", input);
	cleanup_free char *sha256 = json_text_below(judgement->measurements, path);
	if (sha256)
		claim_named(judgement, claim, "buildDefinition.resolvedDependencies", name, sha256);
}

/* What it was made from, as measurements.json has it. */
static void check_sources(struct judgement *judgement, const struct claim *claim, const char *image)
{
	static const char *const sources[][2] = {
		{"images/builder", "build_root"}, {"workspace", "workspace"}, {"tools", "tools"}, {"mk", "rules"}};
	char name[256];
	snprintf(name, sizeof name, "images/%s", image);
	claim_source(judgement, claim, name, "image_definition");
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
		claim_source(judgement, claim, sources[i][0], sources[i][1]);
	cleanup_json struct json *locks = json_below(judgement->measurements, "inputs.locks");
	for (size_t i = 0; locks && i < json_length(locks); i++) {
		cleanup_json struct json *lock = json_at(locks, i);
		cleanup_free char *path = json_text_below(lock, "path");
		cleanup_free char *sha256 = json_text_below(lock, "digest.sha256");
		if (path && sha256)
			claim_named(judgement, claim, "buildDefinition.resolvedDependencies", path, sha256);
	}
}

static void check_about(struct judgement *judgement, const struct claim *claim)
{
	static const char build[] = "urn:kettle-dstack:make:1";
	cleanup_free char *type = json_text_below(claim->document, "buildDefinition.buildType");
	cleanup_free char *image =
		judgement->measurements ? json_text_below(judgement->measurements, "image.name") : NULL;
	cleanup_free char *os_image =
		judgement->measurements ? json_text_below(judgement->measurements, "tdx.os_image.os_image_hash") : NULL;
	if (!type || strcmp(type, build)) {
		say_open(&judgement->findings, VERDICT_UNSURE, check, "unsupported", "%s: its buildType is not %s",
			 file, build);
		return;
	}
	if (!image)
		return; /* nothing to compare with, which is said */
	claim_text(judgement, claim, "buildDefinition.externalParameters.image", image);
	if (os_image)
		claim_text(judgement, claim, "buildDefinition.externalParameters.os_image", os_image);
	check_sources(judgement, claim, image);
	check_made(judgement, claim);
	if (!findings_false(&judgement->findings, check))
		say_holds(&judgement->findings, check,
			  "provenance.json is of this image, and of the sources, locks and files of the release");
}

int check_provenance(struct judgement *judgement, struct err *err)
{
	if (judgement_json(judgement, check, file, &judgement->provenance, err))
		return -1;
	struct claim claim = {check, file, judgement->provenance};
	if (claim.document)
		check_about(judgement, &claim);
	return 0;
}
