/* Check `rebuilders`: what others say they got when they built it. A statement counts when a trusted rebuilder signed
 * it, it is about this image, and it says of sources and results what the release says; a key that signed the release
 * itself says nothing new. One that a trusted key signed and that says otherwise is told in any case. */
#include "envelope.h"

#include <string.h>

static const char check[] = "rebuilders", type[] = "urn:kettle-dstack:rebuild:1";
static const char folder[] = "rebuilds/";

static struct json *image_of(const struct judgement *judgement)
{
	struct json *image = json_object(), *layers = json_array();
	for (size_t i = 0; i < judgement->image.count; i++)
		json_add(layers, json_string(judgement->image.layers[i].sha256));
	json_set(image, "config", json_string(judgement->image.config.sha256));
	json_set(image, "layers", layers);
	json_set(image, "manifest", json_string(judgement->manifest));
	return image;
}

/* The predicate of whoever got the same: docs/schema/rebuild-1.json. */
static struct json *expected_predicate(const struct judgement *judgement)
{
	struct json *json = json_object();
	const struct release_file *measurements = release_find(&judgement->release, "measurements.json");
	json_set(json, "image", image_of(judgement));
	json_set(json, "inputs", json_below(judgement->measurements, "inputs"));
	json_set(json, "measurements", json_string(measurements->sha256));
	json_set(json, "parameters", json_below(judgement->provenance, "buildDefinition.externalParameters"));
	return json;
}

/* 1 when it says what the release says, 0 when not, which is said. */
static int check_agreement(struct judgement *judgement, const struct envelope *envelope, struct err *err)
{
	static const char *const without[] = {".commit", ".parameters.commit", NULL}; /* no result */
	cleanup_difference struct difference difference = {0};
	cleanup_json struct json *expected = expected_predicate(judgement);
	cleanup_json struct json *said = envelope_predicate(envelope, err);
	int differ = said ? difference_find(expected, said, without, &difference, err) : -1;
	if (differ > 0)
		say_differs(&judgement->findings, check, "rebuilder-disagrees", envelope->path, difference.first,
			    difference.second, "the rebuilder %s (%s) got something else, first at %s",
			    key_id(envelope->signers[0]->key), envelope->signers[0]->name, difference.path.data);
	return differ < 0 ? -1 : !differ;
}

/* Is it called as one of the keys that signed it? */
static bool is_named(const struct envelope *envelope)
{
	size_t count;
	const struct dsse_signature *signatures = dsse_signatures(envelope->dsse, &count);
	for (size_t i = 0; i < count; i++)
		if (!strncmp(envelope->path + strlen(folder), signatures[i].keyid, 2 * SHA256_SIZE))
			return true;
	return false;
}

static bool has_signed(const struct judgement *judgement, const struct key *key)
{
	for (size_t i = 0; i < judgement->signers_count; i++)
		if (!strcmp(key_id(judgement->signers[i]->key), key_id(key)))
			return true;
	return false;
}

static void count(struct judgement *judgement, const struct keyring_key *rebuilder, bool agrees)
{
	for (size_t i = 0; i < judgement->rebuilders.count; i++)
		if (&judgement->rebuilders.keys[i] == rebuilder)
			judgement->has_rebuilt[i] = agrees && !has_signed(judgement, rebuilder->key);
}

/* It is about this image: 1; else it says nothing of it, which is told. */
static bool check_subject(struct judgement *judgement, const struct envelope *envelope)
{
	const struct statement *statement = &envelope->statement;
	if (statement->count == 1 && !strcmp(statement->subjects[0].sha256, judgement->manifest))
		return true;
	say_open(&judgement->findings, VERDICT_UNCHECKED, check, "subject-differs",
		 "%s is about another image and says nothing of this one", envelope->path);
	return false;
}

static int check_one(struct judgement *judgement, const char *path, struct err *err)
{
	cleanup_envelope struct envelope envelope = {.check = check, .path = path};
	int status = envelope_open(judgement, &judgement->rebuilders, &envelope, err);
	if (status <= 0)
		return status;
	if (!is_named(&envelope)) {
		say_false(&judgement->findings, check, "key-unknown", path, "the key it is named by did not sign it");
		return 0;
	}
	if (!envelope.count) {
		say_open(&judgement->findings, VERDICT_UNCHECKED, check, "key-unknown",
			 "%s: signed by no rebuilder that is trusted", path);
		return 0;
	}
	if ((status = envelope_statement(judgement, type, &envelope, err)) <= 0 || !check_subject(judgement, &envelope))
		return status < 0 ? -1 : 0;
	if ((status = check_agreement(judgement, &envelope, err)) < 0)
		return -1;
	for (size_t i = 0; i < envelope.count; i++)
		count(judgement, envelope.signers[i], status);
	return 0;
}

static void say_count(struct judgement *judgement, size_t statements)
{
	struct findings *findings = &judgement->findings;
	unsigned wanted = judgement->question->rebuilders;
	size_t found = 0;
	for (size_t i = 0; i < judgement->rebuilders.count; i++)
		found += judgement->has_rebuilt[i];
	if (found < wanted)
		say_false(findings, check, "threshold", NULL, "%zu of %u rebuilders needed say that they got the same",
			  found, wanted);
	else if (!found)
		say_open(findings, VERDICT_UNCHECKED, check, "not-supplied",
			 statements ? "whether others got the same: no statement of a trusted rebuilder counts"
				    : "whether others got the same: the release has no statement of a rebuilder");
	else if (!findings_false(findings, check))
		say_holds(findings, check, "%zu rebuilder%s got the same, %u needed", found, found == 1 ? "" : "s",
			  wanted);
}

int check_rebuilders(struct judgement *judgement, struct err *err)
{
	size_t statements = 0;
	for (size_t i = 0; i < judgement->release.count; i++)
		statements += !strncmp(judgement->release.files[i].path, folder, strlen(folder));
	if (!judgement->rebuilders.count) {
		say_open(&judgement->findings, VERDICT_UNCHECKED, check, "not-supplied",
			 "whether others got the same: no keys of rebuilders were given");
		return 0;
	}
	if (!judgement->measurements || !judgement->provenance || !judgement->config.architecture)
		return 0; /* nothing to hold them against, which is said */
	for (size_t i = 0; i < judgement->release.count; i++)
		if (!strncmp(judgement->release.files[i].path, folder, strlen(folder)) &&
		    check_one(judgement, judgement->release.files[i].path, err))
			return -1;
	say_count(judgement, statements);
	return 0;
}
