/* Check `rebuilt-files`: what else the release has, the rebuilt release has byte for byte: notes, the deployment, the
 * layout's own documents. */
#include "judgement.h"

#include <string.h>

static const char check[] = "rebuilt-files";

/* Compared by checks of their own. */
static bool is_told_elsewhere(const char *path)
{
	static const char *const names[] = {"measurements.json", "sbom.spdx.json", "provenance.json"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(path, names[i]))
			return true;
	return !strncmp(path, "oci/blobs/", strlen("oci/blobs/"));
}

static void compare_file(struct judgement *judgement, const struct release *rebuilt, const struct sum *sum)
{
	const struct release_file *file = release_find(rebuilt, sum->path);
	if (!file)
		say_false(&judgement->findings, check, "missing", sum->path, "it was not rebuilt");
	else if (strcmp(file->sha256, sum->sha256))
		say_differs(&judgement->findings, check, "digest-differs", sum->path, sum->sha256, file->sha256,
			    "the rebuilt one has other bytes");
}

int check_rebuilt_files(struct judgement *judgement, bool has_os_image, struct err *err)
{
	static const char notes[] = "notes.md"; /* names registers */
	const char *path = judgement->question->rebuilt;
	cleanup_release struct release rebuilt = RELEASE_NONE;
	size_t count = 0;
	if (!path)
		return 0;
	if (release_open(path, &rebuilt, err) || release_hash(&rebuilt, err))
		return err_prefix(err, "%s", path);
	for (size_t i = 0; i < judgement->sums.count; i++) {
		const struct sum *sum = &judgement->sums.items[i];
		if (is_told_elsewhere(sum->path) || (!has_os_image && !strcmp(sum->path, notes)))
			continue;
		compare_file(judgement, &rebuilt, sum);
		count++;
	}
	if (!has_os_image)
		say_open(&judgement->findings, VERDICT_UNCHECKED, check, "no-os-image",
			 "notes.md, which has registers: the rebuild had no OS image");
	if (count && !findings_false(&judgement->findings, check))
		say_holds(&judgement->findings, check, "%zu other files came out the same, byte for byte", count);
	return 0;
}
