#include "app.h"

#include "digest.h"
#include "source.h"

#include <string.h>

void app_free(struct app *app)
{
	free(app->path);
	free(app->name);
	bytes_free(&app->text);
	*app = (struct app){0};
}

static const char *loader_for(const char *name)
{
	static const struct {
		const char *extension, *loader;
	} loaders[] = {{".ts", "ts"}, {".js", "js"}, {".mjs", "js"}};
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot && i < sizeof loaders / sizeof *loaders; i++)
		if (!strcmp(dot, loaders[i].extension))
			return loaders[i].loader;
	return NULL;
}

/* esbuild quotes the name in its messages and in its JSON, where any other byte could end a line or a string. */
static char *plain_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = strdup(slash ? slash + 1 : path);
	for (char *at = name; at && *at; at++)
		if (*at <= ' ' || *at > '~' || strchr("\"'\\:<>", *at))
			*at = '_';
	return name;
}

/* The folder that a relative app is relative to. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? strndup(path, (size_t)(slash - path) + (slash == path)) : strdup(".");
}

static int app_check(const struct app *app, const char *sha256, struct err *err)
{
	char digest[DIGEST_HEX_MAX];
	if (digest_bytes(SHA256, app->text.data, app->text.size, digest, err))
		return -1;
	if (strcmp(digest, sha256))
		return err_set(err, STATUS_FALSE, "sha256 is %s, the manifest says %s", digest, sha256);
	return 0;
}

int app_load(const struct manifest *manifest, const char *manifest_path, struct app *app, struct err *err)
{
	cleanup_free char *folder = folder_of(manifest_path);
	if (!folder)
		return err_system(err, EX_OSERR, "path");
	app->path = source_path(manifest->app, folder, err);
	if (!app->path)
		return err_prefix(err, "%s: app", manifest_path);
	app->name = plain_name(app->path);
	if (!app->name)
		return err_system(err, EX_OSERR, "path");
	app->loader = loader_for(app->name);
	if (!app->loader)
		return err_bad(err, "%s: not a .ts, .js or .mjs file", app->path);
	if (source_load(app->path, APP_CAP, &app->text, err) || app_check(app, manifest->sha256, err))
		return err_prefix(err, "%s", app->path);
	return 0;
}
