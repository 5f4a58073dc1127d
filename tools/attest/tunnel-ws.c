/* tunnel-ws: a WebSocket through an attested tunnel, in a pipe. docs/man/tunnel-ws.1 */
#include "converse.h"
#include "digest.h"
#include "fetch_headers.h"
#include "http_url.h"
#include "program.h"

#include <getopt.h>
#include <string.h>

static const char help[] =
	"Usage: tunnel-ws [OPTION]... URL\n"
	"Opens a WebSocket to a server inside a confidential VM, through a tunnel that ends there: each line of "
	"standard\n"
	"input is a message, each message that comes is a line of standard output. Nothing is sent before the VM was\n"
	"verified, as tunnel-fetch does it.\n"
	"\n"
	"      --protocol NAME       a subprotocol to offer; may be repeated\n"
	"      --binary              messages that are sent are binary ones, not text\n"
	"      --null                messages end in a NUL instead of a line feed, in both directions\n"
	"      --one                 all of standard input is one message\n"
	"      --json                messages that come as {\"text\": …} or {\"base64\": …}\n"
	"      --linger SECONDS      of silence, after the end of the input, until the WebSocket is closed; else 3\n"
	"      --timeout SECONDS     to connect and to verify; else 30\n"
	"\n"
	"What to believe; --collateral and one of --release, --expected, --any-code are needed:\n" TUNNEL_HELP
	"      --help                print this text\n"
	"      --version             print versions\n"
	"\n"
	"Example: one question, one answer\n"
	"  echo hello | tunnel-ws --collateral collateral.json --release release wss://app.example/ws | head -n 1\n"
	"\n"
	"Exit status: 0 closed by this end, or by the other with 1000, 1001 or no code; 1 refused, or closed with 1008 "
	"or\n"
	"a code of the app's; 2 malformed, too large or not supported, also as the other end says (1002, 1003, 1007, "
	"1009,\n"
	"1010); 64 used wrongly; 70-75 the system failed (75: no connection, or it broke).\n";

enum { PROTOCOL = 256, BINARY, NUL, ONE, JSON, LINGER, TIMEOUT, HELP, VERSIONS };
static const struct option options[] = {
	TUNNEL_OPTIONS,
	{"protocol", required_argument, NULL, PROTOCOL},
	{"binary", no_argument, NULL, BINARY},
	{"null", no_argument, NULL, NUL},
	{"one", no_argument, NULL, ONE},
	{"json", no_argument, NULL, JSON},
	{"linger", required_argument, NULL, LINGER},
	{"timeout", required_argument, NULL, TIMEOUT},
	{"help", no_argument, NULL, HELP},
	{"version", no_argument, NULL, VERSIONS},
	{NULL, 0, NULL, 0},
};
enum { SECONDS_MAX = 86400 };

struct request {
	struct tunnel_options tunnel;
	struct converse converse;
	struct http_url url;
	const char *text;
};

static void take_protocol(const char *text, struct converse *converse)
{
	if (!fetch_is_token(text, strlen(text)))
		die_usage("--protocol: '%s' is no name", text);
	if (converse->protocol_count == MESSAGE_PROTOCOLS)
		die_usage("--protocol: more than %d", MESSAGE_PROTOCOLS);
	converse->protocols[converse->protocol_count++] = view_of(text, strlen(text));
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
	struct converse *converse = &request->converse;
	switch (option) {
	case PROTOCOL:
		take_protocol(optarg, converse);
		break;
	case BINARY:
		converse->is_binary = true;
		break;
	case NUL:
		converse->separator = '\0';
		break;
	case ONE:
		converse->is_one = true;
		break;
	case JSON:
		converse->is_json = true;
		break;
	case LINGER:
		converse->linger = (unsigned)option_number("--linger", optarg, SECONDS_MAX);
		break;
	case TIMEOUT:
		converse->session.seconds = (unsigned)option_number("--timeout", optarg, SECONDS_MAX);
		break;
	case HELP:
		print_help(help);
	case VERSIONS:
		print_version(digest_library());
	default:
		take_tunnel_option(option, &request->tunnel);
	}
}

/* ws:// and wss:// are http:// and https:// by other names. */
static void take_url(struct request *request)
{
	struct err err;
	cleanup_bytes struct bytes plain = {0};
	bool is_ws = !strncasecmp(request->text, "ws:", 3) || !strncasecmp(request->text, "wss:", 4);
	if (bytes_addf(&plain, &err, "%s%s", is_ws ? "http" : "", request->text + (is_ws ? 2 : 0)))
		die_err(NULL, &err);
	if (http_url_parse(plain.data, &request->url, &err))
		die_usage("%s: %s", request->text, err.text);
}

static void parse_options(int argc, char **argv, struct request *request)
{
	struct err err;
	for (int option; (option = getopt_long(argc, argv, "v", options, NULL)) != -1;)
		take_option(option, request);
	if (optind == argc)
		die_usage("no URL given");
	if (optind + 1 < argc)
		die_usage("'%s': one URL at a time", argv[optind + 1]);
	request->text = argv[optind];
	take_url(request);
	if (tunnel_options_check(&request->tunnel, &err))
		die_usage("%s", err.text);
}

static void say_verdict(const struct request *request)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	const struct tunnel_judge *judge = &request->converse.session.judge;
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

/* How the WebSocket ended. */
static int ended(const struct request *request)
{
	const struct converse *converse = &request->converse;
	int status = converse_status(converse->code);
	const char *reason = converse->reason.size ? converse->reason.data : "";
	if (status && converse->code == 1006)
		warn("%s: the WebSocket broke%s%s", request->text, *reason ? ": " : "", reason);
	else if (status)
		warn("%s: closed with code %d%s%s", request->text, converse->code, *reason ? ": " : "", reason);
	return status;
}

int main(int argc, char **argv)
{
	struct err err;
	program_start("tunnel-ws");
	struct request request = {
		.converse = {.in = STDIN_FILENO, .out = STDOUT_FILENO, .separator = '\n', .linger = 3}};
	struct converse *converse = &request.converse;
	parse_options(argc, argv, &request);
	if (request.tunnel.insecure)
		warn("%s: nothing is verified (--insecure-no-verify): anybody may read this", request.text);
	converse->target = request.url.target;
	converse->session.url = request.text;
	converse->session.options = &request.tunnel;
	int failed = converse_run(converse, &err);
	say_verdict(&request);
	int status = failed ? 0 : ended(&request);
	converse_free(converse);
	tunnel_options_free(&request.tunnel);
	if (failed)
		die_err(request.text, &err);
	return finish(status);
}
