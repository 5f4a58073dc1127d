/* aide [--front] SCRIPT [AIDE-SCRIPT]: the shell script under a supervisor whose log is text, with an aide beside it:
 * that script, or without one a function of ours that says that it runs, also by a line in ./said, and then waits. The
 * script says on $READY that it is ready; that it has been so for a second is told, and ./settled is made. --front: the
 * aide is a front. */
#include "program.h"
#include "supervise.h"

#include <fcntl.h>
#include <string.h>

/* A line more in a file, for the script. */
static void mark(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	ssize_t written = fd < 0 ? -1 : write(fd, "\n", 1);
	if (written < 0)
		die(EX_IOERR, "%s", path);
	close(fd);
}

static int wait_for_signal(void *context)
{
	static const char text[] = "here\n";
	(void)context;
	ssize_t written = write(STDOUT_FILENO, text, strlen(text));
	mark("said");
	pause();
	return written < 0;
}

static void settled(void *context)
{
	static const char text[] = "settled";
	log_add(context, LOG_KETTLE, text, strlen(text));
	mark(text);
}

static struct child shell(const char *const *arguments)
{
	return (struct child){
		.arguments = arguments,
		.input = -1,
		.output = STDOUT_FILENO,
		.errors = STDERR_FILENO,
		.kept = {-1, -1},
		.ready = -1,
		.limit = 60,
	};
}

int main(int argc, char **argv)
{
	bool is_front = argc > 1 && !strcmp(argv[1], "--front");
	argc -= is_front;
	argv += is_front;
	char ready_variable[32];
	const char *const environment[] = {"PATH=/usr/bin:/bin", ready_variable, NULL};
	const char *const main_arguments[] = {"/bin/sh", "-c", argc > 1 ? argv[1] : "", NULL};
	const char *const aide_arguments[] = {"/bin/sh", "-c", argc > 2 ? argv[2] : "", NULL};
	static struct log log;
	struct relay relay = {.log = &log};
	struct supervisor supervisor = {
		.signals = -1, .relay = &relay, .on_settled = settled, .settled_context = &log, .settled_seconds = 1};
	struct child main_child = shell(main_arguments), aide = shell(aide_arguments);
	struct end end;
	int ready[2];
	struct err err;
	program_start("aide");
	if (argc < 2)
		die_usage("a script");
	if (argc < 3) {
		aide.arguments = NULL;
		aide.run = wait_for_signal;
	}
	if (pipe2(ready, O_CLOEXEC))
		die(EX_OSERR, "pipe");
	snprintf(ready_variable, sizeof ready_variable, "READY=%d", ready[1]);
	aide.is_front = is_front;
	main_child.ready = ready[0];
	main_child.kept[0] = ready[1];
	log_open(&log, LOG_TEXT);
	if (supervise_begin(&supervisor, &err) || supervise_aside(&supervisor, "helper", &aide, environment, &err) ||
	    supervise(&supervisor, &main_child, environment, &end, &err))
		die_err(NULL, &err);
	supervise_finish(&supervisor);
	relay_release(&relay);
	relay_free(&relay);
	log_close(&log);
	return end_status(&end);
}
