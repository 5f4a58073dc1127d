/* Check `source`: what a checkout (or a rebuild) would be made from is what the release was made from. Locks first,
 * since a changed lock changes the folder that it is in. */
#include "judgement.h"

#include <string.h>

static const char check[] = "source";

static const struct {
	const char *input, *name;
} folders[] = {
	{"build_root", "images/builder"},
	{"image_definition", NULL},
	{"workspace", "workspace"},
	{"tools", "tools"},
	{"rules", "mk"},
};

/* The commit that the release says, for reasons: cut, since a commit's first digits are enough for a person. */
static void commit_text(const struct judgement *judgement, char text[64])
{
	cleanup_free char *plain = judgement->provenance ? json_text_below(judgement->provenance,
									   "buildDefinition.externalParameters.commit")
							 : NULL;
	const char *commit = judgement->commit ? judgement->commit : plain;
	if (commit)
		snprintf(text, 64, "from commit %.40s", commit);
	else
		snprintf(text, 64, "from a commit that it does not name");
}

/* The digest of a lock in an inputs object; NULL: there is no such lock. */
static char *lock_digest(const struct json *inputs, const char *path)
{
	cleanup_json struct json *locks = json_get(inputs, "locks");
	for (size_t i = 0; locks && i < json_length(locks); i++) {
		cleanup_json struct json *lock = json_at(locks, i);
		cleanup_free char *named = json_text_below(lock, "path");
		if (named && !strcmp(named, path))
			return json_text_below(lock, "digest.sha256");
	}
	return NULL;
}

/* Every lock of one list against the other; extra: those alone that the other has not. */
static void compare_locks(struct judgement *judgement, const struct json *released, const struct json *here, bool extra)
{
	cleanup_json struct json *locks = json_get(extra ? here : released, "locks");
	for (size_t i = 0; locks && i < json_length(locks); i++) {
		cleanup_json struct json *lock = json_at(locks, i);
		cleanup_free char *path = json_text_below(lock, "path");
		if (!path)
			continue;
		cleanup_free char *a = lock_digest(released, path), *b = lock_digest(here, path);
		if (extra ? a != NULL : a && b && !strcmp(a, b))
			continue;
		say_differs(&judgement->findings, check, "lock-differs", path, a, b,
			    "this checkout is not the source of the release: its lock is another");
	}
}

static void compare_folder(struct judgement *judgement, const struct json *released, const struct json *here, size_t i)
{
	char path[64], name[256], commit[64];
	cleanup_free char *image = json_text_below(judgement->measurements, "image.name");
	snprintf(path, sizeof path, "%s.sha256", folders[i].input);
	cleanup_free char *a = json_text_below(released, path), *b = json_text_below(here, path);
	if (a && b && !strcmp(a, b))
		return;
	snprintf(name, sizeof name, "images/%s", image ? image : "?");
	commit_text(judgement, commit);
	say_differs(&judgement->findings, check, "source-differs", folders[i].name ? folders[i].name : name, a, b,
		    "this checkout is not the source of the release: the folder differs; the release was made %s",
		    commit);
}

static void compare_inputs(struct judgement *judgement, const struct json *released, const struct json *here)
{
	char commit[64];
	compare_locks(judgement, released, here, false);
	compare_locks(judgement, released, here, true);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		compare_folder(judgement, released, here, i);
	commit_text(judgement, commit);
	if (!findings_false(&judgement->findings, check))
		say_holds(&judgement->findings, check,
			  "the locks, image definition, workspace, tools and rules are those that the release was made "
			  "from, %s",
			  commit);
}

/* A rebuild with an OS image had the one of the release. */
static void compare_os_images(struct judgement *judgement, const struct json *document)
{
	static const char hash[] = "tdx.os_image.os_image_hash";
	cleanup_free char *released = json_text_below(judgement->measurements, hash);
	cleanup_free char *here = json_text_below(document, hash);
	if (released && here && strcmp(released, here))
		say_differs(&judgement->findings, check, "os-image-differs", "OS image", released, here,
			    "the rebuild had another OS image than the release");
}

/* *document is what the rebuild measured, else what says what the checkout has; NULL when neither was given. */
static int load(const struct question *question, struct json **document, struct err *err)
{
	const char *path = question->rebuilt_measurements ? question->rebuilt_measurements : question->checkout;
	*document = path ? json_load(path, err) : NULL;
	return path && !*document ? err_prefix(err, "%s", path) : 0;
}

int check_source(struct judgement *judgement, struct err *err)
{
	cleanup_json struct json *document = NULL;
	if (load(judgement->question, &document, err))
		return -1;
	if (!document) {
		say_open(&judgement->findings, VERDICT_UNCHECKED, check, "not-supplied",
			 "whether a checkout is the source of the release: none was given");
		return 0;
	}
	if (!judgement->measurements)
		return 0; /* nothing to compare with, which is said */
	cleanup_json struct json *released = json_get(judgement->measurements, "inputs");
	cleanup_json struct json *inputs = json_get(document, "inputs");
	if (!released)
		say_false(&judgement->findings, check, "missing", "measurements.json", "it has no inputs");
	else
		compare_inputs(judgement, released, inputs ? inputs : document);
	compare_os_images(judgement, document);
	return 0;
}
