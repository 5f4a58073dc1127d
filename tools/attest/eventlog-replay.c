/* eventlog-replay: the registers that an event log leads to, and how far its payloads explain them.
 * docs/man/eventlog-replay.1 */
#include "expectation.h"
#include "file.h"
#include "hex.h"
#include "log_check.h"
#include "program.h"
#include "quote_input.h"
#include "replay_report.h"

#include <getopt.h>
#include <string.h>

static const char help[] =
	"Usage: eventlog-replay [OPTION]... FILE\n"
	"Replays the event log of a TDX VM and prints the registers it leads to, and every event.\n"
	"\n"
	"A FILE is the guest agent's JSON array, an object with it as event_log (GetQuote's answer, tcb_info), the\n"
	"firmware's CCEL, or a guest's file of runtime events; which, is seen by its content. '-' is standard input.\n"
	"A log is a claim: it is worth something when a verified quote has the registers it replays to.\n"
	"\n"
	"      --expect REGISTER=HEX  what rtmr0 to rtmr3 should be; may be repeated\n"
	"      --quote FILE           expect the registers of a TDX quote, which is not verified here\n"
	"      --format NAME          dstack, getquote, events, runtime or ccel, whatever it looks like\n"
	"      --unfinished           take a boot that did not get to system-ready\n"
	"      --json                 everything, as JSON\n"
	"      --help                 print this text\n"
	"      --version              print versions\n"
	"\n"
	"Each event is marked by whether its payload explains its digest: yes, no, or not known. A log cut to what a\n"
	"certificate holds gives rtmr3 alone.\n"
	"\n"
	"Example: does this log belong to that quote?\n"
	"  eventlog-replay --quote quote.bin event_log.json >/dev/null && echo yes\n"
	"\n"
	"Exit status: 0 done, 1 a register is not what was expected, 2 the log is malformed, misleading or cut, 64 "
	"used\n"
	"wrongly, 70-75 the system failed.\n";

struct request {
	const char *path;
	struct expectation expectation;
	enum log_format format;
	bool has_format, is_unfinished, json;
};

static const struct option options[] = {
	{"expect", required_argument, NULL, 'e'}, {"quote", required_argument, NULL, 'q'},
	{"format", required_argument, NULL, 'f'}, {"unfinished", no_argument, NULL, 'u'},
	{"json", no_argument, NULL, 'j'},         {"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'v'},      {NULL, 0, NULL, 0},
};

static void take_quote(const char *path, struct expectation *expectation)
{
	struct err err;
	cleanup_bytes struct bytes quote = {0};
	if (file_load(path, QUOTE_INPUT_CAP, &quote, &err) ||
	    expectation_add_quote(expectation, quote.data, quote.size, &err))
		die_err(path, &err);
}

static void take_option(int option, struct request *request)
{
	struct err err;
	switch (option) {
	case 'e':
		if (expectation_add(&request->expectation, optarg, &err))
			die_usage("--expect: %s", err.text);
		break;
	case 'q':
		take_quote(optarg, &request->expectation);
		break;
	case 'f':
		if (log_format_find(optarg, &request->format, &err))
			die_usage("--format: %s", err.text);
		request->has_format = true;
		break;
	case 'u':
		request->is_unfinished = true;
		break;
	case 'j':
		request->json = true;
		break;
	case 'h':
		print_help(help);
	case 'v':
		print_version(digest_library());
	default:
		die_option();
	}
}

static struct request parse_options(int argc, char **argv)
{
	struct request request = {0};
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		take_option(option, &request);
	if (argc - optind != 1)
		die_usage("%s", optind < argc ? "more than one FILE" : "no FILE given");
	request.path = argv[optind];
	return request;
}

static void load(const struct request *request, struct any_log *log)
{
	struct err err;
	cleanup_bytes struct bytes data = {0};
	enum log_format format = request->format;
	if (file_load(request->path, LOG_FORMAT_CAP, &data, &err) ||
	    (!request->has_format && log_format_detect(data.data, data.size, &format, &err)) ||
	    log_format_parse(data.data, data.size, format, log, &err) ||
	    (request->is_unfinished ? log_check_unfinished : log_check)(&log->log, &err))
		die_err(request->path, &err);
}

/* A line for each register that differs. One that a cut log cannot give was not compared, which is no yes. */
static int compare(const struct request *request, const struct replay *replay)
{
	int status = STATUS_OK;
	char found[2 * REGISTER_SIZE + 1], expected[2 * REGISTER_SIZE + 1];
	for (unsigned i = 0; i < REGISTERS; i++) {
		if (!request->expectation.given[i])
			continue;
		if (!replay_has(replay, i)) {
			warn("%s: rtmr%u: the log is cut, so it cannot be said", request->path, i);
			status = status == STATUS_OK ? STATUS_BAD : status;
		} else if (memcmp(replay->registers[i], request->expectation.value[i], REGISTER_SIZE)) {
			hex_write(replay->registers[i], REGISTER_SIZE, found);
			hex_write(request->expectation.value[i], REGISTER_SIZE, expected);
			warn("%s: rtmr%u: replays to %s, expected %s", request->path, i, found, expected);
			status = STATUS_FALSE;
		}
	}
	return status;
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_any_log struct any_log log = {0};
	struct replay replay;
	program_start("eventlog-replay");
	struct request request = parse_options(argc, argv);
	load(&request, &log);
	if (replay_run(&log, &replay, &err))
		die_err(request.path, &err);
	if ((request.json ? replay_json : replay_text)(&replay, STDOUT_FILENO, &err))
		die_err("standard output", &err);
	return finish(compare(&request, &replay));
}
