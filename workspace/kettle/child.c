#include "child.h"

#include "cleanup.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>

const struct child_signal child_signals[] = {{SIGTERM, true},  {SIGINT, true},   {SIGHUP, true}, {SIGQUIT, true},
					     {SIGUSR1, false}, {SIGUSR2, false}, {0, false}};

static int become(int fd, int number)
{
	return dup2(fd < 0 ? open("/dev/null", O_RDWR) : fd, number);
}

/* What exec would close, kept ones aside. */
static void close_others(const struct child *child)
{
	unsigned from = 3;
	for (bool is_more = true; is_more;) {
		unsigned next = UINT32_MAX;
		for (size_t i = 0; i < sizeof child->kept / sizeof *child->kept; i++)
			if (child->kept[i] >= (int)from && (unsigned)child->kept[i] < next)
				next = (unsigned)child->kept[i];
		is_more = next != UINT32_MAX;
		if (next > from)
			close_range(from, is_more ? next - 1 : UINT32_MAX, 0);
		from = next + 1;
	}
}

static void reset_signals(void)
{
	sigset_t none;
	sigemptyset(&none);
	signal(SIGPIPE, SIG_DFL);
	/* A shell starts what runs in the background with SIGINT and SIGQUIT ignored; ours is not for a shell. */
	for (const struct child_signal *at = child_signals; at->number; at++)
		if (at->number != SIGHUP)
			signal(at->number, SIG_DFL);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child, between fork and exec. Returns only on failure, with errno. */
static void become_child(const struct child *child, const char *const *environment, pid_t parent)
{
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
	if (child->folder && chdir(child->folder))
		return;
	reset_signals();
	if (child->run) {
		close_others(child); /* the pipe that tells of a failed start, too */
		_exit(child->run(child->context));
	}
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
	return err_system(err, EX_OSERR, "%s: cannot start", child->run ? "a process" : child->arguments[0]);
}

/* Puts a pipe of the relay in the place of one of our own outputs. Returns what to close when the child has it, -1 when
 * that is nothing; -2 on failure. */
static int relayed(struct relay *relay, int *fd, enum log_kind kind, const char *name, bool is_held, struct err *err)
{
	if (!relay || (*fd != STDOUT_FILENO && *fd != STDERR_FILENO))
		return -1;
	*fd = relay_add(relay, kind, name, is_held, err);
	return *fd < 0 ? -2 : *fd;
}

pid_t child_start(const struct child *child, const char *const *environment, struct relay *relay, const char *name,
		  struct err *err)
{
	struct child piped = *child;
	bool is_held = !name && child->ready >= 0;
	int output = relayed(relay, &piped.output, name ? LOG_KETTLE : LOG_APP, name, false, err), errors = -1;
	if (output > -2)
		errors = relayed(relay, &piped.errors, name ? LOG_KETTLE_ERROR : LOG_APP_ERROR, name, is_held, err);
	pid_t pid = output > -2 && errors > -2 ? start(&piped, environment, err) : -1;
	if (output >= 0)
		close(output);
	if (errors >= 0)
		close(errors);
	return pid;
}
