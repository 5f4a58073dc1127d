/* quote-parse: what is in a TDX or SGX quote, and where. docs/man/quote-parse.1 */
#include "file.h"
#include "program.h"
#include "quote_report.h"

#include <getopt.h>

static const char help[] =
	"Usage: quote-parse [OPTION]... FILE\n"
	"Takes a TDX or SGX quote apart and prints each field: where it stands, what it is, and what it says.\n"
	"\n"
	"A FILE is a quote (version 3, 4 or 5), its hex or base64, a JSON answer that has it (GetQuote, Attest), a\n"
	"dstack attestation, or an RA-TLS certificate; which, is seen by its content. '-' is standard input.\n"
	"Nothing is verified: whoever made the bytes says what they say.\n"
	"\n"
	"      --json            everything, as JSON (docs/schema/quote-1.json)\n"
	"      --ignore-padding  take bytes behind the quote that are not zero, with a warning\n"
	"      --help            print this text\n"
	"      --version         print versions\n"
	"\n"
	"Example: the measurement of the application\n"
	"  quote-parse --json quote.bin | jq -r .body.rtmr3\n"
	"\n"
	"Exit status: 0 done, 2 not a quote, or one that is malformed or not supported, 64 used wrongly, 70-75 the\n"
	"system failed.\n";

struct request {
	const char *path;
	bool json, ignore_padding;
};

static const struct option options[] = {
	{"json", no_argument, NULL, 'j'},
	{"ignore-padding", no_argument, NULL, 'p'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

static struct request parse_options(int argc, char **argv)
{
	struct request request = {0};
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (option) {
		case 'j':
			request.json = true;
			break;
		case 'p':
			request.ignore_padding = true;
			break;
		case 'h':
			print_help(help);
		case 'v':
			print_version(digest_library());
		default:
			die_option();
		}
	}
	if (argc - optind != 1)
		die_usage("%s", optind < argc ? "more than one FILE" : "no FILE given");
	request.path = argv[optind];
	return request;
}

/* bytes are the quote's, and live as long as the report. */
static void load(const struct request *request, struct bytes *bytes, struct quote_report *report)
{
	struct err err;
	cleanup_bytes struct bytes file = {0};
	enum quote_form form;
	struct quote quote;
	if (file_load(request->path, QUOTE_INPUT_CAP, &file, &err) ||
	    quote_input_read(file.data, file.size, &form, bytes, &err) ||
	    (request->ignore_padding ? quote_parse_padded : quote_parse)(bytes->data, bytes->size, &quote, &err) ||
	    quote_report_fill(&quote, form, report, &err))
		die_err(request->path, &err);
	if (!view_is_zero(quote.padding))
		warn("%s: %zu bytes behind the quote, which nothing signs, are not all zero", request->path,
		     quote.padding.size);
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes bytes = {0}, text = {0};
	cleanup_quote_report struct quote_report report = {0};
	program_start("quote-parse");
	struct request request = parse_options(argc, argv);
	load(&request, &bytes, &report);
	if ((request.json ? quote_report_json : quote_report_text)(&report, &text, &err))
		die_err(request.path, &err);
	print_bytes(&text);
	return finish(STATUS_OK);
}
