/* eventlog-diff: where a machine's registers part from a prediction, and why. docs/man/eventlog-diff.1 */
#include "diff_report.h"
#include "file.h"
#include "program.h"

#include <getopt.h>

static const char help[] =
	"Usage: eventlog-diff --expected FILE [--shape NAME] --observed FILE [--find-shape] [--json]\n"
	"       eventlog-diff --expected FILE [--shape NAME] --observed-rtmr0 HEX [--find-shape] [--json]\n"
	"Compares what a TDX VM measured with what was predicted, and says which event differs first and why.\n"
	"\n"
	"Expected is a prediction in JSON, of tdx-predict, rtmr3-predict or measurements.json. Observed is an event "
	"log\n"
	"in any form that eventlog-replay reads, or bare registers, as a JSON object or a line each: 'rtmr0 HEX'.\n"
	"Events are aligned by digest, type and name, so one more or less does not shift the others.\n"
	"\n"
	"      --expected FILE  the prediction\n"
	"      --shape NAME     which shape of VM, when it has several\n"
	"      --observed FILE  the log or the registers; '-' is standard input\n"
	"      --observed-mrtd HEX, --observed-rtmr0 HEX, --observed-rtmr1 HEX, --observed-rtmr2 HEX,\n"
	"      --observed-rtmr3 HEX\n"
	"                       one register\n"
	"      --find-shape     search all plausible shapes of VM for the one that gives what was observed\n"
	"      --json           everything, as JSON\n"
	"      --help           print this text\n"
	"      --version        print versions\n"
	"\n"
	"Example: why does this VM not report what was released?\n"
	"  eventlog-diff --expected prediction.json --observed event_log.json\n"
	"\n"
	"Exit status: 0 equal in all that was compared, 1 something differs, 2 an input is malformed or there is\n"
	"nothing to compare, 64 used wrongly, 70-75 the system failed.\n";

enum { OPTION_TARGET = 256 };

struct request {
	const char *expected, *shape, *observed;
	const char *values[TARGETS];
	bool find_shape, json;
};

static const struct option options[] = {
	{"expected", required_argument, NULL, 'e'},
	{"shape", required_argument, NULL, 's'},
	{"observed", required_argument, NULL, 'o'},
	{"observed-mrtd", required_argument, NULL, OPTION_TARGET + TARGET_MRTD},
	{"observed-rtmr0", required_argument, NULL, OPTION_TARGET + TARGET_RTMR0},
	{"observed-rtmr1", required_argument, NULL, OPTION_TARGET + TARGET_RTMR0 + 1},
	{"observed-rtmr2", required_argument, NULL, OPTION_TARGET + TARGET_RTMR0 + 2},
	{"observed-rtmr3", required_argument, NULL, OPTION_TARGET + TARGET_RTMR0 + 3},
	{"find-shape", no_argument, NULL, 'f'},
	{"json", no_argument, NULL, 'j'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

static void take_option(int option, struct request *request)
{
	switch (option) {
	case 'e':
		request->expected = optarg;
		break;
	case 's':
		request->shape = optarg;
		break;
	case 'o':
		request->observed = optarg;
		break;
	case 'f':
		request->find_shape = true;
		break;
	case 'j':
		request->json = true;
		break;
	case 'h':
		print_help(help);
	case 'v':
		print_version(digest_library());
	case '?':
		die_option();
	default:
		request->values[option - OPTION_TARGET] = optarg;
	}
}

static struct request parse_options(int argc, char **argv)
{
	struct request request = {0};
	bool has_observed = false;
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		take_option(option, &request);
	if (optind < argc)
		die_usage("'%s': everything is an option", argv[optind]);
	for (unsigned i = 0; i < TARGETS; i++)
		has_observed = has_observed || request.values[i];
	if (!request.expected)
		die_usage("no --expected given");
	if (!request.observed && !has_observed)
		die_usage("no --observed given");
	return request;
}

static void load_expected(const struct request *request, struct expected *expected)
{
	struct err err;
	cleanup_json struct json *document = json_load(request->expected, &err);
	if (!document || expected_parse(document, request->shape, expected, &err))
		die_err(request->expected, &err);
}

static void load_observed(const struct request *request, struct observed *observed)
{
	struct err err;
	cleanup_bytes struct bytes data = {0};
	if (request->observed && (file_load(request->observed, LOG_FORMAT_CAP, &data, &err) ||
				  observed_parse(data.data ? data.data : "", data.size, observed, &err)))
		die_err(request->observed, &err);
	for (unsigned i = 0; i < TARGETS; i++)
		if (request->values[i] && observed_add(observed, i, request->values[i], &err))
			die_err("observed", &err);
}

static void print(const struct request *request, const struct diff *diff)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *json = request->json ? diff_json(diff) : NULL;
	if (request->json ? json_write(json, true, &text, &err) : diff_text(diff, &text, &err))
		die_err(NULL, &err);
	if (text.size)
		print_bytes(&text);
}

/* Does anything of rtmr0 differ that the shape of the VM changes? */
static bool is_about_shape(const struct divergences *divergences)
{
	for (size_t i = 0; i < divergences->count; i++) {
		const struct divergence *d = &divergences->items[i];
		if (d->target == TARGET_RTMR0 && d->expected && *d->expected->varies_with)
			return true;
	}
	return false;
}

/* When asked for, or when a log makes it quick. NULL: not searched. */
static const struct shape_finding *find_shape(const struct request *request, const struct expected *expected,
					      const struct observed *observed, const struct divergences *divergences,
					      struct shape_finding *finding)
{
	struct err err;
	const char *why;
	if (!request->find_shape && !is_about_shape(divergences))
		return NULL;
	int status = shape_find(expected, observed, request->find_shape ? 0 : SHAPE_FIND_QUICK, finding, &why, &err);
	if (status < 0 && request->find_shape)
		die_err(request->expected, &err);
	if (!status && request->find_shape)
		die(STATUS_BAD, "%s: --find-shape: %s", request->expected, why);
	return status == 1 ? finding : NULL;
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_expected struct expected expected = {0};
	cleanup_observed struct observed observed = {0};
	cleanup_divergences struct divergences divergences = {0};
	program_start("eventlog-diff");
	struct request request = parse_options(argc, argv);
	load_expected(&request, &expected);
	load_observed(&request, &observed);
	if (divergences_find(&expected, &observed, &divergences, &err))
		die_err(NULL, &err);
	struct shape_finding finding;
	struct diff diff = {&expected, &observed, &divergences,
			    find_shape(&request, &expected, &observed, &divergences, &finding)};
	print(&request, &diff);
	if (!diff_says_something(&diff)) {
		warn("%s: nothing of it was observed", request.expected);
		return finish(STATUS_BAD);
	}
	return finish(divergences.count ? STATUS_FALSE : STATUS_OK);
}
