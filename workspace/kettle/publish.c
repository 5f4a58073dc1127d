#include "publish.h"

#include "app.h"
#include "file.h"
#include "gist.h"
#include "json.h"
#include "source.h"

#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

void publication_free(struct publication *publication)
{
	free(publication->app);
	free(publication->manifest);
	*publication = (struct publication){0};
}

static void step(const struct publish_settings *settings, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void step(const struct publish_settings *settings, const char *format, ...)
{
	char text[1024];
	va_list args;
	if (!settings->step)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	settings->step(text);
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* What launch would refuse is not published; nor is what a gist cannot hold. */
static int text_check(const struct bytes *text, struct err *err)
{
	if (!text->size)
		return err_bad(err, "is empty");
	if (!bytes_are_utf8(text->data, text->size))
		return err_bad(err, "is not UTF-8 text");
	if (memchr(text->data, '\0', text->size))
		return err_bad(err, "is not text: it has a NUL byte");
	return 0;
}

/* Reads the app and its digest. */
static int app_read(const char *file, struct bytes *text, char sha256[DIGEST_HEX_MAX], struct err *err)
{
	if (source_load(file, APP_CAP, text, err))
		return err_prefix(err, "%s", file);
	if (!app_loader(name_of(file)))
		return err_bad(err, "%s: not a .ts, .js or .mjs file", file);
	if (text_check(text, err))
		return err_prefix(err, "%s", file);
	return digest_bytes(SHA256, text->data, text->size, sha256, err);
}

/* spec: tunnel-spec 3.1 */
static int manifest_write(struct publication *publication, struct bytes *into, struct err *err)
{
	cleanup_json struct json *json = json_object();
	json_set(json, "app", json_string(publication->app));
	json_set(json, "sha256", json_string(publication->sha256));
	if (json_write(json, true, into, err))
		return -1;
	into->data[--into->size] = '\0'; /* the published format ends with the brace */
	return digest_bytes(SHA256, into->data, into->size, publication->manifest_sha256, err);
}

/* Says before anything is published that there will be no place for the manifest. */
static int output_check(const struct publish_settings *settings, struct err *err)
{
	cleanup_output struct output output = OUTPUT_NONE;
	struct stat app, there;
	bool is_there = !stat(settings->output, &there);
	if (is_there && !stat(settings->file, &app) && app.st_dev == there.st_dev && app.st_ino == there.st_ino)
		return err_set(err, EX_USAGE, "%s: the manifest would replace the app", settings->output);
	/* A pipe or a device can be opened once only. */
	if (is_there && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode))
		return 0;
	return output_open(&output, settings->output, err) ? err_prefix(err, "%s", settings->output) : 0;
}

static int manifest_save(const char *path, const struct bytes *text, struct err *err)
{
	return file_save(path, text->data, text->size, err) ? err_prefix(err, "%s", path) : 0;
}

/* place: NULL when there is none to store it in. */
static int token_prompt(const struct publish_settings *settings, struct gist_service *service, const char *place,
			struct err *err)
{
	char text[1024];
	struct err reason = {.text = "set HOME or XDG_CONFIG_HOME"};
	settings->say("publishing needs a personal access token of GitHub with the scope gist, and no other");
	snprintf(text, sizeof text, "make one at %s", service->page);
	settings->say(text);
	if (token_ask(&service->token, err) || gist_token_check(service, err))
		return -1;
	if (!place || token_save(place, &service->token, &reason))
		snprintf(text, sizeof text, "the token is good, but is not stored: %s", reason.text);
	else
		snprintf(text, sizeof text, "the token is good, and stored in %s", place);
	settings->say(text);
	return 0;
}

/* From the variable, else the file, else the person. */
static int token_find(const struct publish_settings *settings, struct gist_service *service, struct err *err)
{
	struct err nowhere;
	struct token *token = &service->token;
	if (token_from_variable(token, err))
		return -1;
	if (*token->text)
		return 0;
	cleanup_free char *place = token_place(service->host, &nowhere);
	if (place && token_load(place, token, err))
		return -1;
	if (*token->text)
		return 0;
	if (!settings->is_interactive)
		return err_set(err, EX_USAGE,
			       "no token: set " TOKEN_VARIABLE
			       " to a personal access token with the scope gist, made at %s",
			       service->page);
	return token_prompt(settings, service, place, err);
}

/* One file, and proof that what a launcher will get is that file. */
static char *gist_publish(const struct publish_settings *settings, const struct gist_service *service,
			  const struct gist_file *file, const char *sha256, struct err *err)
{
	step(settings, "%s: uploading", file->name);
	cleanup_free char *url = gist_create(service, file, err);
	if (!url)
		return NULL;
	step(settings, "%s: comparing", url);
	if (gist_confirm(url, sha256, err))
		return NULL;
	if (!gist_url_is_fixed(url))
		settings->say("the service names no revision in its URL: an edit of the gist will fail the SHA-256");
	return steal(&url);
}

int publish(const struct publish_settings *settings, struct publication *publication, struct err *err)
{
	cleanup_gist_service struct gist_service service = {0};
	cleanup_bytes struct bytes text = {0}, manifest = {0};
	const char *name = name_of(settings->file);
	if (gist_service_open(settings->api, &service, err))
		return -1;
	if (app_read(settings->file, &text, publication->sha256, err) || output_check(settings, err))
		return -1;
	if (!bytes_are_utf8(name, strlen(name)))
		return err_bad(err, "%s: the name is not UTF-8, and a gist takes no other", settings->file);
	if (token_find(settings, &service, err))
		return -1;
	struct gist_file app = {name, text.data, "app, published by kettle"};
	publication->app = gist_publish(settings, &service, &app, publication->sha256, err);
	if (!publication->app || manifest_write(publication, &manifest, err))
		return -1;
	struct gist_file file = {"manifest.json", manifest.data, "manifest of an app, published by kettle"};
	publication->manifest = gist_publish(settings, &service, &file, publication->manifest_sha256, err);
	if (!publication->manifest)
		return -1;
	if (manifest_save(settings->output, &manifest, err))
		return err_prefix(err, "published as %s, but", publication->manifest);
	return 0;
}

/* spec: RFC 3986 section 2.3: what need not be encoded, and the slash. */
static char *file_url(const char *path, struct err *err)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
	cleanup_bytes struct bytes url = {0};
	if (bytes_addf(&url, err, "file://"))
		return NULL;
	for (; *path; path++)
		if (bytes_addf(&url, err, strchr(plain, *path) ? "%c" : "%%%02X", (unsigned char)*path))
			return NULL;
	return steal(&url.data);
}

