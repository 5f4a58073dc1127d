/* kettle: runs one file of TypeScript or JavaScript, checked against its manifest, as a web server. See kettle(1). */
#include "program.h"

#include "launch.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define LAUNCH_HELP                                                                                                    \
	"Usage: kettle launch [OPTION...] [MANIFEST]\n"                                                                \
	"\n"                                                                                                           \
	"Checks the SHA-256 of the app that the manifest names, bundles it with esbuild, and serves it with\n"         \
	"workerd until stopped. MANIFEST is a path or a file:// URL; without it $KETTLE_MANIFEST, else\n"              \
	"/app/manifest.json, else ./manifest.json.\n"                                                                  \
	"\n"                                                                                                           \
	"  -p, --port=NUMBER    port to listen on (default: $KETTLE_PORT, else 3001)\n"                                \
	"  -d, --db-dir=FOLDER  where the app's data is kept (default: $KETTLE_DB_DIR, else /data)\n"                  \
	"  -v, --verbose        show the commands run and workerd's own messages (or KETTLE_VERBOSE=1)\n"              \
	"      --check          do everything but start the worker\n"                                                  \
	"\n"                                                                                                           \
	"Example:\n"                                                                                                   \
	"  printf '{\"app\": \"app.ts\", \"sha256\": \"%s\"}' $(sha256sum <app.ts | cut -c-64) >manifest.json\n"       \
	"  kettle launch --port 8080 --db-dir ./data manifest.json\n"

static const char launch_help[] = LAUNCH_HELP;
static const char help[] = "Usage: kettle COMMAND [OPTION...]\n"
			   "\n"
			   "Runs an app: one file of TypeScript or JavaScript, named with its SHA-256 in a manifest.\n"
			   "\n"
			   "  launch         check the app, bundle it, and serve it until stopped\n"
			   "\n"
			   "      --help     this text; after a command, that command's\n"
			   "      --version  the version\n"
			   "\n" LAUNCH_HELP;

/* An empty variable is what a compose file makes of one that is not set. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

/* where: the option or the variable that text came from. */
static unsigned port_number(const char *where, const char *text)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long port = digits <= 5 ? strtoul(text, NULL, 10) : 0;
	if (!digits || text[digits] || port < 1 || port > 65535)
		die(EX_USAGE, "%s: '%s' is not a port number from 1 to 65535", where, text);
	return (unsigned)port;
}

static bool verbose_variable(void)
{
	const char *text = variable("KETTLE_VERBOSE");
	if (!text || !strcmp(text, "0") || !strcmp(text, "false"))
		return false;
	if (strcmp(text, "1") && strcmp(text, "true"))
		die(EX_USAGE, "KETTLE_VERBOSE: '%s' is none of 0, 1, true, false", text);
	return true;
}

/* What no option has set. A variable is looked at only then, so that an option also helps against a bad one. */
static void settings_complete(struct settings *settings)
{
	const char *port = variable("KETTLE_PORT"), *data = variable("KETTLE_DB_DIR");
	if (!settings->manifest)
		settings->manifest = variable("KETTLE_MANIFEST");
	if (!settings->data)
		settings->data = data ? data : "/data";
	if (!settings->port)
		settings->port = port ? port_number("KETTLE_PORT", port) : 3001;
	if (!settings->is_verbose)
		settings->is_verbose = verbose_variable();
}

static void say(const char *text)
{
	warn("%s", text);
}

static int launch_command(int argc, char **argv)
{
	enum { HELP = 256, VERSION_OPTION, CHECK };
	static const struct option options[] = {{"port", required_argument, NULL, 'p'},
						{"db-dir", required_argument, NULL, 'd'},
						{"verbose", no_argument, NULL, 'v'},
						{"check", no_argument, NULL, CHECK},
						{"help", no_argument, NULL, HELP},
						{"version", no_argument, NULL, VERSION_OPTION},
						{0}};
	struct settings settings = {.say = say};
	struct err err;
	int option;
	while ((option = getopt_long(argc, argv, "p:d:v", options, NULL)) >= 0) {
		switch (option) {
		case 'p':
			settings.port = port_number("--port", optarg);
			break;
		case 'd':
			settings.data = optarg;
			break;
		case 'v':
			settings.is_verbose = true;
			break;
		case CHECK:
			settings.is_check = true;
			break;
		case HELP:
			print_help(launch_help);
		case VERSION_OPTION:
			print_version(NULL);
		default:
			die_option();
		}
	}
	if (argc - optind > 1)
		die_usage("%s: one manifest at a time", argv[optind + 1]);
	settings.manifest = argv[optind];
	settings_complete(&settings);
	int status = launch(&settings, &err);
	if (status < 0)
		die_err(NULL, &err);
	return finish(status);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {{"launch", launch_command}};
	program_start("kettle");
	if (argc < 2)
		die_usage("which command?");
	if (!strcmp(argv[1], "--help"))
		print_help(help);
	if (!strcmp(argv[1], "--version"))
		print_version(NULL);
	const char *command = argv[1];
	argv[1] = program_invocation_short_name; /* what getopt_long() begins its messages with */
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(command, commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	die_usage("%s: unknown command", command);
}
