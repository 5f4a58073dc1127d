/* collateral-fetch: what Intel says of a platform, from a PCS or PCCS. docs/man/collateral-fetch.1 */
#include "fetched.h"
#include "file.h"
#include "folder_save.h"
#include "hex.h"
#include "http.h"
#include "pcs.h"
#include "pem.h"
#include "program.h"

#include <getopt.h>
#include <string.h>
#include <time.h>

static const char help[] =
	"Usage: collateral-fetch [OPTION]... --from URL PLATFORM OUTPUT\n"
	"Fetches what is needed to verify quotes of a platform, checks it, and writes it: TCB info, QE identity and "
	"the\n"
	"CRLs of Intel's CAs. quote-verify then works offline.\n"
	"\n"
	"      --from URL          a PCS, or a PCCS, of which it is what stands in front of /sgx/certification/v4;\n"
	"                          without it, $COLLATERAL_URL. https://, but for this machine's own addresses\n"
	"      --root-crl-from URL the CRL of the root, where the server does not have it, as a PCS\n"
	"      --update WHICH      standard or early: which TCB recovery is wanted. Default: what the server says\n"
	"      --timeout SECONDS   for each of four answers. Default: 30\n"
	"\n"
	"The PLATFORM is one of\n"
	"      --quote FILE        that of a quote, by its certificates\n"
	"      --fmspc HEX --ca platform|processor [--tee sgx|tdx]\n"
	"                          named; tdx when the TEE is not said\n"
	"\n"
	"The OUTPUT, which is there whole or not at all, is one of\n"
	"      --output FILE       one JSON file; '-' is standard output\n"
	"      --folder FOLDER     the answers as they were served\n"
	"\n"
	"      --at TIME           check for this time, in seconds since 1970. Default: now\n"
	"      --root FILE         trust this root, in PEM, and not Intel's: for tests\n"
	"      --json              say what was written as JSON (docs/schema/collateral-fetch-1.json)\n"
	"      --help              print this text\n"
	"      --version           print versions\n"
	"\n"
	"Example: collateral for a quote, from a cache of one's own\n"
	"  collateral-fetch --from https://pccs.example:8081 --quote quote.bin --output collateral.json\n"
	"\n"
	"Exit status: 0 fetched and valid, 1 fetched and not valid, 2 not what was asked for, or refused, 64 used "
	"wrongly,\n"
	"70-75 the system failed (75: the server cannot be reached now, or is busy).\n";

struct request {
	struct pcs pcs;
	const char *quote, *fmspc, *ca, *tee, *output, *folder, *root;
	int64_t now;
	bool json;
};

enum { FROM = 256, ROOT_CRL, UPDATE, TIMEOUT, QUOTE, FMSPC, CA, TEE, OUTPUT, FOLDER, AT, ROOT, JSON, HELP, VERSIONS };
static const struct option options[] = {
	{"from", required_argument, NULL, FROM},     {"root-crl-from", required_argument, NULL, ROOT_CRL},
	{"update", required_argument, NULL, UPDATE}, {"timeout", required_argument, NULL, TIMEOUT},
	{"quote", required_argument, NULL, QUOTE},   {"fmspc", required_argument, NULL, FMSPC},
	{"ca", required_argument, NULL, CA},         {"tee", required_argument, NULL, TEE},
	{"output", required_argument, NULL, OUTPUT}, {"folder", required_argument, NULL, FOLDER},
	{"at", required_argument, NULL, AT},         {"root", required_argument, NULL, ROOT},
	{"json", no_argument, NULL, JSON},           {"help", no_argument, NULL, HELP},
	{"version", no_argument, NULL, VERSIONS},    {NULL, 0, NULL, 0},
};

static void take_number(struct request *request, int option)
{
	if (option == AT)
		request->now = (int64_t)option_number("--at", optarg, (unsigned long long)1 << 40);
	else
		request->pcs.seconds = (unsigned)option_number("--timeout", optarg, PCS_SECONDS_MAX);
}

static void take_option(struct request *request, int option)
{
	const struct {
		int option;
		const char **into;
	} texts[] = {{FROM, &request->pcs.base}, {ROOT_CRL, &request->pcs.root_crl}, {UPDATE, &request->pcs.update},
		     {QUOTE, &request->quote},   {FMSPC, &request->fmspc},           {CA, &request->ca},
		     {TEE, &request->tee},       {OUTPUT, &request->output},         {FOLDER, &request->folder},
		     {ROOT, &request->root}};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].option == option)
			*texts[i].into = optarg;
	if (option == AT || option == TIMEOUT)
		take_number(request, option);
	request->json |= option == JSON;
}

