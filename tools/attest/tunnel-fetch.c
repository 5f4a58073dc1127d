/* tunnel-fetch: one request through an attested tunnel, once its other end is known. docs/man/tunnel-fetch.1 */
#include "digest.h"
#include "fetch.h"
#include "http_url.h"
#include "program.h"

#include <getopt.h>
#include <string.h>
#include <time.h>

static const char help[] =
	"Usage: tunnel-fetch [OPTION]... URL\n"
	"Asks a server inside a confidential VM, through a tunnel that ends there, and prints what it answers. Nothing "
	"of\n"
	"the request leaves before the VM was verified: its quote, its log, what it runs, that the tunnel's key is its "
	"own,\n"
	"and that it says so now.\n"
	"\n"
	"  -X, --request METHOD      GET, or POST with a body\n"
	"  -H, --header 'NAME: VALUE'\n"
	"                            may be repeated\n"
	"  -d, --data DATA           the body; @FILE: what is in it, @-: standard input; repeated: with & between\n"
	"      --data-file FILE      the same of a file of any size, read while it is sent\n"
	"  -o, --output FILE         the answer's body to a file, which is there whole or not at all\n"
	"  -i, --include             status and headers first\n"
	"  -f, --fail                exit 1, without a body, when the status is 400 or more\n"
	"      --json                body, status, headers, tunnel and verdict (docs/schema/tunnel-fetch-1.json)\n"
	"      --timeout SECONDS     for all of it\n"
	"\n"
	"What to believe; --collateral and one of --release, --expected, --any-code are needed:\n" TUNNEL_HELP
	"      --help                print this text\n"
	"      --version             print versions\n"
	"\n"
	"Example: the answer of that release, or none\n"
	"  tunnel-fetch --collateral collateral.json --release release https://app.example/\n"
	"\n"
	"Exit status: 0 answered; 1 refused, as the line says, or the status with --fail; 2 malformed or not "
	"supported; "
	"64\n"
	"used wrongly; 70-75 the system failed (75: no connection, cut off, no answer in time).\n";

enum { DATA_FILE = 256, JSON, TIMEOUT, HELP, VERSIONS };
static const struct option options[] = {
	TUNNEL_OPTIONS,
	{"request", required_argument, NULL, 'X'},
	{"header", required_argument, NULL, 'H'},
	{"data", required_argument, NULL, 'd'},
	{"data-file", required_argument, NULL, DATA_FILE},
	{"output", required_argument, NULL, 'o'},
	{"include", no_argument, NULL, 'i'},
	{"fail", no_argument, NULL, 'f'},
	{"json", no_argument, NULL, JSON},
	{"timeout", required_argument, NULL, TIMEOUT},
	{"help", no_argument, NULL, HELP},
	{"version", no_argument, NULL, VERSIONS},
	{NULL, 0, NULL, 0},
};

struct request {
	struct tunnel_options tunnel;
	struct fetch fetch;
	struct http_url url;
	const char *text, *data_file, *output;
	bool json;
};

static void take_data(const char *text, struct fetch *fetch)
{
	struct err err;
	const char *path = *text == '@' ? text + 1 : NULL;
	if (fetch->has_data && bytes_add(&fetch->data, "&", 1, &err))
		die_err(NULL, &err);
	fetch->has_data = true;
	if (path ? file_load(path, FETCH_DATA_CAP, &fetch->data, &err)
		 : bytes_add(&fetch->data, text, strlen(text), &err))
		die_err(path, &err);
}

static void take_header(const char *text, struct fetch *fetch)
{
	struct err err;
	if (!fetch_headers_add(&fetch->headers, text, &err))
		return;
	if (err.status == STATUS_BAD)
		die_usage("--header: %s", err.text);
	die_err(NULL, &err);
}

static void take_tunnel_option(int option, struct tunnel_options *tunnel)
{
	struct err err;
	int taken = tunnel_option(option, optarg, tunnel, &err);
	if (!taken)
		die_option();
	if (taken < 0 && err.status == EX_USAGE)
		die_usage("%s", err.text);
	if (taken < 0)
		die_err(NULL, &err);
}

static void take_option(int option, struct request *request)
{
	switch (option) {
	case 'X':
		request->fetch.method = optarg;
		break;
	case 'H':
		take_header(optarg, &request->fetch);
		break;
	case 'd':
		take_data(optarg, &request->fetch);
		break;
	case DATA_FILE:
		request->data_file = optarg;
		break;
	case 'o':
		request->output = optarg;
		break;
	case 'i':
		request->fetch.shows_head = true;
		break;
	case 'f':
		request->fetch.fails_by_status = true;
		break;
	case JSON:
		request->json = true;
		break;
	case TIMEOUT:
		request->fetch.milliseconds = 1000 * (unsigned)option_number("--timeout", optarg, 86400);
		break;
	case HELP:
		print_help(help);
	case VERSIONS:
		print_version(digest_library());
	default:
		take_tunnel_option(option, &request->tunnel);
	}
}

