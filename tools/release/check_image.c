/* Checks `image` and `subject`: the layout is whole, every blob hashes to what names it, and the manifest is the one
 * that was asked for. */
#include "judgement.h"

#include <string.h>

static const char check[] = "image";

typedef int reader(struct judgement *judgement, const char *text, size_t size, struct err *why);

static int read_layout(struct judgement *judgement, const char *text, size_t size, struct err *why)
{
	(void)judgement;
	return oci_layout(text, size, why);
}

static int read_manifest(struct judgement *judgement, const char *text, size_t size, struct err *why)
{
	return oci_manifest(text, size, &judgement->image, why);
}

static int read_config(struct judgement *judgement, const char *text, size_t size, struct err *why)
{
	return oci_config(text, size, &judgement->config, why);
}

/* 1 when the document is there and could be read, 0 when not, which is said, -1 when the system failed. */
static int read_document(struct judgement *judgement, const char *path, reader *read, struct err *err)
{
	struct err why;
	const struct bytes *text;
	if (judgement_text(judgement, path, &text, err))
		return -1;
	if (!text) {
		say_false(&judgement->findings, check, "missing", path, "not there");
		return 0;
	}
	if (!read(judgement, text->data ? text->data : "", text->size, &why))
		return 1;
	if (why.status != STATUS_BAD) {
		*err = why;
		return -1;
	}
	say_false(&judgement->findings, check, "malformed", path, "%s", why.text);
	return 0;
}

/* A blob is there, hashes to its name, and has the size that what names it says. */
static bool check_blob(struct judgement *judgement, const char *sha256, uint64_t size, const char *what)
{
	struct findings *findings = &judgement->findings;
	const struct release_file *file = judgement_blob(judgement, sha256);
	char said[32], has[32];
	if (!file) {
		say_false(findings, check, "missing", what, "sha256:%s is not among the blobs", sha256);
		return false;
	}
	if (strcmp(file->sha256, sha256))
		say_differs(findings, check, "digest-differs", what, sha256, file->sha256,
			    "the blob does not hash to its name");
	if (file->size != size) {
		snprintf(said, sizeof said, "%llu", (unsigned long long)size);
		snprintf(has, sizeof has, "%llu", (unsigned long long)file->size);
		say_differs(findings, check, "size-differs", what, said, has, "its size is not the one said");
	}
	return true;
}

static void check_layers(struct judgement *judgement)
{
	char what[64];
	for (size_t i = 0; i < judgement->image.count; i++) {
		snprintf(what, sizeof what, "layer %zu", i + 1);
		check_blob(judgement, judgement->image.layers[i].sha256, judgement->image.layers[i].size, what);
	}
}

static bool is_named(const struct judgement *judgement, const char *hex)
{
	if (!strcmp(hex, judgement->manifest) || !strcmp(hex, judgement->image.config.sha256))
		return true;
	for (size_t i = 0; i < judgement->image.count; i++)
		if (!strcmp(hex, judgement->image.layers[i].sha256))
			return true;
	return false;
}

/* Nothing travels with the image that its manifest does not name. */
static void check_others(struct judgement *judgement)
{
	static const char blobs[] = "oci/blobs/sha256/";
	for (size_t i = 0; i < judgement->release.count; i++) {
		const char *path = judgement->release.files[i].path;
		if (strncmp(path, "oci/", 4) || !strcmp(path, "oci/index.json") || !strcmp(path, "oci/oci-layout"))
			continue;
		if (strncmp(path, blobs, strlen(blobs)) || !is_named(judgement, path + strlen(blobs)))
			say_false(&judgement->findings, check, "unexpected", path, "nothing of the image names it");
	}
}

static void check_subject(struct judgement *judgement)
{
	const char *asked = judgement->question->subject;
	if (!asked)
		say_open(&judgement->findings, VERDICT_UNCHECKED, "subject", "not-supplied",
			 "whether this is the image that was meant: no digest was asked for; it is sha256:%s",
			 judgement->manifest);
	else if (strcmp(asked, judgement->manifest))
		say_differs(&judgement->findings, "subject", "subject-differs", NULL, asked, judgement->manifest,
			    "the image is not the one asked for");
	else
		say_holds(&judgement->findings, "subject", "the image is the one asked for, sha256:%s", asked);
}

/* manifest, config; 1 when both could be read. */
static int read_image(struct judgement *judgement, const struct oci_blob *manifest, struct err *err)
{
	char path[sizeof "oci/blobs/sha256/" + 2 * SHA256_SIZE];
	memcpy(judgement->manifest, manifest->sha256, sizeof judgement->manifest);
	check_subject(judgement);
	if (!check_blob(judgement, manifest->sha256, manifest->size, "manifest"))
		return 0;
	snprintf(path, sizeof path, "oci/blobs/sha256/%s", manifest->sha256);
	int status = read_document(judgement, path, read_manifest, err);
	if (status <= 0)
		return status;
	const struct oci_blob *config = &judgement->image.config;
	if (!check_blob(judgement, config->sha256, config->size, "config"))
		return 0;
	snprintf(path, sizeof path, "oci/blobs/sha256/%s", config->sha256);
	return read_document(judgement, path, read_config, err);
}

/* Fills *manifest; as read_document(). */
static int read_index(struct judgement *judgement, struct oci_blob *manifest, struct err *err)
{
	struct err why;
	const struct bytes *text;
	static const char path[] = "oci/index.json";
	int status = read_document(judgement, "oci/oci-layout", read_layout, err);
	if (status < 0 || judgement_text(judgement, path, &text, err))
		return -1;
	if (!text)
		say_false(&judgement->findings, check, "missing", path, "not there");
	else if (!oci_index(text->data ? text->data : "", text->size, manifest, &why))
		return 1;
	else
		say_false(&judgement->findings, check, "malformed", path, "%s", why.text);
	return 0;
}

int check_image(struct judgement *judgement, struct err *err)
{
	cleanup_oci_blob struct oci_blob manifest = {0};
	int status = read_index(judgement, &manifest, err);
	if (status <= 0)
		return status;
	if ((status = read_image(judgement, &manifest, err)) < 0)
		return -1;
	check_layers(judgement);
	if (!status)
		return 0;
	if (judgement->config.count != judgement->image.count)
		say_false(&judgement->findings, check, "differs", "config", "%zu diff IDs for %zu layers",
			  judgement->config.count, judgement->image.count);
	check_others(judgement);
	if (!findings_false(&judgement->findings, check))
		say_holds(&judgement->findings, check,
			  "manifest, config and %zu layers: each hashes to what names it and has the size said",
			  judgement->image.count);
	return 0;
}
