#include "supervise.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

/* For the last lines, when somebody is slow to read the log. */
enum { CHILD_LINES_MILLISECONDS = 3000, AIDE_LINES_MILLISECONDS = 500 };

int supervise_begin(struct supervisor *supervisor, struct err *err)
{
	sigset_t set;
	struct sigaction hangup;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (const struct child_signal *at = child_signals; at->number; at++)
		sigaddset(&set, at->number);
	if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler == SIG_IGN)
		sigdelset(&set, SIGHUP); /* nohup(1) */
	signal(SIGCHLD, SIG_DFL);        /* an ignored one, inherited, would leave us without a status */
	if (sigprocmask(SIG_BLOCK, &set, NULL) || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		return err_system(err, EX_OSERR, "signals");
	supervisor->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return supervisor->signals < 0 ? err_system(err, EX_OSERR, "signals") : 0;
}

static void trace(const struct supervisor *supervisor, const struct child *child)
{
	cleanup_bytes struct bytes line = {0};
	struct err err;
	for (const char *const *at = child->arguments; at && *at; at++)
		if (bytes_addf(&line, &err, " %s", *at))
			return;
	if (line.size)
		supervisor->trace(line.data + 1);
}

enum { NEVER = -1, KILLED = -2 };

struct watch {
	const struct supervisor *supervisor;
	const struct child *child;
	pid_t pid;
	int ready;
	unsigned ready_lines; /* that are still to come */
	int64_t deadline;     /* on log_now()'s clock, or NEVER, or KILLED: only its end is waited for */
	int64_t settles;      /* on the same clock, or NEVER */
	int64_t held;         /* on the same clock: when SIGTERM goes to the child at the latest; or NEVER */
	bool has_ended;
	struct end *end;
};

/* Reaps the next child that has ended, and whatever it may have started: its group is killed while its leader is not
 * reaped yet, for so long nobody else can have the number. 0: there is none. */
static pid_t reap_next(const struct supervisor *supervisor, pid_t main, int *status)
{
	siginfo_t info = {0};
	if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) || !info.si_pid)
		return 0;
	if (info.si_pid == main || aide_is(supervisor->aides, info.si_pid))
		kill(-info.si_pid, SIGKILL);
	return waitpid(info.si_pid, status, 0);
}

static void reap(struct watch *watch)
{
	int status;
	pid_t pid;
	while ((pid = reap_next(watch->supervisor, watch->pid, &status)) > 0) {
		bool is_lost = aide_restart(watch->supervisor->aides, pid, status);
		if (is_lost && !watch->has_ended)
			kill(-watch->pid, SIGKILL);
		if (pid != watch->pid)
			continue;
		watch->end->status = status;
		watch->has_ended = true;
	}
}

static void pass_on(struct watch *watch, int number)
{
	bool is_first = number == SIGTERM && !watch->end->signal;
	if (is_first && aides_stop_fronts(watch->supervisor->aides))
		watch->held = log_now() + FRONT_GRACE_SECONDS * 1000;
	else
		kill(-watch->pid, number);
}

static void forward(struct watch *watch, int number)
{
	pass_on(watch, number);
	for (const struct child_signal *at = child_signals; at->number; at++) {
		if (at->number != number || !at->stops || watch->end->signal)
			continue;
		watch->end->signal = number;
		if (watch->deadline != KILLED)
			watch->deadline = log_now() + GRACE_SECONDS * 1000;
	}
}

static void take_signals(struct watch *watch)
{
	struct signalfd_siginfo info;
	/* What comes after its end is left for the next child. */
	while (!watch->has_ended && read(watch->supervisor->signals, &info, sizeof info) == sizeof info) {
		if (info.ssi_signo == SIGCHLD)
			reap(watch);
		else
			forward(watch, (int)info.ssi_signo);
	}
}

static void take_ready(struct watch *watch)
{
	char message[512];
	ssize_t n = read(watch->ready, message, sizeof message);
	for (ssize_t i = 0; i < n && watch->ready_lines; i++)
		watch->ready_lines -= message[i] == '\n';
	if (n > 0 && watch->ready_lines)
		return;
	watch->ready = -1;
	if (n <= 0)
		return;
	watch->end->is_ready = true;
	if (!watch->end->signal && watch->deadline != KILLED)
		watch->deadline = NEVER;
	if (watch->supervisor->on_settled)
		watch->settles = log_now() + (int64_t)watch->supervisor->settled_seconds * 1000;
	if (watch->supervisor->relay)
		relay_release(watch->supervisor->relay);
	if (watch->child->on_ready)
		watch->child->on_ready(watch->child->context);
}

