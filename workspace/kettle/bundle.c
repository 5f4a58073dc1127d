#include "bundle.h"

#include "file.h"
#include "json.h"

#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum {
	LIMIT_SECONDS = 60, /* 5 MiB take about one; a device file imported by the app would take for ever */
	PRINTED_CAP = 1 << 20,
};

/* An import of one of these stays an import: the worker has them. Without the prefix for code written that way. */
static const char *const externals[] = {
	"cloudflare:*", "node:*", "assert",         "async_hooks", "buffer", "crypto", "events",  "fs",
	"http",         "https",  "module",         "net",         "os",     "path",   "process", "punycode",
	"querystring",  "stream", "string_decoder", "timers",      "tls",    "url",    "util",    "zlib",
};
enum { EXTERNALS = sizeof externals / sizeof *externals };

int bundle_reason(const char *printed, struct err *err)
{
	static const char mark[] = "[ERROR] ";
	const char *reason = strstr(printed, mark);
	reason = reason ? reason + strlen(mark) : printed;
	int size = (int)strcspn(reason, "\n");
	/* spec: esbuild's log format: reason, empty line, then FILE:LINE:COLUMN: on a line indented by four. */
	const char *place = !strncmp(reason + size, "\n\n    ", 6) ? reason + size + 6 : "";
	int place_size = (int)strcspn(place, "\n");
	if (place_size && place[place_size - 1] == ':')
		return err_bad(err, "%.*s %.*s", place_size, place, size, reason);
	if (!size)
		return err_set(err, EX_OSERR, "esbuild: failed without a word");
	return err_set(err, EX_OSERR, "esbuild: %.*s", size, reason);
}

/* How esbuild writes an import that brings nothing in from outside the app's text. */
static bool is_allowed(const char *path, bool is_external)
{
	if (!strcmp(path, "<runtime>") || !strncmp(path, "<data:", 6))
		return true;
	for (size_t i = 0; is_external && i < EXTERNALS; i++) {
		size_t stem = strcspn(externals[i], "*");
		if (externals[i][stem] ? !strncmp(path, externals[i], stem) : !strcmp(path, externals[i]))
			return true;
	}
	return false;
}

static int import_check(const struct json *import, struct err *err)
{
	cleanup_json struct json *path = json_need(import, "path", JSON_STRING, err);
	if (!path)
		return -1;
	cleanup_json struct json *external = json_get(import, "external");
	cleanup_json struct json *original = json_get(import, "original");
	if (is_allowed(json_text(path), external && json_true(external)))
		return 0;
	const char *named = original && json_kind(original) == JSON_STRING ? json_text(original) : json_text(path);
	return err_bad(err, "import '%s': an app is one file, whose imports are node:* and cloudflare:*", named);
}

static int input_check(const struct json *inputs, const char *name, struct err *err)
{
	cleanup_json struct json *input = json_need(inputs, name, JSON_OBJECT, err);
	cleanup_json struct json *imports = input ? json_need(input, "imports", JSON_ARRAY, err) : NULL;
	if (!imports)
		return -1;
	for (size_t i = 0; i < json_length(imports); i++) {
		cleanup_json struct json *import = json_at(imports, i);
		if (json_kind(import) != JSON_OBJECT)
			return err_bad(err, "imports: %zu: not an object", i);
		if (import_check(import, err))
			return -1;
	}
	return 0;
}

