#include "quoter.h"

#include "quoter_process.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { MINUTE = 60000 }; /* ms */

struct quoter_call {
	struct quoter_call *next;
	struct quoter_question question;
	void (*done)(void *context, struct tunnel_evidence *evidence, const struct err *err); /* NULL: dropped */
	void *context;
};

struct quoter {
	struct loop *loop;
	struct loop_watch *watch;
	struct loop_timer *failing;
	int socket; /* to the process; -1: it has ended */
	pid_t pid;
	struct bytes answer; /* to the first call, as far as it has come */
	struct quoter_call *first, **end;
	size_t count;
	unsigned a_minute;
	void (*ended)(void *context);
	void *context;
	int64_t credit, credited; /* calls with a nonce that may be made, in calls × MINUTE; since when */
};

void tunnel_evidence_free(struct tunnel_evidence *evidence)
{
	bytes_free(&evidence->quote);
	bytes_free(&evidence->event_log);
	bytes_free(&evidence->vm_config);
}

/* The first call's question; it is small enough for any socket's buffer. */
static void question_send(struct quoter *quoter)
{
	struct quoter_call *call = quoter->first;
	if (call && send(quoter->socket, &call->question, sizeof call->question, MSG_NOSIGNAL) !=
			    (ssize_t)sizeof call->question)
		shutdown(quoter->socket, SHUT_RDWR); /* then it ends */
}

/* Of those who are gone nobody is asked any more. */
static void skip_dropped(struct quoter *quoter)
{
	while (quoter->first && !quoter->first->done) {
		struct quoter_call *next = quoter->first->next;
		free(quoter->first);
		quoter->first = next;
		quoter->count--;
	}
	if (!quoter->first)
		quoter->end = &quoter->first;
}

/* Takes the first call off. What comes from its done() finds the next one already asked. */
static void first_end(struct quoter *quoter, struct tunnel_evidence *evidence, const struct err *err)
{
	struct quoter_call *call = quoter->first;
	quoter->first = call->next;
	if (!quoter->first)
		quoter->end = &quoter->first;
	quoter->count--;
	skip_dropped(quoter);
	if (quoter->socket >= 0)
		question_send(quoter);
	if (call->done)
		call->done(call->context, evidence, err);
	free(call);
}

static int part(struct bytes *into, const char **at, size_t size, struct err *err)
{
	const char *data = *at;
	*at += size;
	return bytes_add(into, data, size, err);
}

static void answer_take(struct quoter *quoter, const struct quoter_head *head)
{
	cleanup_bytes struct bytes answer = quoter->answer;
	cleanup_evidence struct tunnel_evidence evidence = {0};
	struct err err;
	quoter->answer = (struct bytes){0};
	const char *at = answer.data + sizeof *head;
	if (head->status) {
		err_set(&err, head->status, "%.*s", (int)sizeof head->text - 1, head->text);
		first_end(quoter, NULL, &err);
	} else if (part(&evidence.quote, &at, head->quote, &err) ||
		   part(&evidence.event_log, &at, head->event_log, &err) ||
		   part(&evidence.vm_config, &at, head->vm_config, &err)) {
		first_end(quoter, NULL, &err);
	} else {
		first_end(quoter, &evidence, NULL);
	}
}

/* From a timer: done() never comes from within quoter_ask(). */
static void fail_all(void *context)
{
	struct quoter *quoter = context;
	struct err err;
	quoter->failing = NULL;
	err_set(&err, EX_SOFTWARE, "the process for quotes has ended");
	while (quoter->first)
		first_end(quoter, NULL, &err);
}

static void process_ended(struct quoter *quoter)
{
	loop_unwatch(quoter->watch);
	quoter->watch = NULL;
	close(quoter->socket);
	quoter->socket = -1;
	fail_all(quoter);
	if (quoter->ended)
		quoter->ended(quoter->context);
}

static void ready(void *context, uint32_t events)
{
	struct quoter *quoter = context;
	struct quoter_head head;
	struct err err;
	char block[65536];
	(void)events;
	ssize_t got = recv(quoter->socket, block, sizeof block, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* What nobody asked for, or too much of it, is no answer either. */
	if (got <= 0 || !quoter->first || quoter->answer.size > sizeof head + QUOTER_ANSWER_CAP ||
	    bytes_add(&quoter->answer, block, (size_t)got, &err)) {
		process_ended(quoter);
		return;
	}
	if (quoter->answer.size < sizeof head)
		return;
	memcpy(&head, quoter->answer.data, sizeof head);
	if (quoter->answer.size - sizeof head >= (size_t)head.quote + head.event_log + head.vm_config)
		answer_take(quoter, &head);
}

/* The child keeps nothing of its parent's but the socket and standard error. */
static _Noreturn void child(int socket, const struct quoter_settings *settings)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGTERM, SIG_IGN); /* of a group: the parent drains, and may want a quote yet */
	signal(SIGINT, SIG_IGN);
	if (dup2(socket, 3) < 0 || fcntl(3, F_SETFD, FD_CLOEXEC))
		_exit(EX_OSERR);
	close_range(4, ~0U, 0);
	quoter_process(3, settings);
}