static void check_clock(struct watch *watch)
{
	int64_t now = log_now();
	if (watch->settles >= 0 && now >= watch->settles && !watch->has_ended) {
		watch->settles = NEVER;
		watch->end->is_settled = true;
		watch->supervisor->on_settled(watch->supervisor->settled_context);
	}
	if (watch->held >= 0 && (now >= watch->held || !aides_fronts_run(watch->supervisor->aides))) {
		watch->held = NEVER;
		kill(-watch->pid, SIGTERM);
	}
	if (watch->deadline < 0 || now < watch->deadline)
		return;
	watch->end->is_late = true;
	watch->deadline = KILLED;
	kill(-watch->pid, SIGKILL);
}

/* Milliseconds until one of the clocks asks for something; -1: none does. */
static int64_t wait_of(const struct watch *watch)
{
	const struct relay *relay = watch->supervisor->relay;
	int64_t wait = relay ? relay_wait(relay) : -1, now = log_now();
	const int64_t times[] = {watch->deadline, watch->settles, watch->held};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		int64_t left = times[i] < now ? 0 : times[i] - now;
		if (times[i] >= 0 && (wait < 0 || left < wait))
			wait = left;
	}
	return wait;
}

static void watch_turn(struct watch *watch)
{
	struct pollfd polled[2 + RELAY_POLLED] = {{watch->supervisor->signals, POLLIN, 0}, {watch->ready, POLLIN, 0}};
	struct relay *relay = watch->supervisor->relay;
	size_t count = 2 + (relay ? relay_poll(relay, polled + 2) : 0);
	poll(polled, count, (int)wait_of(watch));
	if (relay)
		relay_turn(relay);
	if (polled[1].revents)
		take_ready(watch);
	if (polled[0].revents)
		take_signals(watch);
	check_clock(watch);
}

int supervise(const struct supervisor *supervisor, const struct child *child, const char *const *environment,
	      struct end *end, struct err *err)
{
	*end = (struct end){0};
	if (supervisor->trace)
		trace(supervisor, child);
	pid_t pid = child_start(child, environment, supervisor->relay, NULL, err);
	if (pid < 0)
		return -1;
	struct watch watch = {
		.supervisor = supervisor,
		.child = child,
		.pid = pid,
		.ready = child->ready,
		.ready_lines = child->ready_lines ? child->ready_lines : 1,
		.deadline = log_now() + (int64_t)child->limit * 1000,
		.settles = NEVER,
		.held = NEVER,
		.end = end,
	};
	while (!watch.has_ended)
		watch_turn(&watch);
	if (supervisor->relay)
		relay_drain(supervisor->relay, CHILD_LINES_MILLISECONDS);
	return 0;
}

int supervise_aside(struct supervisor *supervisor, const char *name, const struct child *child,
		    const char *const *environment, struct err *err)
{
	return aide_start(&supervisor->aides, name, child, environment, supervisor->relay, err);
}

/* Waits for the aides to end, so many milliseconds at most. Further signals to stop are no news. */
static void wait_aides(const struct supervisor *supervisor, int64_t milliseconds)
{
	struct signalfd_siginfo info;
	struct pollfd polled = {supervisor->signals, POLLIN, 0};
	int64_t until = log_now() + milliseconds;
	pid_t pid;
	int status;
	for (;;) {
		while ((pid = reap_next(supervisor, 0, &status)) > 0)
			aide_forget(supervisor->aides, pid);
		int64_t left = until - log_now();
		if (!aides_run(supervisor->aides) || left <= 0)
			return;
		poll(&polled, 1, (int)left);
		while (read(supervisor->signals, &info, sizeof info) == sizeof info)
			;
	}
}

void supervise_finish(struct supervisor *supervisor)
{
	aides_signal(supervisor->aides, SIGTERM);
	wait_aides(supervisor, AIDE_GRACE_SECONDS * 1000);
	aides_signal(supervisor->aides, SIGKILL);
	wait_aides(supervisor, AIDE_GRACE_SECONDS * 1000);
	if (supervisor->relay)
		relay_drain(supervisor->relay, AIDE_LINES_MILLISECONDS);
	aides_free(&supervisor->aides);
	cleanup_fd_at(&supervisor->signals);
	supervisor->signals = -1;
}

int end_status(const struct end *end)
{
	return WIFSIGNALED(end->status) ? 128 + WTERMSIG(end->status) : WEXITSTATUS(end->status);
}
