#include "aide.h"

#include "cleanup.h"

#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>

struct aide {
	struct aide *next;
	const char *name;
	struct child child;
	const char *const *environment;
	struct relay *relay;
	pid_t pid;    /* 0: it does not run */
	bool is_over; /* it is to stop */
	/* When it ended the last times, on log_now()'s clock; 0: it did not. The next goes to `turn`. */
	int64_t ends[AIDE_ENDS];
	size_t turn;
};

static struct aide *find(const struct aide *aides, pid_t pid)
{
	union {
		const struct aide *given;
		struct aide *ours;
	} at = {aides};
	while (at.ours && at.ours->pid != pid)
		at.ours = at.ours->next;
	return at.ours;
}

int aide_start(struct aide **aides, const char *name, const struct child *child, const char *const *environment,
	       struct relay *relay, struct err *err)
{
	cleanup_free struct aide *aide = calloc(1, sizeof *aide);
	if (!aide)
		return err_system(err, EX_OSERR, "%s", name);
	*aide = (struct aide){*aides, name, *child, environment, relay, .pid = 0, .is_over = false};
	aide->pid = child_start(child, environment, relay, name, err);
	if (aide->pid < 0)
		return err_prefix(err, "%s", name);
	*aides = steal(&aide);
	return 0;
}

bool aide_is(const struct aide *aides, pid_t pid)
{
	return pid > 0 && find(aides, pid);
}

bool aides_run(const struct aide *aides)
{
	for (; aides; aides = aides->next)
		if (aides->pid)
			return true;
	return false;
}

void aides_signal(const struct aide *aides, int number)
{
	for (; aides; aides = aides->next)
		if (aides->pid)
			kill(-aides->pid, number);
}

static void report(const struct aide *aide, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void report(const struct aide *aide, const char *format, ...)
{
	char text[1200];
	va_list args;
	if (!aide->relay)
		return;
	int used = snprintf(text, sizeof text, "%.100s: ", aide->name);
	va_start(args, format);
	vsnprintf(text + used, sizeof text - (size_t)used, format, args);
	va_end(args);
	log_add(aide->relay->log, LOG_KETTLE_ERROR, text, strlen(text));
}

/* Notes that it ended now. True: it has not done so too often. */
static bool may_start(struct aide *aide)
{
	int64_t now = log_now(), oldest = aide->ends[aide->turn];
	aide->ends[aide->turn] = now;
	aide->turn = (aide->turn + 1) % AIDE_ENDS;
	return !oldest || now - oldest >= AIDE_SPAN_SECONDS * 1000;
}

/* -1: it does not run now. */
static int start_again(struct aide *aide, const char *how)
{
	struct err err;
	if (!may_start(aide)) {
		report(aide, "%s for the %dth time within %d seconds: given up until kettle is started again", how,
		       AIDE_ENDS + 1, AIDE_SPAN_SECONDS);
		return -1;
	}
	report(aide, "%s: started again", how);
	pid_t pid = child_start(&aide->child, aide->environment, aide->relay, aide->name, &err);
	if (pid < 0) {
		report(aide, "%s", err.text);
		return -1;
	}
	aide->pid = pid;
	return 0;
}

int aide_restart(struct aide *aides, pid_t pid, int status)
{
	char how[64];
	struct aide *aide = find(aides, pid);
	if (!aide)
		return 0;
	aide->pid = 0;
	if (aide->is_over)
		return 0;
	if (WIFSIGNALED(status))
		snprintf(how, sizeof how, "killed by SIG%s", sigabbrev_np(WTERMSIG(status)));
	else
		snprintf(how, sizeof how, "ended with status %d", WEXITSTATUS(status));
	return start_again(aide, how) && aide->child.is_front ? -1 : 0;
}

bool aides_stop_fronts(struct aide *aides)
{
	for (struct aide *aide = aides; aide; aide = aide->next) {
		if (!aide->child.is_front)
			continue;
		aide->is_over = true;
		if (aide->pid)
			kill(-aide->pid, SIGTERM);
	}
	return aides_fronts_run(aides);
}

bool aides_fronts_run(const struct aide *aides)
{
	for (; aides; aides = aides->next)
		if (aides->child.is_front && aides->pid)
			return true;
	return false;
}

void aide_forget(struct aide *aides, pid_t pid)
{
	struct aide *aide = find(aides, pid);
	if (aide)
		aide->pid = 0;
}

void aides_free(struct aide **aides)
{
	while (*aides) {
		struct aide *aide = *aides;
		*aides = aide->next;
		free(aide);
	}
}
