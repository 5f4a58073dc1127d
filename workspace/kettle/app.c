#include "app.h"

#include <string.h>

void app_free(struct app *app)
{
	free(app->path);
	free(app->name);
	bytes_free(&app->text);
	*app = (struct app){0};
}

const char *app_loader(const char *name)
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

/* The last segment of a path, or of a URL's path. esbuild quotes it in its messages and in its JSON, where any other
 * byte could end a line or a string. */
static char *plain_name(const struct source *source)
{
	const char *from = source->place;
	size_t size = source->is_remote ? strcspn(from, "?") : strlen(from);
	const char *slash = memrchr(from, '/', size);
	const char *last = slash ? slash + 1 : from;
	char *name = strndup(last, size - (size_t)(last - from));
	for (char *at = name; at && *at; at++)
		if (*at <= ' ' || *at > '~' || strchr("\"'\\:<>", *at))
			*at = '_';
	return name;
}

static int app_source(const struct manifest *manifest, const struct source *manifest_source, struct source *source,
		      struct err *err)
{
	if (source_name(manifest->app, manifest_source, source, err))
		return -1;
	return *source->pin ? err_bad(err, "with a pin: sha256 is what says it") : 0;
}

int app_load(const struct manifest *manifest, const struct source *manifest_source, const struct supervisor *supervisor,
	     struct app *app, struct err *err)
{
	cleanup_source struct source source = {0};
	if (app_source(manifest, manifest_source, &source, err))
		return err_prefix(err, "%s: app", manifest_source->place);
	app->path = strdup(source.place);
	app->name = plain_name(&source);
	if (!app->path || !app->name)
		return err_system(err, EX_OSERR, "path");
	app->loader = app_loader(app->name);
	if (!app->loader)
		return err_bad(err, "%s: not a .ts, .js or .mjs file", app->path);
	if (source_get(&source, supervisor, APP_CAP, &app->text, err) ||
	    source_check(&app->text, manifest->sha256, "manifest", "; publish it again if you changed it", err))
		return err_prefix(err, "%s", app->path);
	return 0;
}