/* The path that the manifest is to name. */
static char *local_path(const struct publish_settings *settings, struct err *err)
{
	cleanup_free char *path = settings->path ? strdup(settings->path) : realpath(settings->file, NULL);
	if (!path)
		err_system(err, EX_IOERR, "%s", settings->file);
	else if (*path != '/')
		err_set(err, EX_USAGE, "--path: '%s' is not absolute: it does not begin with '/'", path);
	else if (!app_loader(name_of(path)))
		err_set(err, settings->path ? EX_USAGE : STATUS_BAD, "%s: not a .ts, .js or .mjs file", path);
	else
		return steal(&path);
	return NULL;
}

int publish_local(const struct publish_settings *settings, struct publication *publication, struct err *err)
{
	cleanup_bytes struct bytes text = {0}, manifest = {0};
	if (app_read(settings->file, &text, publication->sha256, err) || output_check(settings, err))
		return -1;
	cleanup_free char *path = local_path(settings, err);
	if (!path)
		return -1;
	publication->app = file_url(path, err);
	publication->manifest = strdup(settings->output);
	if (!publication->app || manifest_write(publication, &manifest, err))
		return -1;
	if (!publication->manifest)
		return err_system(err, EX_OSERR, "%s", settings->output);
	return manifest_save(settings->output, &manifest, err);
}

static int write_json(const struct publication *publication, const char *pinned, struct bytes *into, struct err *err)
{
	cleanup_json struct json *json = json_object();
	json_set(json, "app", json_string(publication->app));
	json_set(json, "manifest", json_string(publication->manifest));
	json_set(json, "pinned", json_string(pinned));
	json_set(json, "sha256", json_string(publication->sha256));
	json_set(json, "manifest_sha256", json_string(publication->manifest_sha256));
	return json_write(json, false, into, err) || bytes_add(into, "\n", 1, err) ? -1 : 0;
}

int publication_write(const struct publication *publication, bool is_json, struct bytes *into, struct err *err)
{
	cleanup_bytes struct bytes pinned = {0};
	if (bytes_addf(&pinned, err, "%s#sha256=%s", publication->manifest, publication->manifest_sha256))
		return -1;
	if (is_json)
		return write_json(publication, pinned.data, into, err);
	return bytes_addf(into, err, "%s\n%s\n", publication->manifest, pinned.data);
}
