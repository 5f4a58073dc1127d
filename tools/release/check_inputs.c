/* Check `inputs`: each input in the release's own bundle is the one it is named as. Nobody has to have a bundle, so
 * what is not in it is told and held against no one: a build finds it elsewhere, by its digest. */
#include "bundle.h"
#include "hashing.h"
#include "judgement.h"

#include <fcntl.h>
#include <string.h>

static const char check[] = "inputs", file[] = "inputs.tar";

typedef char hex_text[DIGEST_HEX_MAX];

/* Every content against its name; -1 when the system failed. */
static int check_contents(struct judgement *judgement, int fd, const struct bundle *bundle, struct err *err)
{
	size_t about = 0;
	cleanup_free struct hash_task *tasks = calloc(bundle->count + 1, sizeof *tasks);
	cleanup_free hex_text *found = calloc(bundle->count + 1, sizeof *found);
	if (!tasks || !found)
		return err_system(err, EX_OSERR, "inputs");
	for (size_t i = 0; i < bundle->count; i++) {
		const struct bundle_input *input = &bundle->inputs[i];
		tasks[i] = (struct hash_task){fd, input->offset, input->size, input->algorithm, found[i], i};
	}
	if (hash_all(tasks, bundle->count, &about, err))
		return err_prefix(err, "%s", file);
	for (size_t i = 0; i < bundle->count; i++)
		if (strcmp(found[i], bundle->inputs[i].hex))
			say_differs(&judgement->findings, check, "digest-differs", file, bundle->inputs[i].hex,
				    found[i], "an input is not the one it is named as");
	return 0;
}

/* The package of an item of resolvedDependencies is in the bundle; what is no package is not expected there. */
static bool is_there(const struct json *item, const struct bundle *bundle)
{
	cleanup_free char *uri = json_text_below(item, "uri");
	cleanup_free char *sha256 = json_text_below(item, "digest.sha256");
	cleanup_free char *sha512 = json_text_below(item, "digest.sha512");
	if (!uri || strncmp(uri, "pkg:", 4))
		return true;
	return (sha256 && bundle_has(bundle, SHA256, sha256)) || (sha512 && bundle_has(bundle, SHA512, sha512));
}

/* How many packages that the provenance names are not there, and the name of the first. */
static size_t count_missing(const struct judgement *judgement, const struct bundle *bundle, char **first)
{
	size_t missing = 0;
	cleanup_json struct json *items =
		judgement->provenance ? json_below(judgement->provenance, "buildDefinition.resolvedDependencies")
				      : NULL;
	for (size_t i = 0; items && i < json_length(items); i++) {
		cleanup_json struct json *item = json_at(items, i);
		if (is_there(item, bundle))
			continue;
		if (!missing++)
			*first = json_text_below(item, "name");
	}
	return missing;
}

static void say_whole(struct judgement *judgement, const struct bundle *bundle)
{
	cleanup_free char *first = NULL;
	size_t missing = count_missing(judgement, bundle, &first);
	if (findings_false(&judgement->findings, check))
		return;
	say_holds(&judgement->findings, check, "%zu inputs in %s: each is the one it is named as", bundle->count, file);
	if (missing)
		say_open(&judgement->findings, VERDICT_UNCHECKED, check, "input-missing",
			 "%zu inputs that are not in %s; the first is %s", missing, file, first ? first : "?");
}

int check_inputs(struct judgement *judgement, struct err *err)
{
	struct err why;
	cleanup_bundle struct bundle bundle = {0};
	const struct release_file *there = release_find(&judgement->release, file);
	if (!there) {
		say_open(&judgement->findings, VERDICT_UNCHECKED, check, "not-supplied",
			 "the packages that it was made from: the release has no %s", file);
		return 0;
	}
	cleanup_fd int fd = release_fd(&judgement->release, there, err);
	if (fd < 0)
		return -1;
	if (!bundle_read(fd, there->size, &bundle, &why)) {
		if (check_contents(judgement, fd, &bundle, err))
			return -1;
		say_whole(judgement, &bundle);
		return 0;
	}
	if (why.status == STATUS_BAD) {
		say_false(&judgement->findings, check, "malformed", file, "%s", why.text);
		return 0;
	}
	*err = why;
	return err_prefix(err, "%s", file);
}
