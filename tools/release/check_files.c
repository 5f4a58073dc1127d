/* Check `files`: SHA256SUMS names exactly the files that are there, and every digest holds. */
#include "judgement.h"

#include <string.h>

static const char check[] = "files";

/* Not in SHA256SUMS: itself, what is signed over it or over parts, what is added later, what other digests name. */
static bool is_beside(const char *path)
{
	static const char *const names[] = {
		"SHA256SUMS",        "measurements.dsse.json", "sbom.dsse.json", "provenance.dsse.json",
		"release.dsse.json", "sigstore.payload.json",  "sigstore.sig",   "inputs.tar",
	};
	static const char rebuilds[] = "rebuilds/", end[] = ".dsse.json";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(path, names[i]))
			return true;
	if (strncmp(path, rebuilds, strlen(rebuilds)))
		return false;
	path += strlen(rebuilds);
	return strspn(path, "0123456789abcdef") == 2 * SHA256_SIZE && !strcmp(path + 2 * SHA256_SIZE, end);
}

static void check_line(struct judgement *judgement, const struct sum *sum)
{
	struct findings *findings = &judgement->findings;
	const struct release_file *file = release_find(&judgement->release, sum->path);
	if (is_beside(sum->path))
		say_false(findings, check, "unexpected", sum->path, "in SHA256SUMS, which is not about it");
	else if (!file)
		say_false(findings, check, "missing", sum->path, "in SHA256SUMS and not there");
	else if (strcmp(file->sha256, sum->sha256))
		say_differs(findings, check, "digest-differs", sum->path, sum->sha256, file->sha256,
			    "its SHA-256 is not the one in SHA256SUMS");
}

static void check_presence(struct judgement *judgement, const struct release_file *file)
{
	if (!is_beside(file->path) && !sums_find(&judgement->sums, file->path))
		say_false(&judgement->findings, check, "unexpected", file->path, "there and not in SHA256SUMS");
}

static int parse(struct judgement *judgement, struct err *err)
{
	struct err why;
	const struct bytes *text;
	if (judgement_text(judgement, "SHA256SUMS", &text, err))
		return -1;
	if (!text) {
		say_false(&judgement->findings, check, "missing", "SHA256SUMS", "not there");
		return 0;
	}
	if (!sums_parse(text->data ? text->data : "", text->size, &judgement->sums, &why))
		return 1;
	sums_free(&judgement->sums);
	if (why.status != STATUS_BAD) {
		*err = why;
		return -1;
	}
	say_false(&judgement->findings, check, "malformed", "SHA256SUMS", "%s", why.text);
	return 0;
}

int check_files(struct judgement *judgement, struct err *err)
{
	int parsed = parse(judgement, err);
	if (parsed <= 0)
		return parsed;
	for (size_t i = 0; i < judgement->sums.count; i++)
		check_line(judgement, &judgement->sums.items[i]);
	for (size_t i = 0; i < judgement->release.count; i++)
		check_presence(judgement, &judgement->release.files[i]);
	if (!findings_false(&judgement->findings, check))
		say_holds(&judgement->findings, check,
			  "%zu files: each has the SHA-256 that SHA256SUMS says, and there is no other",
			  judgement->sums.count);
	return 0;
}
