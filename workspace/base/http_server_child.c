#include "http_server_child.h"

#include "file.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

struct http_child_head {
	int status;
	size_t size;              /* of the body */
	char type[64], allow[64]; /* "" for NULL */
};

/* In the child. */
static int give_answer(const struct http_server *server, const struct http_server_request *request, int pipe)
{
	struct err err;
	struct http_server_answer answer = {0};
	if (server->answer(server->context, request, &answer))
		return -1;
	struct http_child_head head = {.status = answer.status, .size = answer.body.size};
	snprintf(head.type, sizeof head.type, "%s", answer.type ? answer.type : "");
	snprintf(head.allow, sizeof head.allow, "%s", answer.allow ? answer.allow : "");
	if (file_write(pipe, &head, sizeof head, &err))
		return -1;
	return file_write(pipe, answer.body.data, answer.body.size, &err);
}

/* In the child: of the server's descriptors only the pipe is left, as number 3. */
static int become_child(int pipe, pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) || getppid() != parent || dup2(pipe, 3) < 0)
		return -1;
	return close_range(4, ~0U, 0);
}

struct http_child *http_child_start(const struct http_server *server, const struct http_server_request *request)
{
	int ends[2];
	pid_t parent = getpid();
	struct http_child *child = calloc(1, sizeof *child);
	if (!child || pipe2(ends, O_CLOEXEC)) {
		free(child);
		return NULL;
	}
	child->pid = fork();
	if (child->pid == 0)
		_exit(become_child(ends[1], parent) || give_answer(server, request, 3) ? EX_SOFTWARE : 0);
	close(ends[1]);
	child->pipe = ends[0];
	if (child->pid > 0 && !fcntl(ends[0], F_SETFL, O_NONBLOCK))
		return child;
	close(ends[0]);
	http_child_free(child);
	return NULL;
}

void http_child_free(struct http_child *child)
{
	if (child->pid > 0) {
		kill(child->pid, SIGKILL);
		waitpid(child->pid, NULL, 0);
	}
	bytes_free(&child->got);
	free(child);
}

int http_child_read(struct http_child *child)
{
	struct err err;
	char block[16384];
	ssize_t n;
	while ((n = read(child->pipe, block, sizeof block)) > 0)
		if (child->got.size + (size_t)n > HTTP_CHILD_CAP || bytes_add(&child->got, block, (size_t)n, &err))
			return -1;
	return n == 0 ? 1 : errno == EAGAIN || errno == EINTR ? 0 : -1;
}

int http_child_answer(struct http_child *child, struct http_server_answer *answer)
{
	struct err err;
	struct http_child_head head;
	if (child->got.size < sizeof head)
		return -1;
	memcpy(&head, child->got.data, sizeof head);
	if (head.size != child->got.size - sizeof head || head.status < 200 || head.status > 599)
		return -1;
	memcpy(child->type, head.type, sizeof child->type - 1);
	memcpy(child->allow, head.allow, sizeof child->allow - 1);
	answer->status = head.status;
	answer->type = *child->type ? child->type : NULL;
	answer->allow = *child->allow ? child->allow : NULL;
	return bytes_add(&answer->body, child->got.data + sizeof head, head.size, &err);
}
