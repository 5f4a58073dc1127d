/* backend [OPTION]... PLACE METHOD TARGET [NAME:VALUE]...: requests to a backend, for backend.bats.
 *
 *     -n N    so many requests, one after the other
 *     -c N    so many at a time
 *     -b FILE a body of known size
 *     -k FILE a body in chunks
 *     -p MS   the answer is not read for so long after its head
 *     -s MS   silence that is borne
 *     -d      is dropped at the head of the answer
 *     -q      of the answers only the number of bytes
 *
 * Prints status, headers and body of each answer as it was told; "failed: REASON" or "silent: REASON" (and exits with
 * its status).
 */
#include "backend.h"
#include "cleanup.h"
#include "file.h"
#include "program.h"

#include <string.h>

static struct loop *loop;
static struct backend *backend;
static struct backend_request request;
static struct bytes body;
static bool is_quiet, is_dropping;
static unsigned pause_milliseconds;
static int left = 1, concurrent = 1, running, status_of_all;

struct one {
	struct backend_call *call;
	size_t sent, got;
};

static void start(void);

static void over(struct one *one)
{
	free(one);
	running--;
	while (left && running < concurrent)
		start();
}

static void resume(void *context)
{
	backend_pause(((struct one *)context)->call, false);
}

static void head(void *context, const struct message *message)
{
	struct one *one = context;
	struct err err;
	if (is_dropping) {
		backend_drop(one->call);
		puts("dropped");
		over(one);
		return;
	}
	if (!is_quiet)
		printf("%d %.*s\n", message->status, (int)message->status_text.size, message->status_text.data);
	for (size_t i = 0; i < message->header_count && !is_quiet; i++)
		printf("%.*s: %.*s\n", (int)message->headers[i].name.size, message->headers[i].name.data,
		       (int)message->headers[i].value.size, message->headers[i].value.data);
	if (!is_quiet)
		putchar('\n');
	if (pause_milliseconds) {
		backend_pause(one->call, true);
		loop_after(loop, pause_milliseconds, resume, one, &err);
	}
}

static void data(void *context, const void *bytes, size_t size)
{
	((struct one *)context)->got += size;
	if (!is_quiet)
		fwrite(bytes, 1, size, stdout);
}

static void end(void *context)
{
	struct one *one = context;
	if (is_quiet)
		printf("%zu\n", one->got);
	over(one);
}

static void failed(void *context, bool is_silent, const struct err *err)
{
	printf("%s: %s\n", is_silent ? "silent" : "failed", err->text);
	status_of_all = err->status;
	over(context);
}

/* Pieces of an odd size, so that no boundary is met by chance. */
static void writable(void *context)
{
	struct one *one = context;
	struct err err;
	for (int full = 0; !full && one->sent < body.size;) {
		size_t piece = body.size - one->sent < 10007 ? body.size - one->sent : 10007;
		full = backend_send(one->call, body.data + one->sent, piece, &err);
		if (full < 0)
			die_err("send", &err);
		one->sent += piece;
		if (one->sent == body.size)
			backend_finish(one->call);
	}
}

static void start(void)
{
	static const struct backend_handler handler = {head, data, end, writable, failed};
	struct err err;
	struct one *one = calloc(1, sizeof *one);
	if (!one)
		abort();
	left--;
	one->call = backend_begin(backend, &request, &handler, one, &err);
	if (!one->call)
		die_err("begin", &err);
	running++;
	if (request.has_body && !body.size)
		backend_finish(one->call);
	else if (request.has_body)
		writable(one);
}

static void load(const char *path)
{
	struct err err;
	if (file_load(path, 1 << 30, &body, &err))
		die_err(path, &err);
	request.has_body = true;
}

static void options(int argc, char **argv)
{
	for (int c; (c = getopt(argc, argv, "n:c:b:k:p:s:dq")) >= 0;) {
		switch (c) {
		case 'n':
			left = atoi(optarg);
			break;
		case 'c':
			concurrent = atoi(optarg);
			break;
		case 'b':
		case 'k':
			load(optarg);
			request.body_size = c == 'b' ? (int64_t)body.size : -1;
			break;
		case 'p':
			pause_milliseconds = (unsigned)atoi(optarg);
			break;
		case 's':
			request.silent_milliseconds = (unsigned)atoi(optarg);
			break;
		case 'd':
			is_dropping = true;
			break;
		default:
			is_quiet = true;
		}
	}
}

int main(int argc, char **argv)
{
	struct err err;
	struct backend_place place;
	struct message_header headers[300];
	program_start("backend");
	options(argc, argv);
	if (argc - optind < 3)
		die_usage("PLACE METHOD TARGET are wanted");
	if (backend_place_parse(argv[optind], &place, &err))
		die_err(argv[optind], &err);
	request.method = view_of(argv[optind + 1], strlen(argv[optind + 1]));
	request.target = view_of(argv[optind + 2], strlen(argv[optind + 2]));
	request.headers = headers;
	for (int i = optind + 3; i < argc && request.header_count < 300; i++) {
		const char *colon = strchrnul(argv[i], ':'), *value = *colon ? colon + 1 : colon;
		headers[request.header_count++] = (struct message_header){view_of(argv[i], (size_t)(colon - argv[i])),
									  view_of(value, strlen(value))};
	}
	loop = loop_new(&err);
	backend = loop ? backend_new(loop, &place, &err) : NULL;
	if (!backend)
		die_err(NULL, &err);
	while (left && running < concurrent)
		start();
	while (running)
		if (loop_turn(loop, -1, &err))
			die_err(NULL, &err);
	backend_free(backend);
	loop_free(loop);
	backend_place_free(&place);
	bytes_free(&body);
	return finish(status_of_all);
}
