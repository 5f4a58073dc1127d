#include "manifest.h"

#include "hex.h"
#include "json.h"

#include <string.h>
#include <sys/stat.h>

void manifest_free(struct manifest *manifest)
{
	free(manifest->app);
	*manifest = (struct manifest){0};
}

int manifest_parse(const char *text, size_t size, struct manifest *manifest, struct err *err)
{
	static const char *const members[] = {"app", "sha256", NULL};
	uint8_t raw[SHA256_SIZE];
	if (size > MANIFEST_CAP)
		return err_bad(err, "larger than %d bytes", MANIFEST_CAP);
	cleanup_json struct json *json = json_parse(text, size, err);
	if (!json)
		return -1;
	if (json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	cleanup_json struct json *app = json_need(json, "app", JSON_STRING, err);
	cleanup_json struct json *sha256 = app ? json_need(json, "sha256", JSON_STRING, err) : NULL;
	if (!sha256 || json_only(json, members, err))
		return -1;
	if (!*json_text(app))
		return err_bad(err, "app: empty");
	if (hex_read(json_text(sha256), raw, sizeof raw))
		return err_bad(err, "sha256: not %d hexadecimal digits", 2 * SHA256_SIZE);
	manifest->app = strdup(json_text(app));
	if (!manifest->app)
		return err_system(err, EX_OSERR, "app");
	hex_write(raw, sizeof raw, manifest->sha256);
	return 0;
}

/* An app, or a page about the manifest, is no broken JSON to whoever gave it; a byte order mark is. */
static int is_json(const struct bytes *text)
{
	const char *at = text->data ? text->data : "";
	at += strspn(at, " \t\r\n");
	return !*at || strchr("{[\"\xef", *at);
}

int manifest_load(struct source *source, const struct supervisor *supervisor, struct manifest *manifest,
		  struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (source_get(source, supervisor, MANIFEST_CAP, &text, err) ||
	    digest_bytes(SHA256, text.data, text.size, manifest->digest, err))
		return -1;
	if (!is_json(&text))
		return err_bad(
			err, "not a manifest, which is a JSON object; make one of an app: kettle publish-local app.ts");
	return manifest_parse(text.data ? text.data : "", text.size, manifest, err);
}

int manifest_find(const char *named, struct source *source, struct err *err)
{
	static const char *const places[] = {"/app/manifest.json", "./manifest.json"};
	struct stat st;
	if (named)
		return source_name(named, NULL, source, err);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		/* One that is there and cannot be read must be an error, not a reason to run another. */
		if (!stat(places[i], &st) || (errno != ENOENT && errno != ENOTDIR))
			return source_name(places[i], NULL, source, err);
	return err_bad(err,
		       "no manifest: none given, KETTLE_MANIFEST is not set, and there is no %s and no %s; make one "
		       "of an app: kettle publish-local app.ts",
		       places[0], places[1]);
}
