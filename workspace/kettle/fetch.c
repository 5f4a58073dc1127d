#include "fetch.h"

#include "file.h"
#include "http.h"
#include "http_url.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* What the process that fetches leaves in a memory file; the body follows. */
struct report {
	bool is_done;
	int status; /* of the answer */
	struct err err;
	char url[HTTP_URL_MAX + 128]; /* with the longest host */
};

struct job {
	const char *url;
	size_t cap;
};

/* In the process that fetches; its standard output is the memory file. */
static int run(void *context)
{
	const struct job *job = context;
	cleanup(http_answer_free) struct http_answer answer = {0};
	struct report report = {0};
	struct http_request request = {
		.method = "GET",
		.url = job->url,
		.cap = job->cap,
		.seconds = FETCH_SECONDS,
		.redirects = FETCH_REDIRECTS,
		.repetitions = FETCH_REPETITIONS,
	};
	report.is_done = !http_exchange(&request, &answer, &report.err);
	report.status = answer.status;
	snprintf(report.url, sizeof report.url, "%s", answer.url ? answer.url : "");
	if (file_write(STDOUT_FILENO, &report, sizeof report, &report.err) ||
	    file_write(STDOUT_FILENO, answer.body.data, answer.body.size, &report.err))
		return EX_OSERR;
	return 0;
}

static int judge_end(const struct end *end, struct err *err)
{
	if (end->signal)
		return err_set(err, 128 + end->signal, "stopped by SIG%s", sigabbrev_np(end->signal));
	if (end->is_late)
		return err_set(err, EX_TEMPFAIL, "timed out after %d seconds", FETCH_SECONDS);
	if (WIFSIGNALED(end->status))
		return err_set(err, EX_SOFTWARE, "the process that fetches it: killed by SIG%s",
			       sigabbrev_np(WTERMSIG(end->status)));
	return end->status ? err_set(err, EX_OSERR, "the process that fetches it: out of memory") : 0;
}

static int judge_answer(int status, struct err *err)
{
	if (status == 200)
		return 0;
	bool is_theirs = status >= 500 || status == 429;
	return err_set(err, is_theirs ? EX_TEMPFAIL : STATUS_BAD, "the server answers with status %d", status);
}

/* The report comes from a process that has read hostile bytes, so it is believed no more than those. */
static int report_read(int fd, size_t cap, struct bytes *into, char **found, struct err *err)
{
	struct report report;
	ssize_t size = lseek(fd, 0, SEEK_SET) ? -1 : file_fill(fd, &report, sizeof report, err);
	if (size != (ssize_t)sizeof report)
		return err_set(err, EX_SOFTWARE, "the process that fetches it: no report");
	report.err.text[sizeof report.err.text - 1] = report.url[sizeof report.url - 1] = '\0';
	if (!report.is_done)
		return err_set(err, report.err.status == STATUS_BAD ? STATUS_BAD : EX_TEMPFAIL, "%s", report.err.text);
	if (judge_answer(report.status, err) || file_read(fd, cap, into, err))
		return -1;
	*found = strdup(report.url);
	return *found ? 0 : err_system(err, EX_OSERR, "URL");
}

int fetch(const struct supervisor *supervisor, const char *url, size_t cap, struct bytes *into, char **found,
	  struct err *err)
{
	static const char *const environment[] = {NULL};
	struct job job = {url, cap};
	cleanup_fd int fd = memfd_create("kettle", MFD_CLOEXEC);
	if (fd < 0)
		return err_system(err, EX_OSERR, "memory file");
	struct child child = {
		.run = run,
		.input = -1,
		.output = fd,
		.errors = STDERR_FILENO,
		.kept = {-1, -1},
		.ready = -1,
		.limit = FETCH_SECONDS + 2, /* it notices by itself, unless the resolver hangs */
		.context = &job,
	};
	struct end end;
	if (supervise(supervisor, &child, environment, &end, err) || judge_end(&end, err))
		return -1;
	return report_read(fd, cap, into, found, err);
}
