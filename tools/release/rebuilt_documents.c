/* Checks `rebuilt-registers`, `rebuilt-measurements`, `rebuilt-sbom`, `rebuilt-provenance`, `rebuilt-files`: every
 * document and every other file of the release came out the same. Where a rebuild had no OS image, what needs one is
 * not checked. */
#include "file.h"
#include "judgement.h"

#include <string.h>

static const char registers[] = "rebuilt-registers";

int compare_texts(struct judgement *judgement, const char *check, const char *what, const struct bytes *released,
		  const struct bytes *rebuilt, const char *const without[], struct err *err)
{
	struct err why;
	if (released->size == rebuilt->size &&
	    (!released->size || !memcmp(released->data, rebuilt->data, released->size)))
		return 0;
	cleanup_difference struct difference difference = {0};
	cleanup_json struct json *a = json_parse(released->data ? released->data : "", released->size, &why);
	cleanup_json struct json *b = json_parse(rebuilt->data ? rebuilt->data : "", rebuilt->size, &why);
	if (!a || !b) {
		say_false(&judgement->findings, check, "differs", what, "the rebuilt one has other bytes");
		return 1;
	}
	int differ = difference_find(a, b, without, &difference, err);
	if (differ < 0)
		return -1;
	if (differ)
		say_differs(&judgement->findings, check, "differs", what, difference.first, difference.second,
			    "the rebuilt one differs first at %s", difference.path.data);
	else if (!without)
		say_false(&judgement->findings, check, "differs", what,
			  "the rebuilt one says the same, written otherwise");
	return differ || !without;
}

/* The value under a path of both; 1 when it differs, which is said. */
static int compare_below(struct judgement *judgement, const char *what, const struct json *released,
			 const struct json *rebuilt, const char *const without[], struct err *err)
{
	cleanup_difference struct difference difference = {0};
	int differ = difference_find(released, rebuilt, without, &difference, err);
	if (differ > 0)
		say_differs(&judgement->findings, registers, "differs", what, difference.first, difference.second,
			    "another value was rebuilt, first at %s", difference.path.data);
	return differ;
}

/* MRTD and RTMR0 to RTMR2 of one shape of VM, by their values. */
static void compare_machine(struct judgement *judgement, const struct json *released, const struct json *rebuilt)
{
	static const char *const names[] = {"mrtd", "rtmr0", "rtmr1", "rtmr2"};
	char what[128];
	cleanup_free char *name = json_text_below(released, "name");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		cleanup_free char *a = json_text_below(released, names[i]);
		cleanup_free char *b = rebuilt ? json_text_below(rebuilt, names[i]) : NULL;
		snprintf(what, sizeof what, "%s of VM %.80s", names[i], name ? name : "?");
		if (!a || !b || strcmp(a, b))
			say_differs(&judgement->findings, registers, "differs", what, a, b,
				    "another value was rebuilt");
	}
}

static void compare_machines(struct judgement *judgement, const struct json *released, const struct json *rebuilt)
{
	cleanup_json struct json *a = json_below(released, "tdx.vms"), *b = json_below(rebuilt, "tdx.vms");
	for (size_t i = 0; a && i < json_length(a); i++) {
		cleanup_json struct json *one = json_at(a, i), *other = b ? json_at(b, i) : NULL;
		compare_machine(judgement, one, other);
	}
}

/* The event that an OS image's command line chooses: `.events[N]`, else empty. spec: rtmr3-spec.md 2.3 */
static void storage_event(const struct json *rtmr3, char path[32])
{
	cleanup_json struct json *events = json_below(rtmr3, "events");
	*path = 0;
	for (size_t i = 0; events && i < json_length(events); i++) {
		cleanup_json struct json *event = json_at(events, i);
		cleanup_free char *name = json_text_below(event, "name");
		if (name && !strcmp(name, "storage-fs"))
			snprintf(path, 32, ".events[%zu]", i);
	}
}

/* RTMR3 without what an OS image chooses. */
static int compare_runtime(struct judgement *judgement, const struct json *released, const struct json *rebuilt,
			   bool has_os_image, struct err *err)
{
	char storage[32];
	cleanup_json struct json *a = json_below(released, "tdx.rtmr3"), *b = json_below(rebuilt, "tdx.rtmr3");
	if (!a || !b)
		return a || b ? (say_false(&judgement->findings, registers, "missing", "rtmr3", "one side has none"), 0)
			      : 0;
	storage_event(a, storage);
	const char *const without[] = {".rtmr3", ".prefix", ".checks", storage, NULL};
	return compare_below(judgement, "rtmr3", a, b, has_os_image ? NULL : without, err) < 0 ? -1 : 0;
}

