#include "supervise.h"

#include "bytes.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>

static const struct {
	int number;
	bool stops; /* false: the child may live on after it */
} forwarded[] = {{SIGTERM, true}, {SIGINT, true}, {SIGHUP, true}, {SIGQUIT, true}, {SIGUSR1, false}, {SIGUSR2, false}};

int supervise_begin(struct supervisor *supervisor, struct err *err)
{
	sigset_t set;
	struct sigaction hangup;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++)
		sigaddset(&set, forwarded[i].number);
	if (!sigaction(SIGHUP, NULL, &hangup) && hangup.sa_handler == SIG_IGN)
		sigdelset(&set, SIGHUP); /* nohup(1) */
	signal(SIGCHLD, SIG_DFL);        /* an ignored one, inherited, would leave us without a status */
	if (sigprocmask(SIG_BLOCK, &set, NULL) || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
		return err_system(err, EX_OSERR, "signals");
	supervisor->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return supervisor->signals < 0 ? err_system(err, EX_OSERR, "signals") : 0;
}

static int become(int fd, int number)
{
	return dup2(fd < 0 ? open("/dev/null", O_RDWR) : fd, number);
}

/* In the child, between fork and exec. Returns only on failure, with errno. */
static void become_child(const struct child *child, const char *const *environment, pid_t parent)
{
	sigset_t none;
	sigemptyset(&none);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent) /* it died before we asked */
		_exit(0);
	if (become(child->input, 0) < 0 || become(child->output, 1) < 0 || become(child->errors, 2) < 0)
		return;
	close_range(3, UINT32_MAX, CLOSE_RANGE_CLOEXEC);
	for (size_t i = 0; i < sizeof child->kept / sizeof *child->kept; i++)
		if (child->kept[i] >= 0)
			fcntl(child->kept[i], F_SETFD, 0);
	if (chdir(child->folder))
		return;
	signal(SIGPIPE, SIG_DFL);
	/* A shell starts what runs in the background with SIGINT and SIGQUIT ignored; ours is not for a shell. */
	for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++)
		if (forwarded[i].number != SIGHUP)
			signal(forwarded[i].number, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	union {
		const char *const *ours;
		char *const *theirs;
	} arguments = {child->arguments}, variables = {environment};
	execve(child->arguments[0], arguments.theirs, variables.theirs);
}

/* A pipe that exec closes tells us whether there was an exec. */
static pid_t start(const struct child *child, const char *const *environment, struct err *err)
{
	int pipe_ends[2], cause = 0;
	pid_t parent = getpid();
	if (pipe2(pipe_ends, O_CLOEXEC))
		return err_system(err, EX_OSERR, "pipe");
	pid_t pid = fork();
	if (pid == 0) {
		become_child(child, environment, parent);
		cause = errno;
		ssize_t told = write(pipe_ends[1], &cause, sizeof cause);
		_exit(told == sizeof cause ? 127 : 126);
	}
	int fork_errno = errno;
	close(pipe_ends[1]);
	ssize_t n = pid < 0 ? 0 : read(pipe_ends[0], &cause, sizeof cause);
	close(pipe_ends[0]);
	if (pid > 0 && n <= 0)
		return pid;
	if (pid > 0)
		waitpid(pid, NULL, 0);
	errno = pid < 0 ? fork_errno : cause;
	return err_system(err, EX_OSERR, "%s: cannot start", child->arguments[0]);
}

static void trace(const struct supervisor *supervisor, const struct child *child)
{
	cleanup_bytes struct bytes line = {0};
	struct err err;
	for (const char *const *at = child->arguments; *at; at++)
		if (bytes_addf(&line, &err, " %s", *at))
			return;
	supervisor->trace(line.data + 1);
}

static int64_t now(void)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

enum { NEVER = -1, KILLED = -2 };

struct watch {
	const struct child *child;
	pid_t pid;
	int ready;
	int64_t deadline; /* on now()'s clock, or NEVER, or KILLED: only its end is waited for */
	bool has_ended;
	struct end *end;
};

/* The group is killed while its leader is not reaped yet: so long nobody else can have its number. */
static void reap(struct watch *watch)
{
	siginfo_t info = {0};
	while (!waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid) {
		bool is_child = info.si_pid == watch->pid;
		if (is_child)
			kill(-watch->pid, SIGKILL); /* what it may have started */
		waitpid(info.si_pid, is_child ? &watch->end->status : NULL, 0);
		watch->has_ended |= is_child;
		info.si_pid = 0;
	}
}

static void forward(struct watch *watch, int number)
{
	kill(-watch->pid, number);
	for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++) {
		if (forwarded[i].number != number || !forwarded[i].stops || watch->end->signal)
			continue;
		watch->end->signal = number;
		if (watch->deadline != KILLED)
			watch->deadline = now() + GRACE_SECONDS * 1000;
	}
}

static void take_signals(struct watch *watch, int signals)
{
	struct signalfd_siginfo info;
	/* What comes after its end is left for the next child. */
	while (!watch->has_ended && read(signals, &info, sizeof info) == sizeof info) {
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
	watch->ready = -1;
	if (n <= 0)
		return;
	watch->end->is_ready = true;
	if (!watch->end->signal && watch->deadline != KILLED)
		watch->deadline = NEVER;
	if (watch->child->on_ready)
		watch->child->on_ready(watch->child->context);
}

static void check_deadline(struct watch *watch)
{
	if (watch->deadline < 0 || now() < watch->deadline)
		return;
	watch->end->is_late = !watch->end->signal;
	watch->deadline = KILLED;
	kill(-watch->pid, SIGKILL);
}

int supervise(const struct supervisor *supervisor, const struct child *child, const char *const *environment,
	      struct end *end, struct err *err)
{
	*end = (struct end){0};
	if (supervisor->trace)
		trace(supervisor, child);
	pid_t pid = start(child, environment, err);
	if (pid < 0)
		return -1;
	struct watch watch = {child, pid, child->ready, now() + (int64_t)child->limit * 1000, false, end};
	while (!watch.has_ended) {
		struct pollfd polled[] = {{supervisor->signals, POLLIN, 0}, {watch.ready, POLLIN, 0}};
		int64_t left = watch.deadline < 0 ? -1 : watch.deadline - now();
		poll(polled, 2, watch.deadline < 0 ? -1 : left < 0 ? 0 : (int)left);
		if (polled[1].revents)
			take_ready(&watch);
		if (polled[0].revents)
			take_signals(&watch, supervisor->signals);
		check_deadline(&watch);
	}
	return 0;
}

int end_status(const struct end *end)
{
	return WIFSIGNALED(end->status) ? 128 + WTERMSIG(end->status) : WEXITSTATUS(end->status);
}