static void check_options(const struct request *request)
{
	const char *update = request->pcs.update;
	if (!request->pcs.base || !*request->pcs.base)
		die_usage("no --from URL given, and no COLLATERAL_URL");
	if (strpbrk(request->pcs.base, "?#"))
		die_usage("--from: '%s' has a query or a fragment", request->pcs.base);
	if (!request->quote == !request->fmspc)
		die_usage("one of --quote and --fmspc is wanted");
	if (request->quote && (request->ca || request->tee))
		die_usage("--ca and --tee are for --fmspc: a quote says what it is of");
	if (request->fmspc && !request->ca)
		die_usage("--fmspc wants --ca");
	if (!request->output == !request->folder)
		die_usage("one of --output and --folder is wanted");
	if (request->json && request->output && !strcmp(request->output, "-"))
		die_usage("--json and --output - would both write to standard output");
	if (update && strcmp(update, "standard") && strcmp(update, "early"))
		die_usage("--update: '%s' is neither standard nor early", update);
	if (!request->pcs.seconds)
		die_usage("--timeout: 1 second is the least");
}

static struct request parse_options(int argc, char **argv)
{
	struct request request = {.pcs = {.base = getenv("COLLATERAL_URL"), .seconds = PCS_SECONDS}, .now = time(NULL)};
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (option == '?')
			die_option();
		if (option == HELP)
			print_help(help);
		if (option == VERSIONS)
			print_version(http_library());
		take_option(&request, option);
	}
	if (optind < argc)
		die_usage("'%s': there is no such argument", argv[optind]);
	check_options(&request);
	return request;
}

static void find_platform(struct request *request)
{
	struct err err;
	struct platform *platform = &request->pcs.platform;
	if (request->quote && platform_of_quote(request->quote, platform, &err))
		die_err(request->quote, &err);
	if (request->quote)
		return;
	if (hex_read(request->fmspc, platform->fmspc, FMSPC_SIZE))
		die_usage("--fmspc: not %d hexadecimal digits", 2 * FMSPC_SIZE);
	if (platform_ca_read(request->ca, platform, &err))
		die_usage("--ca: %s", err.text);
	if (platform_tee_read(request->tee ? request->tee : "tdx", platform, &err))
		die_usage("--tee: %s", err.text);
}

/* der is what the trust's view is of. */
static struct trust find_trust(const struct request *request, struct bytes *der)
{
	struct err err;
	cleanup_bytes struct bytes file = {0};
	if (!request->root)
		return trust_intel();
	if (file_load(request->root, COLLATERAL_CAP, &file, &err))
		die_err(request->root, &err);
	struct view rest = view_of(file.data, file.size);
	if (pem_take(&rest, der, &err))
		die_err(request->root, &err);
	return trust_other(view_of(der->data, der->size));
}

static const char line_start[] = "\r\033[K";

static void show_progress(const char *what)
{
	fprintf(stderr, "%sfetching: %s", line_start, what);
}

static void fetch(const struct request *request, struct collateral *collateral)
{
	struct err err;
	int status = pcs_fetch(&request->pcs, collateral, &err);
	if (request->pcs.progress)
		fputs(line_start, stderr);
	if (status)
		die_err(NULL, &err);
}

/* Nothing that does not hold is written. */
static void check(const struct request *request, const struct collateral *collateral, const struct trust *trust,
		  struct fetched *fetched)
{
	struct err err;
	const struct check *failure;
	if (fetched_check(collateral, &request->pcs.platform, trust, request->now, fetched, &err))
		die_err(request->root ? request->root : "the root", &err);
	for (size_t i = 0; (failure = fetched_failure(fetched, i)); i++)
		warn("%s: %s: %s", request->pcs.base, failure->reason, failure->text);
	if (fetched_failure(fetched, 0))
		exit(finish(STATUS_FALSE));
}

static void save(const struct request *request, const struct collateral *collateral)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	if (request->folder && folder_save(collateral, request->folder, &err))
		die_err(request->folder, &err);
	if (request->output &&
	    (collateral_write(collateral, &text, &err) || file_save(request->output, text.data, text.size, &err)))
		die_err(request->output, &err);
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_collateral struct collateral collateral = {0};
	cleanup(fetched_free) struct fetched fetched = {0};
	cleanup_bytes struct bytes root = {0}, text = {0};
	program_start("collateral-fetch");
	struct request request = parse_options(argc, argv);
	request.pcs.progress = isatty(STDERR_FILENO) ? show_progress : NULL;
	find_platform(&request);
	struct trust trust = find_trust(&request, &root);
	fetch(&request, &collateral);
	check(&request, &collateral, &trust, &fetched);
	if ((request.json ? fetched_json : fetched_text)(&fetched, &request.pcs.platform, request.pcs.base, &text,
							 &err))
		die_err(NULL, &err);
	save(&request, &collateral);
	if (!request.output || strcmp(request.output, "-"))
		print_bytes(&text);
	return finish(STATUS_OK);
}
