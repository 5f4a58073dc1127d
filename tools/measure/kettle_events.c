#include "kettle_events.h"

#include "file.h"
#include "hex.h"

#include <string.h>

enum { MANIFEST_BYTES = 64 << 10, APP_BYTES = 5 << 20 }; /* what kettle takes */

static int hash_payload(const struct bytes *text, struct bytes *payload, struct err *err)
{
	uint8_t digest[SHA256_SIZE];
	if (digest_raw(SHA256, text->data, text->size, digest, err))
		return -1;
	return bytes_add(payload, digest, sizeof digest, err);
}

static int file_payload(const char *path, size_t cap, struct bytes *payload, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (file_load(path, cap, &text, err) || hash_payload(&text, payload, err))
		return err_prefix(err, "%s", path);
	return 0;
}

/* kettle starts no app whose digest is not the manifest's, so the manifest says which it was. */
static int app_payload(const struct bytes *text, struct bytes *payload, struct err *err)
{
	uint8_t digest[SHA256_SIZE];
	cleanup_json struct json *manifest = json_parse(text->data ? text->data : "", text->size, err);
	cleanup_json struct json *sha256 = manifest ? json_need(manifest, "sha256", JSON_STRING, err) : NULL;
	if (!sha256)
		return -1;
	if (hex_read(json_text(sha256), digest, sizeof digest))
		return err_bad(err, "sha256: not %d hexadecimal digits", 2 * SHA256_SIZE);
	return bytes_add(payload, digest, sizeof digest, err);
}

static int check_app(const char *path, const struct bytes *payload, struct err *err)
{
	cleanup_bytes struct bytes app = {0};
	if (file_payload(path, APP_BYTES, &app, err))
		return -1;
	return memcmp(app.data, payload->data, SHA256_SIZE) ? err_bad(err, "sha256: not that of the app %s", path) : 0;
}

static int config_payload(const struct kettle_settings *settings, struct bytes *payload, struct err *err)
{
	uint8_t digest[SHA256_SIZE];
	const char *files = settings->static_sha256;
	cleanup_json struct json *config = json_object();
	if (!bytes_are_utf8(settings->data, strlen(settings->data)) || *settings->data != '/')
		return err_bad(err, "data folder: not an absolute path in UTF-8");
	if (files && (hex_read(files, digest, sizeof digest) || strspn(files, "0123456789abcdef") != 2 * SHA256_SIZE))
		return err_bad(err, "static files: not a SHA-256 in lower case");
	json_set(config, "db_dir", json_string(settings->data));
	json_set(config, "port", json_number(settings->port));
	json_set(config, "require_measured", json_boolean(settings->require_measured));
	json_set(config, "static_sha256", files ? json_string(files) : json_null());
	return json_write(config, false, payload, err);
}

int kettle_events_add(struct prediction *prediction, const struct kettle_settings *settings, struct err *err)
{
	cleanup_bytes struct bytes text = {0}, manifest = {0}, app = {0}, config = {0};
	if (file_load(settings->manifest, MANIFEST_BYTES, &text, err) || hash_payload(&text, &manifest, err) ||
	    app_payload(&text, &app, err) || (settings->app && check_app(settings->app, &app, err)))
		return err_prefix(err, "%s", settings->manifest);
	if (config_payload(settings, &config, err))
		return -1;
	if (prediction_add(prediction, 1, "kettle-manifest", &manifest, "kettle's manifest", err) ||
	    prediction_add(prediction, 1, "kettle-app", &app, "the app, as the manifest names it", err) ||
	    prediction_add(prediction, 1, "kettle-config", &config, "kettle's settings", err))
		return err_prefix(err, "kettle's events");
	return 0;
}