static int start(struct quoter *quoter, const struct quoter_settings *settings, struct err *err)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return err_system(err, EX_OSERR, "process for quotes");
	quoter->socket = ends[0];
	quoter->pid = fork();
	if (!quoter->pid)
		child(ends[1], settings);
	close(ends[1]);
	if (quoter->pid < 0)
		return err_system(err, EX_OSERR, "process for quotes");
	quoter->watch = loop_watch(quoter->loop, quoter->socket, EPOLLIN, ready, quoter, err);
	return quoter->watch ? 0 : -1;
}

struct quoter *quoter_new(struct loop *loop, const struct quoter_settings *settings, struct err *err)
{
	struct quoter *quoter = calloc(1, sizeof *quoter);
	if (!quoter) {
		err_system(err, EX_OSERR, "quotes");
		return NULL;
	}
	*quoter = (struct quoter){.loop = loop,
				  .socket = -1,
				  .pid = -1,
				  .a_minute = settings->a_minute,
				  .ended = settings->ended,
				  .context = settings->ended_context};
	quoter->end = &quoter->first;
	quoter->credit = (int64_t)settings->a_minute * MINUTE;
	quoter->credited = loop_now();
	if (start(quoter, settings, err)) {
		quoter_free(quoter);
		return NULL;
	}
	return quoter;
}

void quoter_free(struct quoter *quoter)
{
	if (!quoter)
		return;
	loop_cancel(quoter->failing);
	loop_unwatch(quoter->watch);
	if (quoter->socket >= 0)
		close(quoter->socket);
	if (quoter->pid > 0) {
		kill(quoter->pid, SIGKILL);
		waitpid(quoter->pid, NULL, 0);
	}
	while (quoter->first) {
		struct quoter_call *next = quoter->first->next;
		free(quoter->first);
		quoter->first = next;
	}
	bytes_free(&quoter->answer);
	free(quoter);
}

/* As much as has come in since, and never more than a minute's. */
static int spend(struct quoter *quoter, struct err *err)
{
	int64_t now = loop_now(), most = (int64_t)quoter->a_minute * MINUTE;
	int64_t credit = quoter->credit + (now - quoter->credited) * quoter->a_minute;
	quoter->credit = credit < most ? credit : most;
	quoter->credited = now;
	if (quoter->credit < MINUTE)
		return err_set(err, EX_TEMPFAIL, "more than %u quotes a minute with a nonce are asked for",
			       quoter->a_minute);
	quoter->credit -= MINUTE;
	return 0;
}

static int admit(struct quoter *quoter, const uint8_t *nonce, struct err *err)
{
	if (quoter->count > QUOTER_WAITING)
		return err_set(err, EX_TEMPFAIL, "more than %d quotes are waited for", QUOTER_WAITING);
	return nonce ? spend(quoter, err) : 0;
}

struct quoter_call *quoter_ask(struct quoter *quoter, const uint8_t key[TUNNEL_KEY_SIZE], const uint8_t *nonce,
			       void (*done)(void *context, struct tunnel_evidence *evidence, const struct err *err),
			       void *context, struct err *err)
{
	if (admit(quoter, nonce, err))
		return NULL;
	struct quoter_call *call = calloc(1, sizeof *call);
	if (!call) {
		err_system(err, EX_OSERR, "quote");
		return NULL;
	}
	call->done = done;
	call->context = context;
	memcpy(call->question.key, key, TUNNEL_KEY_SIZE);
	call->question.has_nonce = nonce;
	if (nonce)
		memcpy(call->question.nonce, nonce, TUNNEL_NONCE_SIZE);
	bool is_first = !quoter->first;
	*quoter->end = call;
	quoter->end = &call->next;
	quoter->count++;
	if (quoter->socket < 0 && !quoter->failing)
		quoter->failing = loop_after(quoter->loop, 0, fail_all, quoter, err);
	else if (is_first)
		question_send(quoter);
	return call;
}

void quoter_drop(struct quoter_call *call)
{
	if (call)
		call->done = NULL;
}
