/* tar-normalize: tars, packages, folders and lists in, one tar of canonical form out. docs/man/tar-normalize.1 */
#include "archive.h"
#include "file.h"
#include "input.h"
#include "listing.h"
#include "path.h"
#include "program.h"
#include "tarform.h"
#include "tarwrite.h"

#include <getopt.h>
#include <string.h>

static const char help[] =
	"Usage: tar-normalize [OPTION...] [-o OUT] INPUT...\n"
	"\n"
	"Merges tars, Debian packages and folders into one tar whose bytes depend on what is in them, not on how they\n"
	"were made. An INPUT is a tar of any kind and compression, NAME.deb, a folder, a list NAME.mtree, or - for\n"
	"standard input. The same path twice is fine when it is the same thing, else an error.\n"
	"\n"
	"For the inputs that follow, until given again:\n"
	"  --owner UID:GID         everything belongs to this owner ('keep', the default: as it was)\n"
	"  --prefix PATH           put below this folder ('': none)\n"
	"  --strip N               take N components off the front; what has no more is left out\n"
	"  --include GLOB          only what matches one of these, and what is below ('': forget them)\n"
	"  --exclude GLOB          but not what matches one of these, or is below ('': forget them)\n"
	"  --modes keep|canonical  canonical: 0755 for folders and what its owner may execute, else 0644\n"
	"\n"
	"For all:\n"
	"  --epoch SECONDS         later times become this one (default 0)\n"
	"  --xattr GLOB            keep these extended attributes, besides security.capability\n"
	"  --devices               device nodes and FIFOs are wanted, not an error\n"
	"  --max-size BYTES        most bytes of files, and of what is decompressed (default 64 GiB)\n"
	"  --max-entries N         most entries (default 4000000)\n"
	"  --list [--json]         print what the tar would hold, not the tar\n"
	"  -o, --output OUT        write here (default: standard output)\n"
	"      --help, --version\n"
	"\n"
	"In a GLOB, * and ? stop at '/', ** does not. An option comes before the inputs it is for:\n"
	"  tar-normalize --epoch 1700000000 base.tar --owner 0:0 --prefix usr/share/doc docs/ -o layer.tar\n";

