/* image-assemble: layers and image.json in, an OCI image layout out. docs/man/image-assemble.1 */
#include "assembly.h"
#include "digest.h"
#include "manifest.h"
#include "program.h"

#include <getopt.h>
#include <regex.h>
#include <string.h>
#include <time.h>

static const char help[] =
	"Usage: image-assemble -o DIR [OPTION]... IMAGE.JSON LAYER...\n"
	"Makes an OCI image layout of one image: its layers, lowest first, and all else from IMAGE.JSON.\n"
	"\n"
	"A LAYER is a tar, plain or compressed; '-' is standard input. It is compressed anew, in parallel, to bytes\n"
	"that are the same with any number of threads. DIR appears when it is complete; an older layout of that name\n"
	"is replaced in one step.\n"
	"\n"
	"  -o, --output DIR        the layout\n"
	"      --compression NAME  gzip (the default), zstd or none\n"
	"      --level N           gzip 1-12 (default 5), zstd 1-19 (default 3)\n"
	"      --threads N         workers, 1-18 (default: one for each processor)\n"
	"      --epoch SECONDS     time of creation, since 1970 (default 0)\n"
	"      --name REF          name of the image in index.json (default latest)\n"
	"      --report FILE       write names, digests and codec of all parts as JSON\n"
	"      --cache DIR         take blobs from here that were made before, and add new ones\n"
	"      --help              print this text\n"
	"      --version           print versions\n"
	"\n"
	"Example: an image of two layers, and what others make of it\n"
	"  image-assemble -o oci image.json debian.tar app.tar\n"
	"  skopeo inspect oci:oci:latest\n"
	"\n"
	"Exit status: 0 done, 2 input malformed or unsupported, 64 used wrongly, 70-75 the system failed.\n";

/* A line on a terminal, once a layer has taken a second. */
static struct {
	double began, shown; /* seconds; shown 0: there is no line */
} progress;

static void show_progress(uint64_t tar_bytes)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	double now = (double)time.tv_sec + (double)time.tv_nsec / 1e9;
	if (progress.began == 0)
		progress.began = now;
	if (now - progress.began < 1 || now - progress.shown < 0.1)
		return;
	progress.shown = now;
	fprintf(stderr, "\rimage-assemble: %llu MB\033[K", (unsigned long long)tar_bytes / 1000000);
}

static void end_progress(void)
{
	if (progress.shown > 0)
		fputs("\r\033[K", stderr);
}

/* A cache is a help: the image is right without it. */
static void show_trouble(const char *path, const struct err *err)
{
	warn("%s: %s", path, err->text);
}

/* spec: OCI image-spec annotations.md, org.opencontainers.image.ref.name: the grammar of a reference */
static void check_reference(const char *reference)
{
	regex_t pattern;
	if (regcomp(&pattern, "^[A-Za-z0-9]+(([-._:@+/]|--)[A-Za-z0-9]+)*$", REG_EXTENDED | REG_NOSUB))
		die(EX_OSERR, "pattern");
	bool matches = !regexec(&pattern, reference, 0, NULL, 0);
	regfree(&pattern);
	if (!matches)
		die_usage("--name: '%s' is not a reference", reference);
}

static void check_arguments(struct assembly *assembly, char **arguments, int count)
{
	int inputs = 0;
	if (!assembly->output)
		die_usage("no folder given, with -o");
	if (count < 2)
		die_usage("IMAGE.JSON and at least one LAYER are wanted");
	for (int i = 0; i < count; i++)
		inputs += !strcmp(arguments[i], "-");
	if (inputs > 1)
		die_usage("'-' given more than once");
	check_reference(assembly->reference);
	assembly->definition = arguments[0];
	assembly->layers = arguments + 1;
	assembly->layer_count = (size_t)count - 1;
}

static void choose_codec(struct contract *contract, const char *name, const char *level)
{
	struct err err;
	int codec = codec_of_name(name);
	if (codec < 0)
		die_usage("--compression: '%s' is not gzip, zstd or none", name);
	int number = level ? (int)option_number("--level", level, CODEC_ZSTD_LEVEL_MAX) : 0;
	if ((level && !number) || codec_contract((enum codec)codec, number, contract, &err))
		die_usage("--level: %s has no level %s", name, level);
}

static unsigned thread_count(const char *text)
{
	unsigned count = (unsigned)option_number("--threads", text, PIPELINE_THREADS);
	if (!count)
		die_usage("--threads: at least 1");
	return count;
}

static _Noreturn void print_versions(void)
{
	char libraries[256];
	snprintf(libraries, sizeof libraries, "%s, %s", codec_libraries(), digest_library());
	print_version(libraries);
}

enum option_value { COMPRESSION = 256, LEVEL, THREADS, EPOCH, NAME, REPORT, CACHE, HELP, VERSIONS };

static const struct option options[] = {
	{"output", required_argument, NULL, 'o'},
	{"compression", required_argument, NULL, COMPRESSION},
	{"level", required_argument, NULL, LEVEL},
	{"threads", required_argument, NULL, THREADS},
	{"epoch", required_argument, NULL, EPOCH},
	{"name", required_argument, NULL, NAME},
	{"report", required_argument, NULL, REPORT},
	{"cache", required_argument, NULL, CACHE},
	{"help", no_argument, NULL, HELP},
	{"version", no_argument, NULL, VERSIONS},
	{NULL, 0, NULL, 0},
};

static void parse_options(struct assembly *assembly, int argc, char **argv)
{
	const char *compression = "gzip", *level = NULL;
	for (int option; (option = getopt_long(argc, argv, "o:", options, NULL)) != -1;) {
		switch (option) {
		case 'o':
			assembly->output = optarg;
			break;
		case COMPRESSION:
			compression = optarg;
			break;
		case LEVEL:
			level = optarg;
			break;
		case THREADS:
			assembly->threads = thread_count(optarg);
			break;
		case EPOCH:
			assembly->epoch = option_number("--epoch", optarg, MANIFEST_EPOCH_MAX);
			break;
		case NAME:
			assembly->reference = optarg;
			break;
		case REPORT:
			assembly->report = optarg;
			break;
		case CACHE:
			assembly->cache = optarg;
			break;
		case HELP:
			print_help(help);
		case VERSIONS:
			print_versions();
		default:
			die_option();
		}
	}
	choose_codec(&assembly->contract, compression, level);
}

int main(int argc, char **argv)
{
	struct err err;
	struct assembly assembly = {
		.reference = "latest",
		.threads = pipeline_processors(),
		.progress = isatty(STDERR_FILENO) ? show_progress : NULL,
		.trouble = show_trouble,
	};
	program_start("image-assemble");
	parse_options(&assembly, argc, argv);
	check_arguments(&assembly, argv + optind, argc - optind);
	int status = assembly_run(&assembly, &err);
	end_progress();
	if (status)
		die_err(NULL, &err);
	return finish(STATUS_OK);
}
