#include "prompt.h"

#include "cleanup.h"
#include "file.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>

/* While the terminal is silent, the signals that would leave it so are blocked and read from a descriptor instead. */
struct terminal {
	struct termios before;
	sigset_t mask; /* before */
	int signals;
};

static int hush(struct terminal *terminal, struct err *err)
{
	struct termios silent = terminal->before;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	silent.c_lflag |= ICANON | ISIG | ECHONL;
	/* What was typed before the question is no answer to it. */
	return tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) ? err_system(err, EX_OSERR, "terminal") : 0;
}

/* The rest of a line that was not read must not become a command of the shell that called us: it is thrown away. */
static void restore(const struct terminal *terminal)
{
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal->before);
}

static void terminal_close(struct terminal *terminal)
{
	restore(terminal);
	close(terminal->signals);
	sigprocmask(SIG_SETMASK, &terminal->mask, NULL);
}

static int terminal_open(struct terminal *terminal, struct err *err)
{
	static const int numbers[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP};
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		sigaddset(&set, numbers[i]);
	if (tcgetattr(STDIN_FILENO, &terminal->before))
		return err_system(err, EX_OSERR, "terminal");
	terminal->signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (terminal->signals < 0)
		return err_system(err, EX_OSERR, "signals");
	sigprocmask(SIG_BLOCK, &set, &terminal->mask);
	return 0;
}

/* Does to us what the signal would have done, with the terminal as it was. Returns after a stop. */
static int obey(const struct terminal *terminal, struct err *err)
{
	struct signalfd_siginfo signal;
	sigset_t blocked;
	if (read(terminal->signals, &signal, sizeof signal) != sizeof signal)
		return err_system(err, EX_OSERR, "signals");
	restore(terminal);
	raise((int)signal.ssi_signo);
	sigprocmask(SIG_SETMASK, &terminal->mask, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	return 0;
}

/* 1: a line can be read; 0: ask again. */
static int wait_for_line(const struct terminal *terminal, struct err *err)
{
	struct pollfd either[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = terminal->signals, .events = POLLIN}};
	while (poll(either, 2, -1) < 0)
		if (errno != EINTR)
			return err_system(err, EX_OSERR, "terminal");
	return either[1].revents ? obey(terminal, err) : 1;
}

/* In canonical mode one read() gives one line, or as much of it as fits. */
static int read_line(char *into, size_t size, struct err *err)
{
	ssize_t n = read(STDIN_FILENO, into, size);
	if (n < 0)
		return err_system(err, EX_IOERR, "terminal");
	if (n == 0)
		return err_bad(err, "nothing was typed");
	if (into[n - 1] != '\n')
		return err_bad(err, "the line that was typed is too long, or does not end");
	into[n - 1] = '\0';
	return (int)n - 1;
}

int prompt_secret(const char *question, char *into, size_t size, struct err *err)
{
	struct terminal terminal;
	int ready = 0;
	if (terminal_open(&terminal, err))
		return -1;
	while (!ready) {
		if (hush(&terminal, err) || file_write(STDERR_FILENO, question, strlen(question), err))
			ready = -1;
		else
			ready = wait_for_line(&terminal, err);
	}
	int length = ready < 0 ? -1 : read_line(into, size, err);
	terminal_close(&terminal);
	if (length < 0)
		explicit_bzero(into, size);
	return length;
}