enum {
	OPTION_INPUT = 1, /* what getopt_long() gives for an argument that is no option */
	OPTION_OUTPUT = 'o',
	OPTION_OWNER = 256,
	OPTION_PREFIX,
	OPTION_STRIP,
	OPTION_INCLUDE,
	OPTION_EXCLUDE,
	OPTION_MODES,
	OPTION_EPOCH,
	OPTION_XATTR,
	OPTION_DEVICES,
	OPTION_MAX_SIZE,
	OPTION_MAX_ENTRIES,
	OPTION_LIST,
	OPTION_JSON,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct option options[] = {
	{"owner", required_argument, NULL, OPTION_OWNER},
	{"prefix", required_argument, NULL, OPTION_PREFIX},
	{"strip", required_argument, NULL, OPTION_STRIP},
	{"include", required_argument, NULL, OPTION_INCLUDE},
	{"exclude", required_argument, NULL, OPTION_EXCLUDE},
	{"modes", required_argument, NULL, OPTION_MODES},
	{"epoch", required_argument, NULL, OPTION_EPOCH},
	{"xattr", required_argument, NULL, OPTION_XATTR},
	{"devices", no_argument, NULL, OPTION_DEVICES},
	{"max-size", required_argument, NULL, OPTION_MAX_SIZE},
	{"max-entries", required_argument, NULL, OPTION_MAX_ENTRIES},
	{"list", no_argument, NULL, OPTION_LIST},
	{"json", no_argument, NULL, OPTION_JSON},
	{"output", required_argument, NULL, OPTION_OUTPUT},
	{"help", no_argument, NULL, OPTION_HELP},
	{"version", no_argument, NULL, OPTION_VERSION},
	{0},
};

struct job {
	const char *path;
	struct mapping mapping;
};

/* What the command line asks for. */
struct plan {
	struct arena arena; /* patterns and prefixes */
	struct limits limits;
	struct mapping mapping; /* for the next input */
	struct job *jobs;
	size_t count;
	const char *output;
	bool list, json;
};

static void plan_free(struct plan *plan)
{
	free(plan->jobs);
	arena_free(&plan->arena);
}
#define cleanup_plan cleanup(plan_free)

static void *must(void *memory)
{
	if (!memory)
		die(EX_OSERR, "memory is out");
	return memory;
}

static void set_owner(struct mapping *mapping, const char *text)
{
	const char *colon = strchr(text, ':');
	mapping->keep_owner = !strcmp(text, "keep");
	if (mapping->keep_owner)
		return;
	if (!colon)
		die_usage("--owner: '%s' is not UID:GID or keep", text);
	char *uid = must(strndup(text, (size_t)(colon - text)));
	mapping->uid = (uint32_t)option_number("--owner", uid, UINT32_MAX - 1);
	mapping->gid = (uint32_t)option_number("--owner", colon + 1, UINT32_MAX - 1);
	free(uid);
}

static void set_prefix(struct plan *plan, const char *text)
{
	struct path path = {0};
	struct err err;
	if (*text && path_parse(text, &path, &err))
		die_usage("--prefix: '%s': %s", text, err.text);
	plan->mapping.prefix = must(arena_text(&plan->arena, path.text, path.size, &err));
}

static void set_modes(struct mapping *mapping, const char *text)
{
	mapping->canonical = !strcmp(text, "canonical");
	if (!mapping->canonical && strcmp(text, "keep"))
		die_usage("--modes: '%s' is neither keep nor canonical", text);
}

static void add_pattern(struct plan *plan, const struct globs **globs, const char *pattern)
{
	struct globs *head = NULL;
	struct err err;
	if (*pattern) {
		head = must(arena_new(&plan->arena, struct globs, &err));
		*head = (struct globs){pattern, *globs};
	}
	*globs = head;
}

static void add_input(struct plan *plan, const char *path)
{
	plan->jobs = must(realloc(plan->jobs, (plan->count + 1) * sizeof *plan->jobs));
	plan->jobs[plan->count++] = (struct job){path, plan->mapping};
}

static bool mapping_option(struct plan *plan, int option)
{
	struct mapping *mapping = &plan->mapping;
	switch (option) {
	case OPTION_INPUT:
		add_input(plan, optarg);
		return true;
	case OPTION_OWNER:
		set_owner(mapping, optarg);
		return true;
	case OPTION_PREFIX:
		set_prefix(plan, optarg);
		return true;
	case OPTION_STRIP:
		mapping->strip = (unsigned)option_number("--strip", optarg, PATH_LONGEST);
		return true;
	case OPTION_INCLUDE:
		add_pattern(plan, &mapping->include, optarg);
		return true;
	case OPTION_EXCLUDE:
		add_pattern(plan, &mapping->exclude, optarg);
		return true;
	case OPTION_MODES:
		set_modes(mapping, optarg);
		return true;
	}
	return false;
}

static _Noreturn void version(void)
{
	char text[256];
	snprintf(text, sizeof text, "layer format %d, %s", TARFORM_VERSION, archive_library());
	print_version(text);
}

static void global_option(struct plan *plan, int option)
{
	struct limits *limits = &plan->limits;
	switch (option) {
	case OPTION_EPOCH:
		limits->epoch = (int64_t)option_number("--epoch", optarg, TIME_LARGEST);
		break;
	case OPTION_XATTR:
		add_pattern(plan, &limits->xattrs, optarg);
		break;
	case OPTION_DEVICES:
		limits->devices = true;
		break;
	case OPTION_MAX_SIZE:
		limits->size = option_number("--max-size", optarg, SIZE_LARGEST);
		break;
	case OPTION_MAX_ENTRIES:
		limits->entries = option_number("--max-entries", optarg, UINT32_MAX);
		break;
	case OPTION_LIST:
		plan->list = true;
		break;
	case OPTION_JSON:
		plan->json = true;
		break;
	case OPTION_OUTPUT:
		plan->output = optarg;
		break;
	case OPTION_HELP:
		print_help(help);
	case OPTION_VERSION:
		version();
	default:
		die_option();
	}
}

static void read_options(struct plan *plan, int argc, char **argv)
{
	int option;
	while ((option = getopt_long(argc, argv, "-o:", options, NULL)) != -1)
		if (!mapping_option(plan, option))
			global_option(plan, option);
	while (optind < argc)
		add_input(plan, argv[optind++]);
	if (!plan->count)
		die_usage("no input");
	if (plan->json && !plan->list)
		die_usage("--json goes with --list");
}

static int add_item(const struct plan *plan, const struct tree *tree, size_t i, struct bytes *text, struct err *err)
{
	if (!plan->json)
		return listing_line(tree->entries[i], text, err);
	return bytes_add(text, i ? ",\n" : "[\n", 2, err) || listing_json(tree, tree->entries[i], text, err) ? -1 : 0;
}

static int print_text(struct bytes *text, int fd, const char *name, struct err *err)
{
	size_t size = text->size;
	text->size = 0;
	return file_write(fd, text->data, size, err) ? err_prefix(err, "%s", name) : 0;
}

static int print_list(const struct plan *plan, const struct tree *tree, int fd, const char *name, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	for (size_t i = 0; i < tree->count; i++)
		if (add_item(plan, tree, i, &text, err) || (text.size > 64 << 10 && print_text(&text, fd, name, err)))
			return -1;
	if (plan->json && bytes_addf(&text, err, tree->count ? "\n]\n" : "[]\n"))
		return -1;
	return print_text(&text, fd, name, err);
}

static int write_output(const struct plan *plan, const struct tree *tree, struct err *err)
{
	cleanup_output struct output output = OUTPUT_NONE;
	const char *name = plan->output && strcmp(plan->output, "-") ? plan->output : "standard output";
	if (output_open(&output, plan->output, err))
		return err_prefix(err, "%s", name);
	if (plan->list ? print_list(plan, tree, output.fd, name, err) : tar_write(tree, output.fd, name, err))
		return -1;
	return output_commit(&output, err) ? err_prefix(err, "%s", name) : 0;
}

int main(int argc, char **argv)
{
	cleanup_plan struct plan plan = {
		.limits = {.size = UINT64_C(64) << 30, .entries = 4000000},
		.mapping = {.keep_owner = true},
	};
	cleanup_tree struct tree tree = {0};
	cleanup_spool struct spool spool = {.fd = -1};
	struct err err;
	program_start("tar-normalize");
	read_options(&plan, argc, argv);
	tree.limits = plan.limits;
	spool.cap = plan.limits.size;
	for (size_t i = 0; i < plan.count; i++)
		if (input_add(&tree, &spool, &plan.jobs[i].mapping, plan.jobs[i].path, &err))
			die_err(NULL, &err);
	if (tree_finish(&tree, &err))
		die_err(NULL, &err);
	if (write_output(&plan, &tree, &err))
		die_err(NULL, &err);
	return finish(STATUS_OK);
}
