#include "quoter_process.h"

#include "file.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static size_t answer_size(const struct quoter_head *head)
{
	return (size_t)head->quote + head->event_log + head->vm_config;
}

static void head_fail(struct quoter_head *head, int status, const char *text)
{
	*head = (struct quoter_head){.status = status};
	snprintf(head->text, sizeof head->text, "%s", text);
}

static int write_answer(int fd, const struct quoter_head *head, const struct tunnel_evidence *evidence)
{
	struct err err;
	return file_write(fd, head, sizeof *head, &err) || file_write(fd, evidence->quote.data, head->quote, &err) ||
			       file_write(fd, evidence->event_log.data, head->event_log, &err) ||
			       file_write(fd, evidence->vm_config.data, head->vm_config, &err)
		       ? -1
		       : 0;
}

/* In the call's own process. */
static _Noreturn void call(int fd, const struct quoter_question *question, const struct quoter_settings *settings)
{
	struct tunnel_evidence evidence = {0};
	struct quoter_head head = {0};
	struct err err = {0};
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (settings->quote(settings->context, question->key, question->has_nonce ? question->nonce : NULL, &evidence,
			    &err)) {
		head_fail(&head, err.status ? err.status : EX_SOFTWARE, err.text);
	} else if (evidence.quote.size > QUOTER_ANSWER_CAP || evidence.event_log.size > QUOTER_ANSWER_CAP ||
		   evidence.vm_config.size > QUOTER_ANSWER_CAP) {
		head_fail(&head, STATUS_BAD, "the evidence is too large");
	} else {
		head.quote = (uint32_t)evidence.quote.size;
		head.event_log = (uint32_t)evidence.event_log.size;
		head.vm_config = (uint32_t)evidence.vm_config.size;
	}
	_exit(write_answer(fd, &head, &evidence) ? EX_IOERR : 0);
}

/* Until the end, or the deadline: -1. */
static int read_all(int fd, int64_t deadline, struct bytes *into)
{
	char block[16384];
	struct err err;
	for (;;) {
		struct pollfd polled = {fd, POLLIN, 0};
		int64_t left = deadline - loop_now();
		if (left <= 0 || poll(&polled, 1, (int)left) != 1)
			return -1;
		ssize_t got = read(fd, block, sizeof block);
		if (got <= 0)
			return (int)got;
		if (into->size + (size_t)got > sizeof(struct quoter_head) + QUOTER_ANSWER_CAP ||
		    bytes_add(into, block, (size_t)got, &err))
			return -1;
	}
}

/* The answer of a process, whole or replaced by why there is none. */
static void take(int fd, unsigned seconds, struct bytes *answer)
{
	struct quoter_head head;
	struct err err;
	bool is_late = read_all(fd, loop_now() + (int64_t)seconds * 1000, answer) != 0;
	bool has_head = !is_late && answer->size >= sizeof head;
	if (has_head)
		memcpy(&head, answer->data, sizeof head);
	if (has_head && answer_size(&head) == answer->size - sizeof head)
		return;
	if (is_late)
		head_fail(&head, EX_TEMPFAIL, "no quote in time");
	else
		head_fail(&head, EX_SOFTWARE, "the process for a quote failed");
	bytes_free(answer);
	if (bytes_add(answer, &head, sizeof head, &err))
		_exit(EX_OSERR);
}

static void serve(int socket, const struct quoter_question *question, const struct quoter_settings *settings)
{
	cleanup_bytes struct bytes answer = {0};
	struct err err;
	int ends[2];
	if (pipe2(ends, O_CLOEXEC))
		_exit(EX_OSERR);
	pid_t pid = fork();
	if (!pid) {
		close(socket);
		close(ends[0]);
		call(ends[1], question, settings);
	}
	close(ends[1]);
	take(ends[0], settings->seconds, &answer); /* without a process: the end at once */
	close(ends[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	if (file_write(socket, answer.data, answer.size, &err))
		_exit(0);
}

void quoter_process(int socket, const struct quoter_settings *settings)
{
	struct quoter_question question;
	struct err err;
	while (file_fill(socket, &question, sizeof question, &err) == sizeof question)
		serve(socket, &question, settings);
	_exit(0);
}
