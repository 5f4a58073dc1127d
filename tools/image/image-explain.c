/* image-explain: what a measured value comes from, and what a file changes. docs/man/image-explain.1 */
#include "digest.h"
#include "explanation.h"
#include "file.h"
#include "program.h"

#include <getopt.h>
#include <string.h>

static const char help[] =
	"Usage: image-explain [--measurements FILE] [--tree DIR] [--json] WHAT...\n"
	"Says what a value of measurements.json comes from, down to the lock entry and the source, and which values\n"
	"change with a file. WHAT is one of\n"
	"\n"
	"  rtmr3, rtmr3:5, rtmr3:compose-hash   a register; an event of it by number (from 0) or name\n"
	"  mrtd@small, rtmr0:3@small            the same of one VM alone\n"
	"  sha256:HEX, HEX                      a digest, or at least 6 digits that no other one begins with\n"
	"  /usr/bin/kettle                      a file in the image\n"
	"  workspace/kettle/log.c               a file of the tree; FILE:LINE, an entry of a lock or a files.mtree\n"
	"  libssl3t64                           a package; with its version: 'libssl3t64 3.5.1'\n"
	"  ovmf.fd                              a file of the OS image\n"
	"  .image.config.sha256                 a value by its path\n"
	"\n"
	"      --measurements FILE  what to explain (build/measurements.json)\n"
	"      --tree DIR           the project's folder, with the locks and sources it was made of (.)\n"
	"      --json               print JSON, by docs/schema/explanation-1.json\n"
	"      --help               print this text\n"
	"      --version            print versions\n"
	"\n"
	"Example: why the launcher is what it is, and which values a line of its source changes\n"
	"  image-explain /usr/bin/kettle workspace/kettle/log.c\n"
	"\n"
	"Exit status: 0 explained, 1 there is no such value, file or package, 2 FILE, the tree or WHAT cannot be read\n"
	"as such, 64 used wrongly, 70-75 the system failed.\n";

struct command {
	const char *measurements, *tree;
	bool json;
};

static void parse_options(int argc, char **argv, struct command *command)
{
	static const struct option options[] = {
		{"measurements", required_argument, NULL, 'm'},
		{"tree", required_argument, NULL, 't'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (option) {
		case 'm':
			command->measurements = optarg;
			break;
		case 't':
			command->tree = optarg;
			break;
		case 'j':
			command->json = true;
			break;
		case 'h':
			print_help(help);
		case 'v':
			print_version(digest_library());
		default:
			die_option();
		}
	}
	if (optind == argc)
		die_usage("no WHAT given");
}

/* What is explained; digest is the file's. Returns what of the tree does not go with it, or NULL. */
static const char *load(const struct command *command, struct explain *explain, char digest[DIGEST_HEX_MAX])
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	if (file_load(command->measurements, JSON_CAP, &text, &err) ||
	    digest_bytes(SHA256, text.data ? text.data : "", text.size, digest, &err))
		die_err(command->measurements, &err);
	if (explain_make(explain, text.data ? text.data : "", text.size, command->tree, &err))
		die_err(command->measurements, &err);
	const char *stranger = explain_stranger(explain);
	if (stranger)
		warn("%s/%s: not the one that %s is of, or not there: what is said of sources may be of others",
		     command->tree, stranger, command->measurements);
	return stranger;
}

static int explain_one(const struct command *command, struct explain *explain, const char *what, struct json *array,
		       struct bytes *text)
{
	struct err err;
	cleanup_answer struct answer answer = {0};
	if (!bytes_are_utf8(what, strlen(what)))
		die(STATUS_BAD, "%s: not UTF-8", what);
	if (question_ask(explain, what, &answer, &err))
		die_err(what, &err);
	if (!answer.count)
		warn("%s: not in %s, nor a file of %s", what, command->measurements, command->tree);
	if (command->json) {
		struct json *json = explanation_json(explain, what, &answer, &err);
		if (!json)
			die_err(what, &err);
		json_add(array, json);
	} else if (answer.count && explanation_text(explain, what, &answer, text, &err))
		die_err(what, &err);
	return answer.count ? STATUS_OK : STATUS_FALSE;
}

static void add_json(const char *digest, const char *stranger, struct json *explanations, struct bytes *text)
{
	struct err err;
	cleanup_json struct json *object = json_object();
	struct json *measurements = json_object();
	json_set(measurements, "sha256", json_string(digest));
	json_set(object, "schema", json_string("kettle-dstack/explanation/1"));
	json_set(object, "measurements", measurements);
	json_set(object, "stranger", stranger ? json_string(stranger) : json_null());
	json_set(object, "explanations", explanations);
	if (json_write(object, true, text, &err))
		die_err(NULL, &err);
}

int main(int argc, char **argv)
{
	struct command command = {.measurements = "build/measurements.json", .tree = "."};
	cleanup_explain struct explain explain = {0};
	cleanup_bytes struct bytes text = {0};
	char digest[DIGEST_HEX_MAX];
	int status = STATUS_OK;
	program_start("image-explain");
	parse_options(argc, argv, &command);
	const char *stranger = load(&command, &explain, digest);
	struct json *explanations = json_array();
	for (int i = optind; i < argc; i++)
		status |= explain_one(&command, &explain, argv[i], explanations, &text);
	if (command.json)
		add_json(digest, stranger, explanations, &text);
	else
		json_free(explanations);
	print_bytes(&text);
	return finish(status);
}
