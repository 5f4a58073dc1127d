#include "launch.h"

#include "app.h"
#include "bundle.h"
#include "folder.h"
#include "worker.h"

#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>

struct launch {
	const struct settings *settings;
	struct supervisor supervisor;
	struct parts parts;
	struct manifest manifest;
	struct app app;
	char *data, *folder; /* absolute */
	int lock, socket;
};

static void launch_free(struct launch *launch)
{
	folder_remove(&launch->folder);
	parts_free(&launch->parts);
	manifest_free(&launch->manifest);
	app_free(&launch->app);
	free(launch->data);
	cleanup_fd_at(&launch->socket);
	cleanup_fd_at(&launch->lock);
	cleanup_fd_at(&launch->supervisor.signals);
}

static void say(const struct launch *launch, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(const struct launch *launch, const char *format, ...)
{
	char text[1100];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	launch->settings->say(text);
}

static int load(struct launch *launch, struct err *err)
{
	cleanup_free char *path = manifest_find(launch->settings->manifest, err);
	if (!path)
		return launch->settings->manifest ? err_prefix(err, "%s", launch->settings->manifest) : -1;
	if (manifest_load(path, &launch->manifest, err))
		return err_prefix(err, "%s", path);
	return app_load(&launch->manifest, path, &launch->app, err);
}

static int bundle(struct launch *launch, struct err *err)
{
	size_t size = 0;
	launch->folder = folder_work(err);
	if (!launch->folder)
		return -1;
	if (bundle_make(&launch->supervisor, &launch->parts, &launch->app, launch->folder, &size, err))
		return err_prefix(err, "%s", launch->app.path);
	if (launch->settings->is_verbose)
		say(launch, "bundle: %zu bytes from %zu", size, launch->app.text.size);
	return 0;
}

static void is_ready(void *context)
{
	struct launch *launch = context;
	folder_remove(&launch->folder); /* so that nothing is left whatever ends us */
	say(launch, "%s: sha256 %s, serving on port %u, data in %s", launch->app.path, launch->manifest.sha256,
	    launch->settings->port, launch->data);
}

/* The exit status, or -1 when it never served. */
static int judge_end(struct launch *launch, const struct end *end, struct err *err)
{
	int status = end_status(end);
	if (end->is_late)
		return err_bad(err, "%s: the app does not finish loading", launch->app.path);
	if (!end->is_ready && !end->signal && WIFEXITED(end->status))
		return err_bad(err, "%s: the app does not load: see workerd's message above", launch->app.path);
	if (end->signal)
		say(launch, "stopped by SIG%s", sigabbrev_np(end->signal));
	else if (WIFSIGNALED(end->status))
		say(launch, "workerd: killed by SIG%s", sigabbrev_np(WTERMSIG(end->status)));
	else
		say(launch, "workerd: ended with status %d", status);
	return status;
}

static int serve(struct launch *launch, struct err *err)
{
	struct end end;
	struct worker worker = {
		.parts = &launch->parts,
		.folder = launch->folder,
		.data = launch->data,
		.port = launch->settings->port,
		.socket = steal_fd(&launch->socket),
		.is_verbose = launch->settings->is_verbose,
		.on_ready = is_ready,
		.context = launch,
	};
	int status = worker_run(&launch->supervisor, &worker, &end, err);
	cleanup_fd_at(&worker.socket);
	return status ? -1 : judge_end(launch, &end, err);
}

int launch(const struct settings *settings, struct err *err)
{
	cleanup(launch_free) struct launch launch = {
		.settings = settings,
		.supervisor = {-1, settings->is_verbose ? settings->say : NULL},
		.lock = -1,
		.socket = -1,
	};
	/* Signals first: until then process 1 would not even notice one. Then what is cheap to check. */
	if (supervise_begin(&launch.supervisor, err) || load(&launch, err) || parts_find(&launch.parts, err))
		return -1;
	launch.lock = folder_data(settings->data, &launch.data, err);
	launch.socket = launch.lock < 0 ? -1 : worker_bind(settings->port, err);
	if (launch.socket < 0 || bundle(&launch, err))
		return -1;
	if (!settings->is_check)
		return serve(&launch, err);
	say(&launch, "%s: sha256 %s, holds and bundles", launch.app.path, launch.manifest.sha256);
	return STATUS_OK;
}
