#include "bundle.h"

#include "file.h"
#include "folder.h"
#include "imports.h"
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

/* An import that is not there is told in our words, with what is; the rest in esbuild's. */
static int judge_reason(const char *place, int place_size, const char *reason, int size, struct err *err)
{
	static const char start[] = "Could not resolve \"";
	char at[300], name[300];
	int before = (int)strlen(start);
	if (size <= before || strncmp(reason, start, strlen(start)) || reason[size - 1] != '"')
		return err_bad(err, "%.*s: %.*s", place_size, place, size, reason);
	snprintf(at, sizeof at, "%.*s", place_size, place);
	snprintf(name, sizeof name, "%.*s", size - before - 1, reason + before);
	return imports_refuse(at, name, err);
}

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
		return judge_reason(place, place_size - 1, reason, size, err);
	if (!size)
		return err_set(err, EX_OSERR, "esbuild: failed without a word");
	return err_set(err, EX_OSERR, "esbuild: %.*s", size, reason);
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
	enum { FIXED = 20, EXTERNALS = 40 };
	char loader[32], source_file[NAME_MAX + 32], external[EXTERNALS][40];
	/* Neutral: packages are taken in the form for no platform in particular, not the one for Node. */
	const char *arguments[FIXED + EXTERNALS] = {parts->esbuild, "--bundle", "--format=esm", "--platform=neutral",
						    "--target=es2024", "--charset=utf8", "--tsconfig-raw={}",
						    "--log-level=error", "--log-limit=1", "--color=false",
						    "--outfile=app.js", "--metafile=metafile.json",
						    /* of a file by the app's name, which it reads from its input */
						    "--allow-overwrite",
						    /* the packages are in the work folder, by its link to them */
						    "--preserve-symlinks", loader, source_file};
	static const char *const environment[] = {NULL};
	snprintf(loader, sizeof loader, "--loader=%s", app->loader);
	snprintf(source_file, sizeof source_file, "--sourcefile=%s", app->name);
	size_t count = 0;
	while (arguments[count])
		count++;
	for (size_t i = 0; imports_external[i] && i < EXTERNALS; i++) {
		snprintf(external[i], sizeof external[i], "--external:%s", imports_external[i]);
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

static char *path_in(const char *folder, const char *name, struct err *err)
{
	char *path;
	if (asprintf(&path, "%s/%s", folder, name) >= 0)
		return path;
	err_system(err, EX_OSERR, "path");
	return NULL;
}

/* What esbuild finds in its working folder besides the app: the way to the packages, and nothing of those above. */
static int prepare(const struct parts *parts, const char *folder, struct err *err)
{
	/* It reads the nearest ones upwards, which otherwise would be anybody's in the folder for temporary files. The
	 * second is Yarn's map from packages to folders. */
	static const char *const files[] = {"package.json", ".pnp.data.json"};
	static const char nothing[] = "{}";
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (folder_save(folder, files[i], nothing, strlen(nothing), err))
			return -1;
	cleanup_free char *packages = path_in(folder, IMPORTS_FOLDER, err);
	if (!packages)
		return -1;
	return symlink(parts->packages, packages) ? err_system(err, EX_CANTCREAT, "%s", packages) : 0;
}

int bundle_make(const struct supervisor *supervisor, const struct parts *parts, const struct app *app,
		const char *folder, size_t *size, struct err *err)
{
	cleanup_free char *metafile = path_in(folder, "metafile.json", err), *bundle = path_in(folder, "app.js", err);
	cleanup_bytes struct bytes record = {0};
	struct stat st;
	if (!metafile || !bundle)
		return -1;
	if (prepare(parts, folder, err) || compile(supervisor, parts, app, folder, err))
		return -1;
	if (file_load(metafile, JSON_CAP, &record, err))
		return err_prefix(err, "%s", metafile);
	const char *text = app->text.data ? app->text.data : "";
	if (imports_check(record.data ? record.data : "", record.size, app->name, text, err))
		return -1;
	if (stat(bundle, &st))
		return err_system(err, EX_IOERR, "%s", bundle);
	*size = (size_t)st.st_size;
	return 0;
}
