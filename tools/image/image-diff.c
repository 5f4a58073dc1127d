/* image-diff: what differs between two images, layers or tars, and why. docs/man/image-diff.1 */
#include "archive.h"
#include "compare.h"
#include "file.h"
#include "program.h"

#include <getopt.h>
#include <string.h>
#include <sys/stat.h>

static const char help[] =
	"Usage: image-diff [OPTION...] A B\n"
	"Says in what two images differ: first what is the cause, down to the byte, then what follows from it.\n"
	"\n"
	"A and B are both a folder with an OCI layout of one image, or both a layer or tar, compressed or not; one of\n"
	"them may be - for standard input. Nothing is printed when all bytes are the same.\n"
	"\n"
	"      --max N           at most N differences of a document or layer; the rest is counted (default 20)\n"
	"      --all             all of them\n"
	"      --json            for programs: docs/schema/diff-1.json\n"
	"      --max-size BYTES  most bytes of a layer when it is decompressed (default 64 GiB)\n"
	"      --help, --version\n"
	"\n"
	"Example: did a rebuild give the same image?\n"
	"  image-diff build/images/kettle-launcher/oci elsewhere/build/images/kettle-launcher/oci\n"
	"\n"
	"Exit status: 0 the same, 1 different, 2 one cannot be read (what was found before is printed), 64 used "
	"wrongly,\n"
	"70-75 the system failed.\n";

struct plan {
	struct comparison comparison;
	char **paths; /* two */
	bool json;
};

static void parse_options(struct plan *plan, int argc, char **argv)
{
	enum { MAX = 256, ALL, JSON, MAX_SIZE, HELP, OPTION_VERSION };
	static const struct option options[] = {
		{"max", required_argument, NULL, MAX},
		{"all", no_argument, NULL, ALL},
		{"json", no_argument, NULL, JSON},
		{"max-size", required_argument, NULL, MAX_SIZE},
		{"help", no_argument, NULL, HELP},
		{"version", no_argument, NULL, OPTION_VERSION},
		{0},
	};
	char libraries[512];
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (option) {
		case MAX:
			plan->comparison.differences.max = option_number("--max", optarg, 1000000000);
			break;
		case ALL:
			plan->comparison.differences.max = SIZE_MAX;
			break;
		case JSON:
			plan->json = true;
			break;
		case MAX_SIZE:
			plan->comparison.size = option_number("--max-size", optarg, SIZE_LARGEST);
			break;
		case HELP:
			print_help(help);
		case OPTION_VERSION:
			snprintf(libraries, sizeof libraries, "%s, %s", archive_library(), codec_libraries());
			print_version(libraries);
		default:
			die_option();
		}
	}
	plan->paths = argv + optind;
	if (argc - optind != 2)
		die_usage("two things to compare are wanted, not %d", argc - optind);
	if (!strcmp(plan->paths[0], "-") && !strcmp(plan->paths[1], "-"))
		die_usage("'-' given twice");
}

static const char *shown(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

static bool is_folder(const char *path)
{
	struct stat st;
	return strcmp(path, "-") && !stat(path, &st) && S_ISDIR(st.st_mode);
}

static void diff_images(struct plan *plan)
{
	struct err err;
	cleanup_image struct image first = IMAGE_NONE, second = IMAGE_NONE;
	if (image_open(plan->paths[0], &first, &err))
		die_err(plan->paths[0], &err);
	if (image_open(plan->paths[1], &second, &err))
		die_err(plan->paths[1], &err);
	if (compare_images(&plan->comparison, &first, &second, &err))
		die_err(NULL, &err);
}

/* What cannot be read twice goes into the spool. */
static void open_file(const char *path, int *fd, struct spool *spool, struct range *range)
{
	struct err err;
	struct stat st;
	*fd = file_open(path, &err);
	if (*fd < 0)
		die_err(shown(path), &err);
	bool is_file = !fstat(*fd, &st) && S_ISREG(st.st_mode);
	if (is_file ? range_of_file(*fd, range, &err) : spool_add(spool, source_of_fd(fd), range, &err))
		die_err(shown(path), &err);
}

static void diff_files(struct plan *plan)
{
	struct err err;
	struct range ranges[2];
	struct compared compared;
	size_t part;
	cleanup_fd int first = -1, second = -1;
	cleanup_spool struct spool spool = {.fd = -1, .cap = plan->comparison.size};
	open_file(plan->paths[0], &first, &spool, &ranges[0]);
	open_file(plan->paths[1], &second, &spool, &ranges[1]);
	if (differences_begin(&plan->comparison.differences, "layer", 0, NULL, &part, &err) ||
	    compare_blobs(&plan->comparison, part, &ranges[0], &ranges[1], &compared, &err))
		die_err(NULL, &err);
}

static struct json *result_json(const struct plan *plan)
{
	struct json *json = json_object();
	json_set(json, "schema", json_string("kettle-dstack/diff/1"));
	json_set(json, "equal", json_boolean(!differences_total(&plan->comparison.differences)));
	json_set(json, "complete", json_boolean(!plan->comparison.differences.unreadable.status));
	differences_json(&plan->comparison.differences, json);
	return json;
}

static void print(struct plan *plan)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *json = NULL;
	differences_sort(&plan->comparison.differences);
	if (plan->json)
		json = result_json(plan);
	if (plan->json ? json_write(json, true, &text, &err)
		       : differences_text(&plan->comparison.differences, &text, &err))
		die_err(NULL, &err);
	print_bytes(&text);
}

int main(int argc, char **argv)
{
	struct plan plan = {.comparison = {.differences = {.max = 20}, .size = UINT64_C(64) << 30}};
	struct differences *differences = &plan.comparison.differences;
	program_start("image-diff");
	parse_options(&plan, argc, argv);
	for (int i = 0; i < 2; i++)
		if (strcmp(plan.paths[i], "-") && access(plan.paths[i], F_OK))
			die(EX_IOERR, "%s: cannot open: %m", plan.paths[i]);
	bool folders[] = {is_folder(plan.paths[0]), is_folder(plan.paths[1])};
	if (folders[0] != folders[1])
		die(STATUS_BAD, "%s: a folder, which cannot be compared with a file", shown(plan.paths[folders[1]]));
	if (folders[0])
		diff_images(&plan);
	else
		diff_files(&plan);
	print(&plan);
	int status = differences_total(differences) ? STATUS_FALSE : STATUS_OK;
	if (differences->unreadable.status) {
		finish(STATUS_BAD);
		die_err(shown(plan.paths[differences->unreadable_side]), &differences->unreadable);
	}
	differences_free(differences);
	return finish(status);
}
