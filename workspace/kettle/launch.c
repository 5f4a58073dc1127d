#include "launch.h"

#include "app.h"
#include "bundle.h"
#include "folder.h"
#include "measure.h"
#include "quote.h"
#include "reason.h"
#include "record.h"
#include "worker.h"

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

struct launch {
	const struct settings *settings;
	struct supervisor supervisor;
	struct relay relay;
	struct record record; /* of the workers before this one */
	struct parts parts;
	struct manifest manifest;
	struct app app;
	struct statics statics;
	char *data, *folder; /* absolute */
	int lock;
	struct port port;
	int quotes[2]; /* a pipe that nothing is written to: its end is how the quote service knows of ours */
};

static void launch_free(struct launch *launch)
{
	supervise_finish(&launch->supervisor);
	relay_free(&launch->relay);
	folder_remove(&launch->folder);
	parts_free(&launch->parts);
	manifest_free(&launch->manifest);
	app_free(&launch->app);
	statics_free(&launch->statics);
	free(launch->data);
	port_close(&launch->port);
	cleanup_fd_at(&launch->lock);
	cleanup_fd_at(&launch->quotes[0]);
	cleanup_fd_at(&launch->quotes[1]);
}

static void say_kind(const struct launch *launch, enum log_kind kind, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));
static void say_kind(const struct launch *launch, enum log_kind kind, const char *format, va_list args)
{
	cleanup_free char *text = NULL;
	int size = vasprintf(&text, format, args);
	if (size < 0)
		text = NULL;
	else
		log_add(launch->settings->log, kind, text, (size_t)size);
}

