/* layer-digest: digests, sizes, type and entry count of layers, as JSON. docs/man/layer-digest.1 */
#include "file.h"
#include "layer.h"
#include "program.h"

#include <getopt.h>
#include <pthread.h>
#include <string.h>

static const char help[] =
	"Usage: layer-digest FILE...\n"
	"Reads image layers and prints what is known of them as one JSON array, in the order given.\n"
	"\n"
	"A FILE is a tar, plain or compressed with gzip or zstd; '-' is standard input. Each is read once, several at\n"
	"a time, and must be one whole tar: a truncated or damaged one is refused.\n"
	"\n"
	"      --help     print this text\n"
	"      --version  print versions\n"
	"\n"
	"For each file: path, media_type, entries, blob (of the file as it is) and diff_id (of the uncompressed tar),\n"
	"the last two with sha256, sha384 and size.\n"
	"\n"
	"Example: the diff IDs of two layers\n"
	"  layer-digest a.tar.gz b.tar.gz | jq -r '.[].diff_id.sha256'\n"
	"\n"
	"Exit status: 0 done, 2 a file is not a whole tar, 64 used wrongly, 70-75 the system failed.\n";

/* What the threads share: files are taken in order, so that all before a failed one have been read too. */
struct work {
	char **paths;
	size_t count;
	unsigned threads_each;
	struct layer *layers;
	struct err *errs;
	bool *failed;
	size_t next; /* guarded by lock, as is stop */
	bool stop;
	pthread_mutex_t lock;
};

static bool take(struct work *work, size_t *index)
{
	pthread_mutex_lock(&work->lock);
	bool some = !work->stop && work->next < work->count;
	if (some)
		*index = work->next++;
	pthread_mutex_unlock(&work->lock);
	return some;
}

static void *read_files(void *context)
{
	struct work *work = context;
	size_t i;
	while (take(work, &i)) {
		cleanup_fd int fd = file_open(work->paths[i], &work->errs[i]);
		if (fd >= 0 && !layer_read(fd, work->threads_each, &work->layers[i], &work->errs[i]))
			continue;
		pthread_mutex_lock(&work->lock);
		work->failed[i] = work->stop = true;
		pthread_mutex_unlock(&work->lock);
	}
	return NULL;
}

static void run(struct work *work)
{
	pthread_t threads[PIPELINE_THREADS];
	unsigned processors = pipeline_processors(), started = 0;
	unsigned wanted = work->count < processors ? (unsigned)work->count : processors;
	work->threads_each = wanted < processors ? processors / wanted : 1;
	while (started + 1 < wanted && !pthread_create(&threads[started], NULL, read_files, work))
		started++;
	read_files(work);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
}

static void print(const struct work *work)
{
	struct err err;
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *array = json_array();
	for (size_t i = 0; i < work->count; i++) {
		struct json *json = layer_json(&work->layers[i]);
		json_set(json, "path", json_string(work->paths[i]));
		json_add(array, json);
	}
	if (json_write(array, true, &text, &err))
		die_err(NULL, &err);
	print_bytes(&text);
}

static void check_paths(char **paths, int count)
{
	int inputs = 0;
	if (!count)
		die_usage("no FILE given");
	for (int i = 0; i < count; i++) {
		inputs += !strcmp(paths[i], "-");
		if (!bytes_are_utf8(paths[i], strlen(paths[i])))
			die(STATUS_BAD, "%s: name is not UTF-8, which JSON wants", paths[i]);
	}
	if (inputs > 1)
		die_usage("'-' given more than once");
}

static void parse_options(int argc, char **argv)
{
	static const struct option options[] = {
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	char libraries[256];
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (option) {
		case 'h':
			print_help(help);
		case 'v':
			snprintf(libraries, sizeof libraries, "%s, %s", codec_libraries(), digest_library());
			print_version(libraries);
		default:
			die_option();
		}
	}
}

int main(int argc, char **argv)
{
	program_start("layer-digest");
	parse_options(argc, argv);
	size_t count = (size_t)(argc - optind);
	check_paths(argv + optind, argc - optind);
	cleanup_free struct layer *layers = calloc(count, sizeof *layers);
	cleanup_free struct err *errs = calloc(count, sizeof *errs);
	cleanup_free bool *failed = calloc(count, sizeof *failed);
	if (!layers || !errs || !failed)
		die(EX_OSERR, "%zu files: %m", count);
	struct work work = {
		.paths = argv + optind,
		.count = count,
		.layers = layers,
		.errs = errs,
		.failed = failed,
		.lock = PTHREAD_MUTEX_INITIALIZER,
	};
	run(&work);
	for (size_t i = 0; i < count; i++)
		if (failed[i])
			die_err(work.paths[i], &errs[i]);
	print(&work);
	return finish(STATUS_OK);
}
