/* quote-verify: is a quote genuine, does its log lead to it, and does it say what was expected?
 * docs/man/quote-verify.1 */
#include "file.h"
#include "judge_options.h"
#include "program.h"
#include "quote_judge.h"

#include <string.h>
#include <time.h>

static const char help[] =
	"Usage: quote-verify --quote FILE [OPTION]...\n"
	"Says of a TDX or SGX quote, in three words: verify, is it genuine and its platform accepted; check, does the\n"
	"event log lead to its registers; judge, do both say what was expected. Each line of the answer names the "
	"bytes it\n"
	"rests on. What was not supplied is \"not checked\".\n"
	"\n"
	"      --quote FILE          binary, hex, base64, a JSON answer (GetQuote), an attestation of dstack, or an\n"
	"                            RA-TLS certificate; a log that comes with it is used unless another is given\n"
	"      --collateral PLACE    what Intel publishes, as a file or folder of collateral-fetch\n"
	"      --event-log FILE      in any form that eventlog-replay takes\n"
	"      --release PLACE       a release's folder, or its measurements.json: what the VM should be\n"
	"      --expected NAME=VALUE a field of the quote, or an event of the log: mrtd, rtmr0, mr-config-id,\n"
	"                            compose-hash, app-id, key-provider, kettle-app, …; may be repeated\n"
	"      --expected FILE       a JSON object of such\n"
	"      --report-data HEX     what the quote was asked for over; zeros follow\n"
	"      --bind TAG:KEY[:NONCE]\n"
	"                            report data are SHA-512(TAG \":\" KEY NONCE), as teekit-x25519-v1 has it\n"
	"      --policy FILE         statuses, advisories and attributes that are accepted, as JSON\n"
	"      --at TIME             when: seconds since 1970, or RFC 3339; else now\n"
	"      --root FILE           PEM of another root than Intel's, for tests: every answer says so\n"
	"      --allow-no-crls       take collateral without revocation lists, and say so\n"
	"      --ignore-padding      take bytes behind the quote that are not zero\n"
	"      --require WORDS       what must hold whether supplied or not: verify,check,judge; else verify\n"
	"      --json                the answer as JSON (docs/schema/quote-verdict-1.json)\n"
	"      --help                print this text\n"
	"      --version             print versions\n"
	"\n"
	"Example: does this VM run that release?\n"
	"  quote-verify --quote answer.json --collateral collateral.json --release release\n"
	"\n"
	"Exit status: 0 all that was supplied holds, and all that is required; 1 it does not; 2 cannot say: something "
	"is\n"
	"malformed or not supported; 64 used wrongly; 70-75 the system failed.\n";

