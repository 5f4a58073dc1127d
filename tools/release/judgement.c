#include "judgement.h"

#include <string.h>

void judgement_free(struct judgement *judgement)
{
	findings_free(&judgement->findings);
	keyring_free(&judgement->keys);
	keyring_free(&judgement->rebuilders);
	release_free(&judgement->release);
	sums_free(&judgement->sums);
	oci_manifest_free(&judgement->image);
	oci_config_free(&judgement->config);
	json_free(judgement->measurements);
	json_free(judgement->provenance);
	free(judgement->version);
	free(judgement->commit);
	free(judgement->signers);
	free(judgement->has_rebuilt);
}

int judgement_text(struct judgement *judgement, const char *path, const struct bytes **text, struct err *err)
{
	struct release_file *file = release_find(&judgement->release, path);
	*text = NULL;
	if (!file)
		return 0;
	if (release_text(&judgement->release, file, err))
		return -1;
	*text = &file->text;
	return 0;
}

int judgement_json(struct judgement *judgement, const char *check, const char *path, struct json **json,
		   struct err *err)
{
	struct err why;
	const struct bytes *text;
	*json = NULL;
	if (judgement_text(judgement, path, &text, err))
		return -1;
	if (!text)
		say_false(&judgement->findings, check, "missing", path, "not there");
	else if (!(*json = json_parse(text->data ? text->data : "", text->size, &why)))
		say_false(&judgement->findings, check, "malformed", path, "%s", why.text);
	return 0;
}

struct release_file *judgement_blob(const struct judgement *judgement, const char *sha256)
{
	char path[sizeof "oci/blobs/sha256/" + 2 * SHA256_SIZE];
	snprintf(path, sizeof path, "oci/blobs/sha256/%s", sha256);
	return release_find(&judgement->release, path);
}

void judgement_signed(struct judgement *judgement, const struct keyring_key *key)
{
	for (size_t i = 0; i < judgement->signers_count; i++)
		if (judgement->signers[i] == key)
			return;
	judgement->signers[judgement->signers_count++] = key;
}

static int load_keys(const char *folder, struct keyring *ring, struct err *err)
{
	if (!folder)
		return 0;
	return keyring_load(folder, ring, err) ? err_prefix(err, "%s", folder) : 0;
}

int judgement_open(const struct question *question, struct judgement *judgement, struct err *err)
{
	*judgement = (struct judgement){.question = question, .release = RELEASE_NONE};
	if (load_keys(question->keys, &judgement->keys, err) ||
	    load_keys(question->rebuilder_keys, &judgement->rebuilders, err))
		return -1;
	judgement->signers = calloc(judgement->keys.count + 1, sizeof *judgement->signers);
	judgement->has_rebuilt = calloc(judgement->rebuilders.count + 1, sizeof *judgement->has_rebuilt);
	if (!judgement->signers || !judgement->has_rebuilt)
		return err_system(err, EX_OSERR, "keys");
	if (release_open(question->folder, &judgement->release, err) || release_hash(&judgement->release, err))
		return err_prefix(err, "%s", question->folder);
	for (size_t i = 0; i < judgement->release.count; i++)
		judgement->bytes += judgement->release.files[i].size;
	return 0;
}

int judge(struct judgement *judgement, struct err *err)
{
	static int (*const checks[])(struct judgement *, struct err *) = {
		check_files,      check_image,         check_measurements,      check_sbom,
		check_provenance, check_signatures,    check_sigstore,          check_inputs,
		check_source,     check_rebuilt_image, check_rebuilt_documents, check_rebuilders,
	};
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		if (checks[i](judgement, err))
			return -1;
	if (!judgement->question->rebuilt_image && !judgement->question->rebuilt_measurements)
		say_open(&judgement->findings, VERDICT_UNCHECKED, "rebuilt", "not-supplied",
			 "whether the image comes from its sources: nothing was rebuilt here");
	return judgement->findings.failed ? err_system(err, EX_OSERR, "findings") : 0;
}
