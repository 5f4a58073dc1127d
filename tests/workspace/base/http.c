/* http [OPTION...] METHOD URL: one exchange; prints the status and the URL that answered, the kept headers, an empty
 * line and the body, or the reason and exits with its status.
 *
 *	-s SECONDS -c CAP -r REDIRECTS -n REPETITIONS -u SOCKET -b BODY -h NAME -v VALUE -k KEPT
 */
#include "http.h"
#include "program.h"

#include <string.h>

static void print(const struct http_answer *answer)
{
	printf("%d %s\n", answer->status, answer->url);
	for (size_t i = 0; i < answer->count; i++)
		printf("%s: %s\n", answer->headers[i].name, answer->headers[i].value);
	printf("\n");
	if (answer->body.size)
		fwrite(answer->body.data, 1, answer->body.size, stdout);
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup(http_answer_free) struct http_answer answer = {0};
	const char *headers[16] = {0}, *kept[16] = {0};
	struct http_request request = {.seconds = 30, .cap = 1 << 20, .headers = headers, .kept = kept};
	int option, count = 0, kept_count = 0;
	program_start("http");
	while ((option = getopt(argc, argv, "s:c:r:n:u:b:h:v:k:")) >= 0) {
		unsigned number = strchr("scrn", option) ? (unsigned)option_number("number", optarg, 1 << 30) : 0;
		switch (option) {
		case 's':
			request.seconds = number;
			break;
		case 'c':
			request.cap = number;
			break;
		case 'r':
			request.redirects = number;
			break;
		case 'n':
			request.repetitions = number;
			break;
		case 'u':
			request.socket = optarg;
			break;
		case 'b':
			request.body = optarg;
			request.body_size = strlen(optarg);
			break;
		case 'h':
		case 'v':
			headers[count++] = optarg;
			break;
		case 'k':
			kept[kept_count++] = optarg;
			break;
		default:
			die_option();
		}
	}
	if (argc - optind != 2)
		die_usage("METHOD URL");
	request.method = argv[optind];
	request.url = argv[optind + 1];
	if (http_exchange(&request, &answer, &err))
		die_err(request.url, &err);
	print(&answer);
	return finish(STATUS_OK);
}
