/* quote-verify: is a quote genuine, does its log lead to it, and does it say what was expected?
 * docs/man/quote-verify.1 */
#include "file.h"
#include "moment.h"
#include "pem.h"
#include "program.h"
#include "quote_judge.h"

#include <getopt.h>
#include <string.h>
#include <sys/stat.h>
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
	{"quote", required_argument, NULL, 'q'},
	{"collateral", required_argument, NULL, 'c'},
	{"event-log", required_argument, NULL, 'l'},
	{"release", required_argument, NULL, 'r'},
	{"expected", required_argument, NULL, 'e'},
	{"report-data", required_argument, NULL, 'd'},
	{"bind", required_argument, NULL, 'b'},
	{"policy", required_argument, NULL, 'p'},
	{"at", required_argument, NULL, 'a'},
	{"root", required_argument, NULL, 'R'},
	{"allow-no-crls", no_argument, NULL, 'n'},
	{"ignore-padding", no_argument, NULL, 'i'},
	{"require", required_argument, NULL, 'w'},
	{"json", no_argument, NULL, 'j'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

struct request {
	const char *quote, *collateral, *log, *release, *policy, *root;
	struct demands demands;
	bool has_report_data, has_nonce, has_time, has_words;
	uint8_t report_data[BINDING_SIZE];
	int64_t now;
	bool words[WORDS];
	bool allow_no_crls, ignore_padding, json;
};

/* All that main() frees. */
struct inputs {
	struct given_quote given;
	struct collateral collateral;
	struct bytes log, root;
	struct trust trust;
	struct policy policy;
	struct json *release;
};

static void inputs_free(struct inputs *inputs)
{
	given_quote_free(&inputs->given);
	collateral_free(&inputs->collateral);
	bytes_free(&inputs->log);
	bytes_free(&inputs->root);
	policy_free(&inputs->policy);
	json_free(inputs->release);
}

/* NAME=VALUE, or else a file. */
static void take_expected(const char *text, struct demands *demands)
{
	struct err err;
	const char *equals = strchr(text, '=');
	cleanup_bytes struct bytes file = {0};
	if (!equals) {
		if (file_load(text, DEMAND_CAP, &file, &err) ||
		    demands_parse(demands, file.data ? file.data : "", file.size, &err))
			die_err(text, &err);
		return;
	}
	cleanup_free char *name = strndup(text, (size_t)(equals - text));
	if (!name)
		die(EX_OSERR, "--expected: %m");
	if (demands_add(demands, name, equals + 1, &err))
		die_usage("--expected: %s", err.text);
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

static void take_words(const char *text, struct request *request)
{
	cleanup_free char *copy = strdup(text);
	char *rest = copy;
	request->has_words = true;
	for (char *name; (name = strsep(&rest, ","));) {
		enum word word;
		if (word_find(name, &word))
			die_usage("--require: '%s' is none of verify, check, judge", name);
		request->words[word] = true;
	}
}

/* An option that names a file, or that only is there; false when it is another. */
static bool take_plain(int option, struct request *request)
{
	const struct {
		int option;
		const char **file;
		bool *flag;
	} plain[] = {
		{'q', &request->quote, NULL},         {'c', &request->collateral, NULL},
		{'l', &request->log, NULL},           {'r', &request->release, NULL},
		{'p', &request->policy, NULL},        {'R', &request->root, NULL},
		{'n', NULL, &request->allow_no_crls}, {'i', NULL, &request->ignore_padding},
		{'j', NULL, &request->json},
	};
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
		if (plain[i].option != option)
			continue;
		if (plain[i].file)
			*plain[i].file = optarg;
		else
			*plain[i].flag = true;
		return true;
	}
	return false;
}

static void take_option(int option, struct request *request)
{
	struct err err;
	switch (option) {
	case 'e':
		take_expected(optarg, &request->demands);
		break;
	case 'd':
	case 'b':
		take_report_data(option, request);
		break;
	case 'a':
		if (moment_parse(optarg, &request->now, &err))
			die_usage("--at: %s", err.text);
		request->has_time = true;
		break;
	case 'w':
		take_words(optarg, request);
		break;
	case 'h':
		print_help(help);
	case 'v':
		print_version(digest_library());
	default:
		if (!take_plain(option, request))
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
	if (!request->has_words)
		request->words[WORD_VERIFY] = true;
	if (!request->has_time)
		request->now = time(NULL);
}

static void load_root(const char *path, struct inputs *inputs)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	inputs->trust = trust_intel();
	if (!path)
		return;
	if (file_load(path, CERTIFICATE_CAP, &text, &err))
		die_err(path, &err);
	struct view rest = view_of(text.data, text.size);
	if (pem_take(&rest, &inputs->root, &err))
		die_err(path, &err);
	if (rest.size)
		die(STATUS_BAD, "%s: more than one certificate", path);
	inputs->trust = trust_other(view_of(inputs->root.data, inputs->root.size));
}

static void load_policy(const char *path, struct policy *policy)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	policy_default(policy);
	if (path && (file_load(path, JSON_CAP, &text, &err) ||
		     policy_parse(text.data ? text.data : "", text.size, policy, &err)))
		die_err(path, &err);
}

