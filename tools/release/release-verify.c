/* release-verify: does a release hold: its files, its image, who signed it, who rebuilt it. docs/man/release-verify.1
 */
#include "program.h"
#include "report.h"

#include <getopt.h>
#include <string.h>

static const char help[] =
	"Usage: release-verify [OPTION]... FOLDER\n"
	"Judges a release as `make release` makes and `make pull` fetches it, and says of every part what holds, what "
	"does\n"
	"not, and what was not checked.\n"
	"\n"
	"Every file is hashed, the image is held to its manifest, measurements, SBOM and provenance to the image, and\n"
	"signed statements to all of these. With what a rebuild gave, every value of it is compared too.\n"
	"\n"
	"      --keys DIR          the public keys that are trusted to release, each a file in PEM\n"
	"      --threshold K       how many of them must have signed (1)\n"
	"      --rebuilder-keys DIR\n"
	"                          the public keys of trusted rebuilders (those of --keys)\n"
	"      --rebuilders K      how many rebuilders must say that they got the same (0)\n"
	"      --subject DIGEST    the image that was meant, as sha256:HEX\n"
	"      --checkout FILE     what a checkout would be built from, as `inputs` of measurements.json\n"
	"      --rebuilt DIR       a release that was rebuilt, of which the next four are parts:\n"
	"      --rebuilt-image DIR, --rebuilt-measurements FILE, --rebuilt-sbom FILE, --rebuilt-provenance FILE\n"
	"      --json              print the verdict as JSON\n"
	"      --help              print this text\n"
	"      --version           print versions\n"
	"\n"
	"Example: is this what the release's key signed, and did two of the rebuilders get the same?\n"
	"  release-verify --keys keys --rebuilder-keys rebuilders --rebuilders 2 release\n"
	"\n"
	"Exit status: 0 it holds, 1 it does not, 2 cannot say: the folder is no release, or of a kind that is not\n"
	"supported, 64 used wrongly, 70-75 the system failed.\n";

static const struct option options[] = {
	{"keys", required_argument, NULL, 'k'},
	{"threshold", required_argument, NULL, 'n'},
	{"rebuilder-keys", required_argument, NULL, 'K'},
	{"rebuilders", required_argument, NULL, 'N'},
	{"subject", required_argument, NULL, 's'},
	{"checkout", required_argument, NULL, 'c'},
	{"rebuilt", required_argument, NULL, 'r'},
	{"rebuilt-image", required_argument, NULL, 'I'},
	{"rebuilt-measurements", required_argument, NULL, 'M'},
	{"rebuilt-sbom", required_argument, NULL, 'S'},
	{"rebuilt-provenance", required_argument, NULL, 'P'},
	{"json", no_argument, NULL, 'j'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

struct command {
	struct question question;
	bool json;
};

static const char *subject_hex(const char *text)
{
	static char hex[2 * SHA256_SIZE + 1];
	if (oci_digest(text, hex))
		die_usage("--subject: '%s' is not sha256: and 64 lower-case hexadecimal digits", text);
	return hex;
}

/* An option that only names a place; false when it is another. */
static bool take_place(int option, struct question *question)
{
	const struct {
		int option;
		const char **into;
	} places[] = {
		{'k', &question->keys},          {'K', &question->rebuilder_keys},
		{'c', &question->checkout},      {'r', &question->rebuilt},
		{'I', &question->rebuilt_image}, {'M', &question->rebuilt_measurements},
		{'S', &question->rebuilt_sbom},  {'P', &question->rebuilt_provenance},
	};
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (places[i].option == option) {
			*places[i].into = optarg;
			return true;
		}
	return false;
}

static void take_option(int option, struct command *command)
{
	switch (option) {
	case 'n':
		command->question.threshold = (unsigned)option_number("--threshold", optarg, KEYRING_MAX);
		break;
	case 'N':
		command->question.rebuilders = (unsigned)option_number("--rebuilders", optarg, KEYRING_MAX);
		break;
	case 's':
		command->question.subject = subject_hex(optarg);
		break;
	case 'j':
		command->json = true;
		break;
	case 'h':
		print_help(help);
	case 'v':
		print_version(digest_library());
	default:
		if (!take_place(option, &command->question))
			die_option();
	}
}

/* The parts of a rebuilt release, where they are not given each. */
static void take_rebuilt(struct question *question)
{
	const struct {
		const char **part;
		const char *name;
	} parts[] = {
		{&question->rebuilt_image, "oci"},
		{&question->rebuilt_measurements, "measurements.json"},
		{&question->rebuilt_sbom, "sbom.spdx.json"},
		{&question->rebuilt_provenance, "provenance.json"},
	};
	static char *made[sizeof parts / sizeof *parts];
	for (size_t i = 0; question->rebuilt && i < sizeof parts / sizeof *parts; i++) {
		if (*parts[i].part)
			continue;
		if (asprintf(&made[i], "%s/%s", question->rebuilt, parts[i].name) < 0)
			die(EX_OSERR, "%s: %m", question->rebuilt);
		*parts[i].part = made[i];
	}
}

static struct command parse_options(int argc, char **argv)
{
	struct command command = {.question.threshold = 1};
	struct question *question = &command.question;
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		take_option(option, &command);
	if (argc - optind != 1)
		die_usage(optind == argc ? "no FOLDER given" : "more than one FOLDER");
	question->folder = argv[optind];
	if (!question->threshold)
		die_usage("--threshold: 0 signatures prove nothing");
	if (!question->rebuilder_keys)
		question->rebuilder_keys = question->keys;
	if (question->rebuilders && !question->rebuilder_keys)
		die_usage("--rebuilders: no --rebuilder-keys and no --keys given");
	take_rebuilt(question);
	return command;
}

int main(int argc, char **argv)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	program_start("release-verify");
	struct command command = parse_options(argc, argv);
	cleanup_judgement struct judgement judgement = {.release = RELEASE_NONE};
	if (judgement_open(&command.question, &judgement, &err) || judge(&judgement, &err))
		die_err(NULL, &err);
	cleanup_json struct json *json = command.json ? report_json(&judgement) : NULL;
	if (command.json ? json_write(json, true, &text, &err) : report_text(&judgement, &text, &err))
		die_err(NULL, &err);
	print_bytes(&text);
	return finish(verdict_status(findings_verdict(&judgement.findings)));
}
