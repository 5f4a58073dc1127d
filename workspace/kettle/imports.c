#include "imports.h"

#include "json.h"

#include <string.h>

/* Without the prefix for code written that way. */
const char *const imports_external[] = {
	"cloudflare:*",   "node:*", "assert", "async_hooks", "buffer", "crypto",  "events",   "fs",          "http",
	"https",          "module", "net",    "os",          "path",   "process", "punycode", "querystring", "stream",
	"string_decoder", "timers", "tls",    "url",         "util",   "zlib",    NULL,
};

/* The packages beside kettle, and the one module of those that have only one. */
static const struct {
	const char *name, *module;
} packages[] = {
	{"kettle", "/worker"}, {"@teekit/kettle", "/worker"}, {"@teekit/tunnel", ""}, {"@noble/ciphers", ""},
	{"@noble/curves", ""}, {"@noble/hashes", ""},         {"@scure/base", ""},    {"cbor-x", ""},
	{"hono", ""},
};
enum { PACKAGES = sizeof packages / sizeof *packages };

/* The package that a module's name begins with, or NULL. */
static const char *package_of(const char *module)
{
	for (size_t i = 0; i < PACKAGES; i++) {
		size_t size = strlen(packages[i].name);
		if (!strncmp(module, packages[i].name, size) && (module[size] == '/' || !module[size]))
			return packages[i].name;
	}
	return NULL;
}

int imports_refuse(const char *place, const char *name, struct err *err)
{
	char list[512] = "";
	const char *package = package_of(name);
	if (package)
		return err_bad(err, "%s: import '%s': %s has no such module", place, name, package);
	for (size_t i = 0; i < PACKAGES; i++)
		snprintf(list + strlen(list), sizeof list - strlen(list), ", %s%s", packages[i].name,
			 packages[i].module);
	return err_bad(err, "%s: import '%s': an app is one file, and may import node:*, cloudflare:*%s", place, name,
		       list);
}

/* What esbuild takes in by this name is the app's own text or a file of a package. */
static bool is_inside(const char *path)
{
	static const char folder[] = IMPORTS_FOLDER "/";
	bool is_made = !strcmp(path, "<runtime>") || !strncmp(path, "<data:", 6);
	return is_made || (!strncmp(path, folder, strlen(folder)) && package_of(path + strlen(folder)));
}

/* As esbuild takes the patterns: one without an asterisk is for the module and those below it, as fs/promises. */
static bool is_external(const char *name)
{
	for (const char *const *at = imports_external; *at; at++) {
		size_t stem = strcspn(*at, "*");
		if (!strncmp(name, *at, stem) && ((*at)[stem] || !name[stem] || name[stem] == '/'))
			return true;
	}
	return false;
}

/* The first place where the app has the name in quotes; columns as esbuild counts them, in bytes from 0. Only the file
 * when it is written another way. */
static void find_place(const char *app, const char *text, const char *name, char *place, size_t size)
{
	size_t line = 1;
	const char *line_start = text;
	snprintf(place, size, "%s", app);
	for (const char *at = text; *at; at++) {
		if (*at == '\n') {
			line++;
			line_start = at + 1;
		} else if (strchr("\"'`", *at) && !strncmp(at + 1, name, strlen(name)) && at[1 + strlen(name)] == *at) {
			snprintf(place, size, "%s:%zu:%td", app, line, at - line_start);
			return;
		}
	}
}

static int refuse(const char *app, const char *text, const char *name, struct err *err)
{
	char place[512];
	find_place(app, text, name, place, sizeof place);
	return imports_refuse(place, name, err);
}

struct judged {
	const char *app, *text;
};

/* How the app itself names what went in by this path, or NULL. To be freed. */
static char *name_in_app(const struct json *inputs, const struct judged *judged, const char *path)
{
	cleanup_json struct json *app = json_get(inputs, judged->app);
	cleanup_json struct json *imports = app ? json_get(app, "imports") : NULL;
	for (size_t i = 0; imports && i < json_length(imports); i++) {
		cleanup_json struct json *import = json_at(imports, i);
		cleanup_json struct json *at = json_get(import, "path"), *original = json_get(import, "original");
		bool is_named = at && original && json_kind(at) == JSON_STRING && json_kind(original) == JSON_STRING;
		if (is_named && !strcmp(json_text(at), path))
			return strdup(json_text(original));
	}
	return NULL;
}

static int input_check(const struct json *inputs, const struct judged *judged, const char *path, struct err *err)
{
	if (!strcmp(path, judged->app) || is_inside(path))
		return 0;
	cleanup_free char *name = name_in_app(inputs, judged, path);
	return refuse(judged->app, judged->text, name ? name : path, err);
}

/* An import that is left in what esbuild wrote. Those that it dropped, as of types, need not be there. */
static int output_check(const struct json *output, const struct judged *judged, struct err *err)
{
	cleanup_json struct json *imports = json_need(output, "imports", JSON_ARRAY, err);
	for (size_t i = 0; imports && i < json_length(imports); i++) {
		cleanup_json struct json *import = json_at(imports, i);
		cleanup_json struct json *path = json_need(import, "path", JSON_STRING, err);
		if (!path)
			return -1;
		if (!is_external(json_text(path)))
			return refuse(judged->app, judged->text, json_text(path), err);
	}
	return imports ? 0 : -1;
}

/* The members of the object `name` of the metafile, each judged. */
static int each(const struct json *metafile, const char *name, const struct judged *judged, struct err *err)
{
	bool are_inputs = !strcmp(name, "inputs");
	cleanup_json struct json *object = json_need(metafile, name, JSON_OBJECT, err);
	cleanup_free char **paths = object ? json_names(object, err) : NULL;
	if (!paths)
		return -1;
	for (char **path = paths; *path; path++) {
		cleanup_json struct json *output = are_inputs ? NULL : json_need(object, *path, JSON_OBJECT, err);
		if (are_inputs ? input_check(object, judged, *path, err) : !output || output_check(output, judged, err))
			return -1;
	}
	return 0;
}

int imports_check(const char *metafile, size_t size, const char *app, const char *text, struct err *err)
{
	const struct judged judged = {app, text};
	cleanup_json struct json *json = json_parse(metafile, size, err);
	if (!json)
		return -1;
	if (json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	return each(json, "inputs", &judged, err) || each(json, "outputs", &judged, err) ? -1 : 0;
}