static bool is_computed(const struct json *measurements, const char *path)
{
	char status[64];
	snprintf(status, sizeof status, "%s.status", path);
	cleanup_json struct json *value = json_below(measurements, path);
	cleanup_free char *text = json_text_below(measurements, status);
	return value && !text;
}

static int compare_registers(struct judgement *judgement, const struct json *rebuilt, bool has_os_image,
			     struct err *err)
{
	const struct json *released = judgement->measurements;
	struct findings *findings = &judgement->findings;
	if (!is_computed(released, "tdx")) {
		say_open(findings, VERDICT_UNCHECKED, registers, "not-computed",
			 "the release says nothing of registers");
		return 0;
	}
	bool wants = is_computed(released, "tdx.os_image");
	if (compare_runtime(judgement, released, rebuilt, has_os_image || !wants, err))
		return -1;
	if (wants && has_os_image)
		compare_machines(judgement, released, rebuilt);
	if (wants && !has_os_image)
		say_open(findings, VERDICT_UNCHECKED, registers, "no-os-image",
			 "MRTD, RTMR0, RTMR1, RTMR2, and of RTMR3 what the OS image chooses: the rebuild had no OS "
			 "image");
	if (!findings_false(findings, registers))
		say_holds(findings, registers, "%s",
			  !wants         ? "RTMR3 came out the same; the release has no others"
			  : has_os_image ? "MRTD and RTMR0 to RTMR3 came out the same"
					 : "RTMR3 came out the same, but for what the OS image chooses");
	return 0;
}

/* A document of the release and the rebuilt one: -1, 0 equal, 1 different. */
static int compare_document(struct judgement *judgement, const char *check, const char *file, const char *path,
			    const char *const without[], struct err *err)
{
	const struct bytes *released;
	cleanup_bytes struct bytes rebuilt = {0};
	if (judgement_text(judgement, file, &released, err))
		return -1;
	if (file_load(path, RELEASE_TEXT, &rebuilt, err))
		return err_prefix(err, "%s", path);
	return released ? compare_texts(judgement, check, file, released, &rebuilt, without, err) : 1;
}

struct document {
	const char *check, *file, *path;
	const char *const *without; /* what needs an OS image */
};

static int check_document(struct judgement *judgement, const struct document *document, bool has_os_image,
			  struct err *err)
{
	const char *const *without = has_os_image ? NULL : document->without;
	if (!document->path)
		return 0;
	int differ = compare_document(judgement, document->check, document->file, document->path, without, err);
	if (differ < 0)
		return -1;
	if (!differ && without)
		say_open(&judgement->findings, VERDICT_UNCHECKED, document->check, "no-os-image",
			 "%s as a whole: the rebuild had no OS image; all that needs none came out the same",
			 document->file);
	else if (!differ)
		say_holds(&judgement->findings, document->check, "%s came out the same, byte for byte", document->file);
	return 0;
}

static int check_measured(struct judgement *judgement, bool *has_os_image, struct err *err)
{
	const char *path = judgement->question->rebuilt_measurements;
	cleanup_json struct json *rebuilt = path ? json_load(path, err) : NULL;
	if (!rebuilt)
		return path ? err_prefix(err, "%s", path) : 0;
	*has_os_image = is_computed(rebuilt, "tdx.os_image") || !is_computed(judgement->measurements, "tdx.os_image");
	return compare_registers(judgement, rebuilt, *has_os_image, err);
}

int check_rebuilt_documents(struct judgement *judgement, struct err *err)
{
	static const char *const measured[] = {".tdx.os_image", ".tdx.vms", ".tdx.rtmr3", NULL};
	static const char *const built[] = {".buildDefinition.externalParameters.os_image",
					    ".buildDefinition.internalParameters.commands",
					    ".buildDefinition.resolvedDependencies", ".runDetails.byproducts", NULL};
	const struct question *question = judgement->question;
	const struct document documents[] = {
		{"rebuilt-measurements", "measurements.json", question->rebuilt_measurements, measured},
		{"rebuilt-sbom", "sbom.spdx.json", question->rebuilt_sbom, NULL},
		{"rebuilt-provenance", "provenance.json", question->rebuilt_provenance, built},
	};
	bool has_os_image = true;
	if (!judgement->measurements)
		return 0; /* nothing to compare with, which is said */
	if (check_measured(judgement, &has_os_image, err))
		return -1;
	for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
		if (check_document(judgement, &documents[i], has_os_image, err))
			return -1;
	return check_rebuilt_files(judgement, has_os_image, err);
}