static void check(struct request *request)
{
	struct err err;
	struct fetch *fetch = &request->fetch;
	if (http_url_parse(request->text, &request->url, &err))
		die_usage("%s: %s", request->text, err.text);
	if (fetch->has_data && request->data_file)
		die_usage("--data and --data-file: one or the other");
	if (request->json && (fetch->shows_head || request->output))
		die_usage("--json has all in one document: neither --include nor --output goes with it");
	if (!fetch->method)
		fetch->method = fetch->has_data || request->data_file ? "POST" : "GET";
	if (!fetch_is_token(fetch->method, strlen(fetch->method)))
		die_usage("--request: '%s' is no method", fetch->method);
	if (tunnel_options_check(&request->tunnel, &err))
		die_usage("%s", err.text);
}

static void parse_options(int argc, char **argv, struct request *request)
{
	struct err err;
	for (int option; (option = getopt_long(argc, argv, "X:H:d:o:ifv", options, NULL)) != -1;)
		take_option(option, request);
	if (optind == argc)
		die_usage("no URL given");
	if (optind + 1 < argc)
		die_usage("'%s': one URL at a time", argv[optind + 1]);
	request->text = argv[optind];
	check(request);
	if (request->fetch.has_data && !fetch_headers_have(&request->fetch.headers, "content-type") &&
	    fetch_headers_add(&request->fetch.headers, "content-type: application/x-www-form-urlencoded", &err))
		die_err(NULL, &err);
}

/* What cannot be read or written is known before anybody is asked. */
static void open_files(struct request *request)
{
	struct err err;
	struct fetch *fetch = &request->fetch;
	if (request->data_file) {
		fetch->file = file_open(request->data_file, &err);
		if (fetch->file < 0)
			die_err(request->data_file, &err);
	}
	fetch->keeps_body = request->json;
	if (!request->json && output_open(&fetch->output, request->output, &err))
		die_err(request->output, &err);
}

static const char line_start[] = "\r\033[K";

static void show_progress(const struct fetch *fetch)
{
	fprintf(stderr, "%ssent %.1f MB, received %.1f MB", line_start, (double)fetch->sent / 1e6,
		(double)fetch->received / 1e6);
}

static void say_verdict(const struct request *request)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	const struct tunnel_judge *judge = &request->fetch.session.judge;
	if (judge->is_bare)
		warn("%s: of firmware and kernel not all was expected (mrtd, rtmr0 to rtmr2): who brings his own says "
		     "the rest as he likes",
		     request->text);
	if (!request->tunnel.verbose || !judge->has_answer)
		return;
	if (tunnel_judge_text(judge, &text, &err))
		warn("%s", err.text);
	else
		fwrite(text.data, 1, text.size, stderr);
}

static int print_json(const struct fetch *fetch, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *json = fetch_json(fetch, err);
	if (!json || json_write(json, true, &text, err))
		return -1;
	print_bytes(&text);
	return 0;
}

static int run(struct request *request, struct err *err)
{
	struct fetch *fetch = &request->fetch;
	fetch->target = request->url.target;
	fetch->session.url = request->text;
	fetch->session.options = &request->tunnel;
	fetch->progress = isatty(STDERR_FILENO) ? show_progress : NULL;
	int status = fetch_run(fetch, err);
	if (fetch->progress)
		fputs(line_start, stderr);
	say_verdict(request);
	if (request->json && fetch->session.judge.has_offer) {
		struct err failure;
		if (print_json(fetch, &failure))
			return *err = failure, -1;
	}
	return status || (request->output && output_commit(&fetch->output, err)) ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct err err;
	program_start("tunnel-fetch");
	struct request request = {.fetch = {.file = -1, .output = OUTPUT_NONE}};
	parse_options(argc, argv, &request);
	if (request.tunnel.insecure)
		warn("%s: nothing is verified (--insecure-no-verify): anybody may read this", request.text);
	open_files(&request);
	int status = run(&request, &err);
	fetch_free(&request.fetch);
	tunnel_options_free(&request.tunnel);
	if (status)
		die_err(request.text, &err);
	return finish(STATUS_OK);
}