static const struct option options[] = {
	JUDGE_OPTIONS,
	{"quote", required_argument, NULL, 'q'},
	{"event-log", required_argument, NULL, 'l'},
	{"report-data", required_argument, NULL, 'd'},
	{"bind", required_argument, NULL, 'b'},
	{"allow-no-crls", no_argument, NULL, 'n'},
	{"ignore-padding", no_argument, NULL, 'i'},
	{"json", no_argument, NULL, 'j'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

struct request {
	struct judge_options judge;
	const char *quote, *log;
	bool has_report_data, has_nonce;
	uint8_t report_data[BINDING_SIZE];
	bool allow_no_crls, ignore_padding, json;
};

/* All that main() frees. */
struct inputs {
	struct judge_inputs judge;
	struct given_quote given;
	struct bytes log;
};

static void inputs_free(struct inputs *inputs)
{
	judge_inputs_free(&inputs->judge);
	given_quote_free(&inputs->given);
	bytes_free(&inputs->log);
}

static void take_report_data(int option, struct request *request)
{
	struct err err;
	if (request->has_report_data)
		die_usage("--report-data and --bind: more than one given");
	request->has_report_data = request->has_nonce = true;
	if (option == 'd' ? binding_report_data(optarg, request->report_data, &err)
			  : binding_of(optarg, request->report_data, &request->has_nonce, &err))
		die_usage("--%s: %s", option == 'd' ? "report-data" : "bind", err.text);
}

static bool take_judging(int option, struct request *request)
{
	struct err err;
	int taken = judge_option(option, optarg, &request->judge, &err);
	if (taken < 0 && err.status == EX_USAGE)
		die_usage("%s", err.text);
	if (taken < 0)
		die_err(NULL, &err);
	return taken;
}

static void take_option(int option, struct request *request)
{
	switch (option) {
	case 'q':
		request->quote = optarg;
		break;
	case 'l':
		request->log = optarg;
		break;
	case 'd':
	case 'b':
		take_report_data(option, request);
		break;
	case 'n':
		request->allow_no_crls = true;
		break;
	case 'i':
		request->ignore_padding = true;
		break;
	case 'j':
		request->json = true;
		break;
	case 'h':
		print_help(help);
	case 'v':
		print_version(digest_library());
	default:
		if (!take_judging(option, request))
			die_option();
	}
}

static void parse_options(int argc, char **argv, struct request *request)
{
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		take_option(option, request);
	if (optind < argc)
		die_usage("'%s': no such argument; the quote is given with --quote", argv[optind]);
	if (!request->quote)
		die_usage("no --quote given");
	if (!request->judge.has_words)
		request->judge.words[WORD_VERIFY] = true;
	if (!request->judge.has_time)
		request->judge.now = time(NULL);
}

static void load(const struct request *request, struct inputs *inputs)
{
	struct err err;
	cleanup_bytes struct bytes quote = {0};
	if (judge_inputs_load(&request->judge, &inputs->judge, &err))
		die_err(NULL, &err);
	inputs->judge.trust.allow_no_crls = request->allow_no_crls;
	inputs->judge.trust.allow_padding = request->ignore_padding;
	if (file_load(request->quote, QUOTE_INPUT_CAP, &quote, &err) ||
	    given_quote_read(quote.data, quote.size, request->ignore_padding, &inputs->given, &err))
		die_err(request->quote, &err);
	if (request->log && file_load(request->log, LOG_FORMAT_CAP, &inputs->log, &err))
		die_err(request->log, &err);
}

static int answer(const struct request *request, const struct inputs *inputs)
{
	struct err err;
	const struct judge_options *judge = &request->judge;
	bool came = !request->log && inputs->given.log.size;
	const struct bytes *log = came ? &inputs->given.log : request->log ? &inputs->log : NULL;
	cleanup_answer struct answer answer = {0};
	cleanup_quote_finding struct quote_finding finding = {0};
	cleanup_bytes struct bytes text = {0};
	struct quote_question question = {
		.given = &inputs->given,
		.collateral = judge->collateral ? &inputs->judge.collateral : NULL,
		.trust = &inputs->judge.trust,
		.policy = &inputs->judge.policy,
		.now = judge->now,
		.log = log,
		.release = inputs->judge.release,
		.demands = &judge->demands,
		.has_report_data = request->has_report_data,
		.has_nonce = request->has_nonce,
	};
	memcpy(question.report_data, request->report_data, BINDING_SIZE);
	memcpy(answer.required, judge->words, sizeof answer.required);
	if (quote_judge(&question, &finding, &answer, &err))
		die_err(request->quote, &err);
	struct verdict_report report = {
		.answer = &answer,
		.given = &inputs->given,
		.verification = judge->collateral ? &finding.verification : NULL,
		.collateral = judge->collateral ? &finding.collateral : NULL,
		.log = log ? &finding.log : NULL,
		.log_came_with_quote = came,
		.trust = &inputs->judge.trust,
		.now = judge->now,
	};
	cleanup_json struct json *json = request->json ? verdict_json(&report, &err) : NULL;
	if (request->json ? json_write(json, true, &text, &err) : verdict_text(&report, &text, &err))
		die_err(NULL, &err);
	print_bytes(&text);
	return answer_status(&answer);
}

int main(int argc, char **argv)
{
	program_start("quote-verify");
	struct request request = {0};
	parse_options(argc, argv, &request);
	cleanup(inputs_free) struct inputs inputs = {0};
	load(&request, &inputs);
	int status = answer(&request, &inputs);
	judge_options_free(&request.judge);
	return finish(status);
}
