/* Check `sbom`: the SPDX document describes this image and its layers. It is large, so it is looked at where it stands.
 */
#include "json_view.h"
#include "judgement.h"

#include <string.h>

static const char check[] = "sbom", file[] = "sbom.spdx.json";

static bool member_is(struct json_view object, const char *name, const char *text)
{
	struct json_view member = json_view_member(object, name);
	return member.text && json_view_kind(member) == JSON_STRING && json_view_is(member, text);
}

/* spdx: SPDX 2.3 7.10 */
static bool has_checksum(struct json_view package, const char *algorithm, const char *hex)
{
	struct json_view list = json_view_member(package, "checksums"), checksum;
	if (!list.text || json_view_kind(list) != JSON_ARRAY)
		return false;
	for (struct json_view rest = json_view_inside(list); json_view_next(&rest, NULL, &checksum);)
		if (member_is(checksum, "algorithm", algorithm) && member_is(checksum, "checksumValue", hex))
			return true;
	return false;
}

/* What the document describes: fills *described with the id; false when that is nothing, or several things.
 * spdx: SPDX 2.3 11.1 */
static bool find_described(struct json_view document, struct json_view *described)
{
	struct json_view list = json_view_member(document, "relationships"), relation;
	size_t count = 0;
	if (!list.text || json_view_kind(list) != JSON_ARRAY)
		return false;
	for (struct json_view rest = json_view_inside(list); json_view_next(&rest, NULL, &relation);)
		if (member_is(relation, "spdxElementId", "SPDXRef-DOCUMENT") &&
		    member_is(relation, "relationshipType", "DESCRIBES")) {
			*described = json_view_member(relation, "relatedSpdxElement");
			count++;
		}
	return count == 1 && described->text && json_view_kind(*described) == JSON_STRING;
}

struct seen {
	bool image;
	bool layers[OCI_LAYERS];
};

static void look_at(const struct judgement *judgement, struct json_view package, struct json_view described,
		    struct seen *seen)
{
	char name[sizeof "blobs/sha256/" + 2 * SHA256_SIZE];
	struct json_view id = json_view_member(package, "SPDXID");
	if (id.text && id.size == described.size && !memcmp(id.text, described.text, id.size))
		seen->image = has_checksum(package, "SHA256", judgement->manifest);
	for (size_t i = 0; i < judgement->image.count; i++) {
		snprintf(name, sizeof name, "blobs/sha256/%s", judgement->image.layers[i].sha256);
		if (member_is(package, "packageFileName", name) &&
		    has_checksum(package, "SHA256", judgement->image.layers[i].sha256))
			seen->layers[i] = true;
	}
}

static void check_about(struct judgement *judgement, struct json_view document)
{
	struct json_view described = {0}, package;
	struct seen seen = {0};
	char what[64];
	struct json_view packages = json_view_member(document, "packages");
	bool found = find_described(document, &described);
	if (found && packages.text && json_view_kind(packages) == JSON_ARRAY)
		for (struct json_view rest = json_view_inside(packages); json_view_next(&rest, NULL, &package);)
			look_at(judgement, package, described, &seen);
	if (!seen.image)
		say_false(&judgement->findings, check, "subject-differs", file,
			  "it does not describe the image sha256:%s", judgement->manifest);
	for (size_t i = 0; i < judgement->image.count; i++) {
		snprintf(what, sizeof what, "layer %zu", i + 1);
		if (!seen.layers[i])
			say_false(&judgement->findings, check, "missing", what, "%s has no package of its digest",
				  file);
	}
}

int check_sbom(struct judgement *judgement, struct err *err)
{
	struct err why;
	struct json_view document;
	const struct bytes *text;
	if (judgement_text(judgement, file, &text, err))
		return -1;
	if (!text)
		say_false(&judgement->findings, check, "missing", file, "not there");
	else if (json_view(text->data ? text->data : "", text->size, &document, &why))
		say_false(&judgement->findings, check, "malformed", file, "%s", why.text);
	else if (!member_is(document, "spdxVersion", "SPDX-2.3"))
		say_open(&judgement->findings, VERDICT_UNSURE, check, "unsupported", "%s: not of SPDX 2.3", file);
	else
		check_about(judgement, document);
	if (text && !findings_false(&judgement->findings, check))
		say_holds(&judgement->findings, check, "%s describes this image and its %zu layers", file,
			  judgement->image.count);
	return 0;
}
