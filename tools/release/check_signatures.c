/* Checks `signatures` and `statements`: enough of the trusted keys signed each statement of the release, each is about
 * this image, and says what the plain file says; the one of the release names every file. */
#include "claim.h"
#include "envelope.h"

#include <string.h>

static const char check[] = "signatures", content[] = "statements";

struct kind {
	const char *envelope, *type;
	const char *file; /* that the predicate is; NULL: it has none */
};

static const struct kind kinds[] = {
	{"release.dsse.json", "urn:kettle-dstack:release:1", NULL},
	{"measurements.dsse.json", "urn:kettle-dstack:measurements:1", "measurements.json"},
	{"sbom.dsse.json", "https://spdx.dev/Document/v2.3", "sbom.spdx.json"},
	{"provenance.dsse.json", "https://slsa.dev/provenance/v1", "provenance.json"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* Enough of them? What is said names those who did. */
static bool check_threshold(struct judgement *judgement, const struct envelope *envelope)
{
	unsigned wanted = judgement->question->threshold;
	struct findings *findings = &judgement->findings;
	if (envelope->count >= wanted)
		return true;
	if (!envelope->count)
		say_false(findings, check, "key-unknown", envelope->path, "no trusted key signed it; the key %s did",
			  envelope->unknown);
	else
		say_false(findings, check, "threshold", envelope->path, "%zu of %u trusted keys needed signed it: %s",
			  envelope->count, wanted, key_id(envelope->signers[0]->key));
	return false;
}

/* The image's manifest is what it is about: its first subject, by name and digest. */
static void check_first_subject(struct judgement *judgement, const struct envelope *envelope)
{
	const struct subject *subject = envelope->statement.count ? envelope->statement.subjects : NULL;
	cleanup_free char *name =
		judgement->measurements ? json_text_below(judgement->measurements, "image.name") : NULL;
	if (!subject || strcmp(subject->sha256, judgement->manifest))
		say_differs(&judgement->findings, content, "subject-differs", envelope->path, judgement->manifest,
			    subject ? subject->sha256 : NULL, "it is about something else than this image");
	else if (name && strcmp(subject->name, name))
		say_differs(&judgement->findings, content, "subject-differs", envelope->path, name, subject->name,
			    "it calls the image otherwise");
}

/* The other subjects of the release are the lines of SHA256SUMS. */
static void check_files_named(struct judgement *judgement, const struct envelope *envelope)
{
	const struct statement *statement = &envelope->statement;
	for (size_t i = 1; i < statement->count; i++) {
		const struct subject *subject = &statement->subjects[i];
		const struct sum *sum = sums_find(&judgement->sums, subject->name);
		if (!sum || strcmp(sum->sha256, subject->sha256))
			say_differs(&judgement->findings, content, "subject-differs", subject->name, subject->sha256,
				    sum ? sum->sha256 : NULL, "%s and SHA256SUMS do not say the same of it",
				    envelope->path);
	}
	if (statement->count && statement->count - 1 != judgement->sums.count)
		say_false(&judgement->findings, content, "subject-differs", envelope->path,
			  "%zu files, and SHA256SUMS has %zu", statement->count - 1, judgement->sums.count);
}

/* {image, version, commit}; a commit that the provenance says too. */
static int check_release(struct judgement *judgement, const struct envelope *envelope, struct err *err)
{
	cleanup_json struct json *predicate = envelope_predicate(envelope, err);
	struct claim claim = {content, envelope->path, predicate};
	if (!predicate)
		return -1;
	cleanup_free char *image =
		judgement->measurements ? json_text_below(judgement->measurements, "image.name") : NULL;
	judgement->version = json_text_below(claim.document, "version");
	judgement->commit = json_text_below(claim.document, "commit");
	if (image)
		claim_text(judgement, &claim, "image", image);
	cleanup_free char *commit = judgement->provenance ? json_text_below(judgement->provenance,
									    "buildDefinition.externalParameters.commit")
							  : NULL;
	if (judgement->provenance && strcmp(commit ? commit : "", judgement->commit ? judgement->commit : ""))
		say_differs(&judgement->findings, content, "differs", envelope->path, judgement->commit, commit,
			    "provenance.json names another commit");
	check_files_named(judgement, envelope);
	return 0;
}

/* Where they differ first. */
static int say_difference(struct judgement *judgement, const struct envelope *envelope, const char *file,
			  const struct bytes *text, struct err *err)
{
	struct err why;
	cleanup_difference struct difference difference = {0};
	cleanup_json struct json *json = json_parse(text->data ? text->data : "", text->size, &why);
	if (!json) {
		say_false(&judgement->findings, content, "predicate-differs", file, "not JSON, as %s signs it",
			  envelope->path);
		return 0;
	}
	cleanup_json struct json *signed_one = envelope_predicate(envelope, err);
	int differ = signed_one ? difference_find(signed_one, json, NULL, &difference, err) : -1;
	if (differ > 0)
		say_differs(&judgement->findings, content, "predicate-differs", file, difference.first,
			    difference.second, "not what %s says, first at %s", envelope->path, difference.path.data);
	return differ < 0 ? -1 : 0;
}

/* The predicate is the plain file: the same text but for white space, or else the same value. */
static int check_predicate(struct judgement *judgement, const struct envelope *envelope, const char *file,
			   struct err *err)
{
	struct err why;
	const struct bytes *text;
	if (judgement_text(judgement, file, &text, err))
		return -1;
	if (!text) {
		say_false(&judgement->findings, content, "missing", file, "signed, and not there");
		return 0;
	}
	if (!json_check(text->data ? text->data : "", text->size, &why) &&
	    difference_none(envelope->predicate.text, envelope->predicate.size, text->data, text->size))
		return 0;
	return say_difference(judgement, envelope, file, text, err);
}

static int check_kind(struct judgement *judgement, const struct kind *kind, struct err *err)
{
	cleanup_envelope struct envelope envelope = {.check = check, .path = kind->envelope};
	int status = envelope_open(judgement, &judgement->keys, &envelope, err);
	if (status <= 0 || !check_threshold(judgement, &envelope))
		return status < 0 ? -1 : 0;
	if (envelope.unknown)
		say_open(&judgement->findings, VERDICT_UNCHECKED, check, "key-unknown",
			 "%s: signed by %s too, which is none of the keys", kind->envelope, envelope.unknown);
	for (size_t i = 0; i < envelope.count; i++)
		judgement_signed(judgement, envelope.signers[i]);
	envelope.check = content;
	if ((status = envelope_statement(judgement, kind->type, &envelope, err)) <= 0)
		return status;
	check_first_subject(judgement, &envelope);
	if (!kind->file)
		return check_release(judgement, &envelope, err);
	if (envelope.statement.count > 1)
		say_false(&judgement->findings, content, "subject-differs", kind->envelope,
			  "it is about %zu things, not this image alone", envelope.statement.count);
	return check_predicate(judgement, &envelope, kind->file, err);
}

/* Nothing of a statement is believed without a key that is trusted. */
static void say_unchecked(struct judgement *judgement)
{
	bool is_signed = release_find(&judgement->release, kinds[0].envelope);
	say_open(&judgement->findings, VERDICT_UNCHECKED, check, is_signed ? "not-supplied" : "unsigned",
		 is_signed ? "who made this release: no keys were given"
			   : "who made this release: no keys were given, and it is not signed");
}

static void say_signed(struct judgement *judgement)
{
	struct findings *findings = &judgement->findings;
	if (!findings_false(findings, check))
		say_holds(findings, check,
			  "the statements of release, measurements, SBOM and provenance: each signed by %u trusted "
			  "key%s or more",
			  judgement->question->threshold, judgement->question->threshold == 1 ? "" : "s");
	if (!findings_false(findings, check) && !findings_false(findings, content))
		say_holds(findings, content,
			  "each is about this image and says what its file says; the one of the release names every "
			  "file");
}

int check_signatures(struct judgement *judgement, struct err *err)
{
	if (!judgement->question->keys) {
		say_unchecked(judgement);
		return 0;
	}
	for (size_t i = 0; i < KINDS; i++)
		if (check_kind(judgement, &kinds[i], err))
			return -1;
	say_signed(judgement);
	return 0;
}