int bundle_inputs_check(const char *metafile, size_t size, const char *app, struct err *err)
{
	cleanup_json struct json *json = json_parse(metafile, size, err);
	if (!json)
		return -1;
	if (json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	cleanup_json struct json *inputs = json_need(json, "inputs", JSON_OBJECT, err);
	cleanup_free char **names = inputs ? json_names(inputs, err) : NULL;
	if (!names)
		return -1;
	for (char **name = names; *name; name++)
		if (input_check(inputs, *name, err))
			return -1;
	/* After the imports, which say it in the words of the app. */
	for (char **name = names; *name; name++)
		if (strcmp(*name, app) && !is_allowed(*name, false))
			return err_bad(err, "%s: not the app", *name);
	return 0;
}

static int memory_file(const struct bytes *bytes, struct err *err)
{
	cleanup_fd int fd = memfd_create("kettle", MFD_CLOEXEC);
	if (fd < 0)
		return err_system(err, EX_OSERR, "memory file");
	if (bytes && file_write(fd, bytes->data, bytes->size, err))
		return -1;
	lseek(fd, 0, SEEK_SET);
	return steal_fd(&fd);
}

static int judge_end(const struct end *end, int printed_fd, struct err *err)
{
	cleanup_bytes struct bytes printed = {0};
	if (end->signal)
		return err_set(err, 128 + end->signal, "stopped by SIG%s", sigabbrev_np(end->signal));
	if (end->is_late)
		return err_set(err, EX_TEMPFAIL, "esbuild: not done after %d seconds", LIMIT_SECONDS);
	if (WIFSIGNALED(end->status))
		return err_set(err, EX_OSERR, "esbuild: killed by SIG%s", sigabbrev_np(WTERMSIG(end->status)));
	if (end->status == 0)
		return 0;
	lseek(printed_fd, 0, SEEK_SET);
	if (file_read(printed_fd, PRINTED_CAP, &printed, err))
		return -1;
	return bundle_reason(printed.data ? printed.data : "", err);
}

static int compile(const struct supervisor *supervisor, const struct parts *parts, const struct app *app,
		   const char *folder, struct err *err)
{
	char loader[32], source_file[NAME_MAX + 32], external[EXTERNALS][40];
	const char *arguments[EXTERNALS + 16] = {parts->esbuild, "--bundle", "--format=esm", "--platform=neutral",
						 "--target=es2024", "--charset=utf8", "--tsconfig-raw={}",
						 "--log-level=error", "--log-limit=1", "--color=false",
						 "--outfile=app.js", "--metafile=metafile.json",
						 /* of a file by the app's name, which it reads from its input */
						 "--allow-overwrite", loader, source_file};
	static const char *const environment[] = {NULL};
	snprintf(loader, sizeof loader, "--loader=%s", app->loader);
	snprintf(source_file, sizeof source_file, "--sourcefile=%s", app->name);
	size_t count = 0;
	while (arguments[count])
		count++;
	for (size_t i = 0; i < EXTERNALS; i++) {
		snprintf(external[i], sizeof external[i], "--external:%s", externals[i]);
		arguments[count++] = external[i];
	}
	cleanup_fd int input = memory_file(&app->text, err);
	cleanup_fd int printed = input < 0 ? -1 : memory_file(NULL, err);
	if (printed < 0)
		return -1;
	struct child child = {
		.arguments = arguments,
		.folder = folder,
		.input = input,
		.output = -1,
		.errors = printed,
		.kept = {-1, -1},
		.ready = -1,
		.limit = LIMIT_SECONDS,
	};
	struct end end;
	return supervise(supervisor, &child, environment, &end, err) ? -1 : judge_end(&end, printed, err);
}

int bundle_make(const struct supervisor *supervisor, const struct parts *parts, const struct app *app,
		const char *folder, size_t *size, struct err *err)
{
	static const char no_package[] = "{}";
	cleanup_free char *metafile = NULL, *bundle = NULL, *package = NULL;
	cleanup_bytes struct bytes record = {0};
	struct stat st;
	if (asprintf(&metafile, "%s/metafile.json", folder) < 0 || asprintf(&bundle, "%s/app.js", folder) < 0 ||
	    asprintf(&package, "%s/package.json", folder) < 0)
		return err_system(err, EX_OSERR, "path");
	/* esbuild reads the nearest one upwards, which otherwise would be anybody's in the folder for temporary files.
	 */
	if (file_save(package, no_package, strlen(no_package), err))
		return err_prefix(err, "%s", package);
	if (compile(supervisor, parts, app, folder, err))
		return -1;
	if (file_load(metafile, JSON_CAP, &record, err))
		return err_prefix(err, "%s", metafile);
	if (bundle_inputs_check(record.data ? record.data : "", record.size, app->name, err))
		return -1;
	if (stat(bundle, &st))
		return err_system(err, EX_IOERR, "%s", bundle);
	*size = (size_t)st.st_size;
	return 0;
}
