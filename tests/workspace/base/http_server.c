/* http_server [--forked] CAP SOCKET [PIPE]: answers every request with its method, path, size and body until standard
 * input ends. Who is silent for a second is dropped.
 *
 * /big/N is answered with N bytes, /allow with 405; /wait when somebody has written to the named pipe PIPE; at /stop
 * the handler fails, at /abort it is killed.
 */
#include "http_server.h"

#include "file.h"
#include "program.h"

#include <signal.h>
#include <string.h>

static int big(const char *size, struct http_server_answer *answer)
{
	struct err err;
	answer->type = "text/plain";
	for (long left = strtol(size, NULL, 10); left > 0; left--)
		if (bytes_add(&answer->body, "x", 1, &err))
			return -1;
	return 0;
}

/* Until somebody writes to the named pipe. */
static void wait_for(const char *pipe)
{
	struct err err;
	cleanup_bytes struct bytes ignored = {0};
	if (file_load(pipe, 1, &ignored, &err))
		die_err(pipe, &err);
}

static int answer(void *context, const struct http_server_request *request, struct http_server_answer *answer)
{
	struct err err;
	answer->status = 200;
	if (!strcmp(request->path, "/stop"))
		return -1;
	if (!strcmp(request->path, "/abort"))
		raise(SIGKILL);
	if (!strcmp(request->path, "/wait"))
		wait_for(context);
	if (!strncmp(request->path, "/big/", 5))
		return big(request->path + 5, answer);
	if (!strcmp(request->path, "/allow")) {
		answer->status = 405;
		answer->allow = "POST";
	}
	return bytes_addf(&answer->body, &err, "%s %s %zu %s", request->method, request->path, request->body_size,
			  request->body);
}

static void listening(void *context)
{
	(void)context;
	puts("listening");
	finish(0);
}

int main(int argc, char **argv)
{
	struct err err;
	bool is_forked = argc > 1 && !strcmp(argv[1], "--forked");
	program_start("http_server");
	argc -= is_forked;
	argv += is_forked;
	if (argc != 3 && argc != 4)
		die_usage("[--forked] CAP SOCKET [PIPE]");
	struct http_server server = {.socket = argv[2],
				     .cap = option_number("CAP", argv[1], 1 << 30),
				     .seconds = 1,
				     .answer = answer,
				     .context = argv[3],
				     .is_forked = is_forked,
				     .on_listening = listening,
				     .stop = STDIN_FILENO};
	if (http_serve(&server, &err))
		die_err(NULL, &err);
	return finish(0);
}