/* A folder has the file. */
static struct json *load_release(const char *path)
{
	struct err err;
	struct stat status;
	bool is_folder = !stat(path, &status) && S_ISDIR(status.st_mode);
	cleanup_bytes struct bytes name = {0}, text = {0};
	if (bytes_addf(&name, &err, is_folder ? "%s/measurements.json" : "%s", path) ||
	    file_load(name.data, RELEASE_CAP, &text, &err))
		die_err(path, &err);
	struct json *release = json_parse(text.data ? text.data : "", text.size, &err);
	if (!release || release_check(release, &err))
		die_err(name.data, &err);
	return release;
}

static void load(const struct request *request, struct inputs *inputs)
{
	struct err err;
	cleanup_bytes struct bytes quote = {0};
	load_root(request->root, inputs);
	inputs->trust.allow_no_crls = request->allow_no_crls;
	inputs->trust.allow_padding = request->ignore_padding;
	load_policy(request->policy, &inputs->policy);
	if (file_load(request->quote, QUOTE_INPUT_CAP, &quote, &err) ||
	    given_quote_read(quote.data, quote.size, request->ignore_padding, &inputs->given, &err))
		die_err(request->quote, &err);
	if (request->log && file_load(request->log, LOG_FORMAT_CAP, &inputs->log, &err))
		die_err(request->log, &err);
	if (request->collateral && collateral_load(request->collateral, &inputs->collateral, &err))
		die_err(request->collateral, &err);
	if (request->release)
		inputs->release = load_release(request->release);
}

static int answer(const struct request *request, const struct inputs *inputs)
{
	struct err err;
	bool came = !request->log && inputs->given.log.size;
	const struct bytes *log = came ? &inputs->given.log : request->log ? &inputs->log : NULL;
	cleanup_answer struct answer answer = {0};
	cleanup_quote_finding struct quote_finding finding = {0};
	cleanup_bytes struct bytes text = {0};
	struct quote_question question = {
		.given = &inputs->given,
		.collateral = request->collateral ? &inputs->collateral : NULL,
		.trust = &inputs->trust,
		.policy = &inputs->policy,
		.now = request->now,
		.log = log,
		.release = inputs->release,
		.demands = &request->demands,
		.has_report_data = request->has_report_data,
		.has_nonce = request->has_nonce,
	};
	memcpy(question.report_data, request->report_data, BINDING_SIZE);
	memcpy(answer.required, request->words, sizeof answer.required);
	if (quote_judge(&question, &finding, &answer, &err))
		die_err(request->quote, &err);
	struct verdict_report report = {
		.answer = &answer,
		.given = &inputs->given,
		.verification = request->collateral ? &finding.verification : NULL,
		.collateral = request->collateral ? &finding.collateral : NULL,
		.log = log ? &finding.log : NULL,
		.log_came_with_quote = came,
		.trust = &inputs->trust,
		.now = request->now,
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
	demands_free(&request.demands);
	return finish(status);
}