static void say(const struct launch *launch, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(const struct launch *launch, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say_kind(launch, LOG_KETTLE, format, args);
	va_end(args);
}

/* What somebody should look into. */
static void complain(const struct launch *launch, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void complain(const struct launch *launch, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say_kind(launch, LOG_KETTLE_ERROR, format, args);
	va_end(args);
}

static int load(struct launch *launch, struct err *err)
{
	cleanup_source struct source source = {0};
	const char *named = launch->settings->manifest;
	if (manifest_find(named, &source, err))
		return named ? err_prefix(err, "%s", named) : -1;
	if (manifest_load(&source, &launch->supervisor, &launch->manifest, err))
		return err_prefix(err, "%s", source.place);
	if (app_load(&launch->manifest, &source, &launch->supervisor, &launch->app, err))
		return -1;
	const char *statics = launch->settings->statics;
	return statics ? statics_load(statics, &launch->statics, err) : 0;
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

static struct measured measured(const struct launch *launch)
{
	return (struct measured){
		.manifest_sha256 = launch->manifest.digest,
		.app_sha256 = launch->manifest.sha256,
		.static_sha256 = launch->settings->statics ? launch->statics.digest : NULL,
		.data = launch->data,
		.port = launch->settings->port.number,
		.is_required = launch->settings->must_be_measured,
	};
}

static int say_events(const struct launch *launch, const struct measure_event events[MEASURE_EVENTS], struct err *err)
{
	for (size_t i = 0; i < MEASURE_EVENTS; i++) {
		cleanup_bytes struct bytes line = {0};
		if (measure_line(&events[i], &line, err))
			return -1;
		say(launch, "%s", line.data);
	}
	return 0;
}

/* Not measured is no reason not to start, unless it was said to be one. */
static int not_measured(const struct launch *launch, const struct err *why, struct err *err)
{
	if (why->status > 128 || launch->settings->must_be_measured) {
		*err = *why;
		return why->status > 128 ? -1 : err_prefix(err, "--require-measured: not measured");
	}
	complain(launch, "not measured: %s", why->text);
	return 0;
}

static int extend(struct launch *launch, const struct measure_event events[MEASURE_EVENTS], struct err *err)
{
	cleanup_agent struct agent agent = {0};
	struct err why = {0};
	enum measure_how how;
	if (agent_find(&agent, err))
		return -1;
	/* Where the kernel extends, no other log has the events; where nobody can, they are of no use. */
	bool is_there = agent.socket || agent.url || !access(measure_kernel.path, F_OK);
	if ((is_there || launch->settings->is_verbose) && say_events(launch, events, err))
		return -1;
	if (measure_supervised(&launch->supervisor, &agent, events, &how, &why))
		return not_measured(launch, &why, err);
	say(launch, "measured: RTMR3 has the events, extended by %s",
	    how == MEASURED_BY_AGENT ? "the guest agent" : "the kernel");
	return 0;
}

static int measure(struct launch *launch, struct err *err)
{
	struct measure_event events[MEASURE_EVENTS] = {0};
	const struct measured what = measured(launch);
	int status = measure_events(&what, events, err);
	if (!status)
		status = launch->settings->is_check ? say_events(launch, events, err) : extend(launch, events, err);
	measure_free(events);
	return status;
}

/* The quote service, in its own process. It outlives us for a moment, to remove what nobody else would when we are
 * killed. */
static int answer_quotes(void *context)
{
	struct launch *launch = context;
	const struct quote_service service = {.socket = WORKER_QUOTE_SOCKET, .stop = launch->quotes[0]};
	struct err err;
	prctl(PR_SET_NAME, "kettle-quotes", 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	if (!quote_serve(&service, &err)) {
		folder_remove(&launch->folder);
		return 0;
	}
	dprintf(STDERR_FILENO, "%s\n", err.text);
	return err.status;
}

static int start_quotes(struct launch *launch, struct err *err)
{
	static const char *environment[] = {NULL};
	if (pipe2(launch->quotes, O_CLOEXEC))
		return err_system(err, EX_OSERR, "pipe");
	const struct child child = {
		.run = answer_quotes,
		.context = launch,
		.folder = launch->folder,
		.input = -1,
		.output = -1,
		.errors = STDERR_FILENO,
		.kept = {launch->quotes[0], -1},
		.ready = -1,
	};
	return supervise_aside(&launch->supervisor, "quote service", &child, environment, err);
}

static void is_ready(void *context)
{
	struct launch *launch = context;
	folder_clear(launch->folder); /* so that nothing of the app is left whatever ends us */
	port_start(&launch->port);
	say(launch, "%s: sha256 %s, serving on port %u, data in %s", launch->app.path, launch->manifest.sha256,
	    launch->settings->port.number, launch->data);
}

static void is_settled(void *context)
{
	struct launch *launch = context;
	struct err err;
	if (record_clear(launch->data, &err))
		complain(launch, "%s", err.text);
}

/* Says how the workers before this one ended, when that was not as it should be. */
static void look_back(struct launch *launch)
{
	struct err err;
	if (record_load(launch->data, &launch->record, &err))
		complain(launch, "%s: ignored", err.text);
	if (launch->record.row == 1)
		complain(launch, "the worker before this one ended within a minute of its start, with status %d",
			 launch->record.status);
	if (launch->record.row > 1)
		complain(launch,
			 "the worker ended %u times in a row within a minute of its start, last with status %d: see "
			 "what the log has before each end, or launch with --verbose",
			 launch->record.row, launch->record.status);
}

static void keep_record(struct launch *launch, const struct end *end, int status)
{
	struct err err;
	if (end->signal || end->is_settled)
		is_settled(launch);
	else if (record_add(launch->data, &launch->record, status, &err))
		complain(launch, "%s", err.text);
}

/* A worker that ended before it served. -1. */
static int judge_start(struct launch *launch, const struct end *end, struct err *err)
{
	cleanup_bytes struct bytes printed = {0};
	if (relay_held(&launch->relay, &printed, err))
		return -1;
	if (launch->settings->is_verbose || end->is_late)
		relay_release(&launch->relay);
	if (end->is_late)
		return err_bad(err, "%s: the app does not finish loading", launch->app.path);
	reason_find(printed.data ? printed.data : "", err);
	return err_prefix(err, "%s", launch->app.path);
}

/* The exit status, or -1 when it never served. */
static int judge_end(struct launch *launch, const struct end *end, struct err *err)
{
	int status = end_status(end);
	if (!end->signal && (end->is_late || (!end->is_ready && WIFEXITED(end->status))))
		return judge_start(launch, end, err);
	relay_release(&launch->relay);
	if (end->signal && end->is_late)
		complain(launch, "stopped by SIG%s: killed after %d seconds%s", sigabbrev_np(end->signal),
			 GRACE_SECONDS, end->is_ready ? ", with requests or WebSockets still open" : "");
	else if (end->signal)
		say(launch, "stopped by SIG%s", sigabbrev_np(end->signal));
	else if (WIFSIGNALED(end->status))
		complain(launch, "workerd: killed by SIG%s", sigabbrev_np(WTERMSIG(end->status)));
	else
		complain(launch, "workerd: ended with status %d", status);
	return status;
}

static int serve(struct launch *launch, struct err *err)
{
	struct end end;
	const struct worker worker = {
		.parts = &launch->parts,
		.folder = launch->folder,
		.data = launch->data,
		.statics = launch->settings->statics ? &launch->statics : NULL,
		.is_verbose = launch->settings->is_verbose,
		.on_ready = is_ready,
		.context = launch,
	};
	look_back(launch);
	if (start_quotes(launch, err) || port_serve(&launch->port, &launch->supervisor, launch->folder, err) ||
	    worker_run(&launch->supervisor, &worker, &end, err))
		return -1;
	int status = judge_end(launch, &end, err);
	keep_record(launch, &end, status < 0 ? err->status : status);
	return status;
}

int launch(const struct settings *settings, struct err *err)
{
	cleanup(launch_free) struct launch launch = {
		.settings = settings,
		.supervisor = {.signals = -1,
			       .trace = settings->is_verbose ? settings->say : NULL,
			       .relay = &launch.relay,
			       .on_settled = is_settled,
			       .settled_context = &launch,
			       .settled_seconds = RECORD_SECONDS},
		.relay = {.log = settings->log},
		.lock = -1,
		.port = {.listener = -1, .start = {-1, -1}},
		.quotes = {-1, -1},
	};
	/* Signals first: until then process 1 would not even notice one. Then what is cheap to check. */
	if (supervise_begin(&launch.supervisor, err) || load(&launch, err) || parts_find(&launch.parts, err))
		return -1;
	launch.lock = folder_data(settings->data, &launch.data, err);
	if (launch.lock < 0 || port_open(&launch.port, &settings->port, err) || bundle(&launch, err) ||
	    measure(&launch, err))
		return -1;
	if (!settings->is_check)
		return serve(&launch, err);
	say(&launch, "%s: sha256 %s, holds and bundles", launch.app.path, launch.manifest.sha256);
	return STATUS_OK;
}
