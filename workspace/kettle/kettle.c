/* kettle: runs one file of TypeScript or JavaScript, checked against its manifest, as a web server. See kettle(1). */
#include "program.h"

#include "digest.h"
#include "health.h"
#include "http.h"
#include "json.h"
#include "launch.h"
#include "publish.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LAUNCH_HELP                                                                                                    \
	"Usage: kettle launch [OPTION...] [MANIFEST]\n"                                                                \
	"\n"                                                                                                           \
	"Checks the SHA-256 of the app that the manifest names, bundles it with esbuild, and serves it with\n"         \
	"workerd until stopped, in clear and through an attested tunnel. MANIFEST is a path or an https:// or\n"       \
	"file:// URL, and may end in #sha256=HEX, the SHA-256 it must have, or it is the manifest itself, text\n"      \
	"that begins with '{'; without it $KETTLE_MANIFEST, else /app/manifest.json, else ./manifest.json.\n"          \
	"\n"                                                                                                           \
	"  -p, --port=NUMBER    port to listen on (default: $KETTLE_PORT, else 3001)\n"                                \
	"  -d, --db-dir=FOLDER  where the app's data is kept (default: $KETTLE_DB_DIR, else /data)\n"                  \
	"  -v, --verbose        show the commands run and workerd's own messages (or KETTLE_VERBOSE=1)\n"              \
	"      --log=FORMAT     of each line: text or json (default: $KETTLE_LOG, else text)\n"                        \
	"      --static=FOLDER  files for the app's serveStatic() (default: $KETTLE_STATIC, else none)\n"              \
	"      --require-measured\n"                                                                                   \
	"                       do not start unless RTMR3 has the app (or KETTLE_REQUIRE_MEASURED=1)\n"                \
	"      --encrypted-only=PATH\n"                                                                                \
	"                       answer 403 to plain requests for PATH, or, when it ends in /, for all below it; may\n" \
	"                       be given again (or KETTLE_ENCRYPTED_ONLY, separated by blanks)\n"                      \
	"      --version-2-only refuse tunnels of version 1 (or KETTLE_VERSION_2_ONLY=1)\n"                            \
	"      --key-seconds=NUMBER\n"                                                                                 \
	"                       of the tunnel's key (default: $KETTLE_KEY_SECONDS, else 86400)\n"                      \
	"      --check          do everything but measure and start\n"                                                 \
	"\n"                                                                                                           \
	"Example:\n"                                                                                                   \
	"  kettle publish-local app.ts\n"                                                                              \
	"  kettle launch --port 8080 --db-dir ./data manifest.json\n"

#define PUBLISH_HELP                                                                                                   \
	"Usage: kettle publish [OPTION...] FILE\n"                                                                     \
	"\n"                                                                                                           \
	"Uploads the app FILE as a secret gist, and then a manifest with its URL and SHA-256. Prints the manifest's\n" \
	"URL, and the URL with the manifest's SHA-256 behind it, which is the one to hand on. Needs a personal "       \
	"access\n"                                                                                                     \
	"token with the scope gist: $GITHUB_TOKEN, else the stored one, else it asks for it.\n"                        \
	"\n"                                                                                                           \
	"      --api=URL        of GitHub's API (default: https://api.github.com), as https://HOST/api/v3\n"           \
	"  -o, --output=FILE    where to keep the manifest too (default: manifest.json; -: standard output)\n"         \
	"      --json           print what was made as one JSON object\n"                                              \
	"\n"                                                                                                           \
	"Example:\n"                                                                                                   \
	"  kettle publish app.ts\n"
#define LOCAL_HELP                                                                                                     \
	"Usage: kettle publish-local [OPTION...] FILE\n"                                                               \
	"\n"                                                                                                           \
	"Writes a manifest for the app FILE where it is. Prints where the manifest is, and the same with its "         \
	"SHA-256.\n"                                                                                                   \
	"\n"                                                                                                           \
	"      --path=PATH      where FILE will be when it is launched, as /app/app.ts\n"                              \
	"  -o, --output=FILE    the manifest (default: manifest.json; -: standard output)\n"                           \
	"      --json           print what was made as one JSON object\n"                                              \
	"\n"                                                                                                           \
	"Example:\n"                                                                                                   \
	"  kettle publish-local --path /app/app.ts app.ts\n"

#define HEALTH_HELP                                                                                                    \
	"Usage: kettle health [OPTION...]\n"                                                                           \
	"\n"                                                                                                           \
	"Asks the app on this machine whether it answers. Status 0: it does, with a status below 500.\n"               \
	"\n"                                                                                                           \
	"  -p, --port=NUMBER      port it listens on (default: $KETTLE_PORT, else 3001)\n"                             \
	"      --path=PATH        what to ask for (default: /healthz)\n"                                               \
	"      --timeout=SECONDS  how long it may take (default: 3)\n"                                                 \
	"      --json             print one JSON object\n"                                                             \
	"\n"                                                                                                           \
	"Example:\n"                                                                                                   \
	"  kettle health --port 8080\n"

static const char health_help[] = HEALTH_HELP;
static const char launch_help[] = LAUNCH_HELP;
static const char publish_help[] = PUBLISH_HELP;
static const char local_help[] = LOCAL_HELP;
static const char help[] = "Usage: kettle COMMAND [OPTION...]\n"
			   "\n"
			   "Runs an app: one file of TypeScript or JavaScript, named with its SHA-256 in a manifest.\n"
			   "\n"
			   "  launch         check the app, bundle it, and serve it until stopped\n"
			   "  publish        upload the app and its manifest\n"
			   "  publish-local  write a manifest for the app where it is\n"
			   "  health         ask the app on this machine whether it answers\n"
			   "\n"
			   "      --help     this text; after a command, that command's\n"
			   "      --version  the version\n"
			   "\n" LAUNCH_HELP "\n" PUBLISH_HELP "\n" LOCAL_HELP "\n" HEALTH_HELP;

static _Noreturn void print_versions(void)
{
	char libraries[200];
	snprintf(libraries, sizeof libraries, "%s, %s", http_library(), digest_library());
	print_version(libraries);
}

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

static unsigned port_default(void)
{
	const char *port = variable("KETTLE_PORT");
	return port ? port_number("KETTLE_PORT", port) : 3001;
}

/* A path of --encrypted-only or the variable: kept, not copied. */
static void add_encrypted(struct port_settings *port, const char *where, const char *path)
{
	enum { PATHS = 64 };
	static const char *paths[PATHS + 1];
	static size_t count;
	if (*path != '/')
		die(EX_USAGE, "%s: '%s' does not begin with /", where, path);
	if (count == PATHS)
		die(EX_USAGE, "%s: more than %d paths", where, PATHS);
	paths[count++] = path;
	port->encrypted = paths;
}

static void encrypted_variable(struct port_settings *port)
{
	static char *text; /* the paths are in it */
	const char *value = variable("KETTLE_ENCRYPTED_ONLY");
	text = value ? strdup(value) : NULL;
	if (value && !text)
		die(EX_OSERR, "KETTLE_ENCRYPTED_ONLY: %s", strerror(errno));
	for (char *rest = text, *path; (path = strsep(&rest, " ")) != NULL;)
		if (*path)
			add_encrypted(port, "KETTLE_ENCRYPTED_ONLY", path);
}

static unsigned key_seconds_of(const char *where, const char *text)
{
	unsigned long long seconds = option_number(where, text, 365 * 24 * 3600);
	if (!seconds)
		die(EX_USAGE, "%s: no key lives 0 seconds", where);
	return (unsigned)seconds;
}

static bool flag_variable(const char *name)
{
	const char *text = variable(name);
	if (!text || !strcmp(text, "0") || !strcmp(text, "false"))
		return false;
	if (strcmp(text, "1") && strcmp(text, "true"))
		die(EX_USAGE, "%s: '%s' is none of 0, 1, true, false", name, text);
	return true;
}

static void port_complete(struct port_settings *port)
{
	const char *life = variable("KETTLE_KEY_SECONDS");
	if (!port->number)
		port->number = port_default();
	if (!port->encrypted)
		encrypted_variable(port);
	if (!port->only_version_2)
		port->only_version_2 = flag_variable("KETTLE_VERSION_2_ONLY");
	if (!port->key_seconds && life)
		port->key_seconds = key_seconds_of("KETTLE_KEY_SECONDS", life);
}

/* What no option has set. A variable is looked at only then, so that an option also helps against a bad one. */
static void settings_complete(struct settings *settings)
{
	const char *data = variable("KETTLE_DB_DIR");
	if (!settings->manifest)
		settings->manifest = variable("KETTLE_MANIFEST");
	if (!settings->data)
		settings->data = data ? data : "/data";
	if (!settings->is_verbose)
		settings->is_verbose = flag_variable("KETTLE_VERBOSE");
	if (!settings->must_be_measured)
		settings->must_be_measured = flag_variable("KETTLE_REQUIRE_MEASURED");
	if (!settings->statics)
		settings->statics = variable("KETTLE_STATIC");
	port_complete(&settings->port);
}

static void say(const char *text)
{
	warn("%s", text);
}

/* Of launch, whose lines go in one order with the app's. */
static struct log launch_log;

static void log_say(const char *text)
{
	log_add(&launch_log, LOG_KETTLE, text, strlen(text));
}

static void launch_log_open(const char *named)
{
	const char *where = named ? "--log" : "KETTLE_LOG", *name = named ? named : variable("KETTLE_LOG");
	enum log_format format = LOG_TEXT;
	if (name && !log_format_named(name, &format))
		die(EX_USAGE, "%s: '%s' is neither text nor json", where, name);
	log_open(&launch_log, format);
}

/* Fills *settings, and the format of the log, from the command line. */
static void launch_options(int argc, char **argv, struct settings *settings, const char **format)
{
	enum {
		HELP = 256,
		VERSION_OPTION,
		CHECK,
		STATIC,
		REQUIRE_MEASURED,
		LOG,
		ENCRYPTED,
		VERSION_2_ONLY,
		KEY_SECONDS
	};
	static const struct option options[] = {{"port", required_argument, NULL, 'p'},
						{"db-dir", required_argument, NULL, 'd'},
						{"verbose", no_argument, NULL, 'v'},
						{"static", required_argument, NULL, STATIC},
						{"require-measured", no_argument, NULL, REQUIRE_MEASURED},
						{"log", required_argument, NULL, LOG},
						{"encrypted-only", required_argument, NULL, ENCRYPTED},
						{"version-2-only", no_argument, NULL, VERSION_2_ONLY},
						{"key-seconds", required_argument, NULL, KEY_SECONDS},
						{"check", no_argument, NULL, CHECK},
						{"help", no_argument, NULL, HELP},
						{"version", no_argument, NULL, VERSION_OPTION},
						{0}};
	int option;
	while ((option = getopt_long(argc, argv, "p:d:v", options, NULL)) >= 0) {
		switch (option) {
		case 'p':
			settings->port.number = port_number("--port", optarg);
			break;
		case 'd':
			settings->data = optarg;
			break;
		case 'v':
			settings->is_verbose = true;
			break;
		case STATIC:
			settings->statics = optarg;
			break;
		case REQUIRE_MEASURED:
			settings->must_be_measured = true;
			break;
		case LOG:
			*format = optarg;
			break;
		case ENCRYPTED:
			add_encrypted(&settings->port, "--encrypted-only", optarg);
			break;
		case VERSION_2_ONLY:
			settings->port.only_version_2 = true;
			break;
		case KEY_SECONDS:
			settings->port.key_seconds = key_seconds_of("--key-seconds", optarg);
			break;
		case CHECK:
			settings->is_check = true;
			break;
		case HELP:
			print_help(launch_help);
		case VERSION_OPTION:
			print_versions();
		default:
			die_option();
		}
	}
	if (argc - optind > 1)
		die_usage("%s: one manifest at a time", argv[optind + 1]);
	settings->manifest = argv[optind];
}

static int launch_command(int argc, char **argv)
{
	struct settings settings = {.say = log_say, .log = &launch_log};
	const char *format = NULL;
	struct err err;
	launch_options(argc, argv, &settings, &format);
	settings_complete(&settings);
	launch_log_open(format);
	int status = launch(&settings, &err);
	if (status < 0)
		log_add(&launch_log, LOG_KETTLE_ERROR, err.text, strlen(err.text));
	log_close(&launch_log);
	return status < 0 ? err.status : status;
}

static void health_print(const struct health *health, bool is_healthy)
{
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *json = json_object();
	struct err err;
	json_set(json, "healthy", json_boolean(is_healthy));
	json_set(json, "status", json_number((uint64_t)health->status));
	json_set(json, "milliseconds", json_number((uint64_t)health->milliseconds));
	if (json_write(json, false, &text, &err))
		die_err("health", &err);
	printf("%s\n", text.data);
}

/* True: the answer is to be JSON. */
static bool health_options(int argc, char **argv, struct health_question *question)
{
	enum { HELP = 256, VERSION_OPTION, PATH, TIMEOUT, JSON };
	static const struct option options[] = {{"port", required_argument, NULL, 'p'},
						{"path", required_argument, NULL, PATH},
						{"timeout", required_argument, NULL, TIMEOUT},
						{"json", no_argument, NULL, JSON},
						{"help", no_argument, NULL, HELP},
						{"version", no_argument, NULL, VERSION_OPTION},
						{0}};
	bool is_json = false;
	int option;
	while ((option = getopt_long(argc, argv, "p:", options, NULL)) >= 0) {
		switch (option) {
		case 'p':
			question->port = port_number("--port", optarg);
			break;
		case PATH:
			question->path = optarg;
			break;
		case TIMEOUT:
			question->seconds = (unsigned)option_number("--timeout", optarg, 3600);
			break;
		case JSON:
			is_json = true;
			break;
		case HELP:
			print_help(health_help);
		case VERSION_OPTION:
			print_versions();
		default:
			die_option();
		}
	}
	if (argc > optind)
		die_usage("%s: health takes options only", argv[optind]);
	if (*question->path != '/')
		die_usage("--path: '%s' does not begin with /", question->path);
	if (!question->seconds)
		die_usage("--timeout: no answer takes 0 seconds");
	if (!question->port)
		question->port = port_default();
	return is_json;
}

static int health_command(int argc, char **argv)
{
	struct health_question question = {.path = "/healthz", .seconds = 3};
	struct health health;
	struct err err;
	bool is_json = health_options(argc, argv, &question);
	bool is_healthy = !health_ask(&question, &health, &err);
	if (!is_healthy)
		warn("health: %s", err.text);
	if (is_json)
		health_print(&health, is_healthy);
	else if (is_healthy)
		printf("healthy: status %d after %lld ms\n", health.status, (long long)health.milliseconds);
	return finish(is_healthy ? STATUS_OK : err.status);
}

/* What was made, for whoever reads standard output; when the manifest itself goes there, for the person alone. */
static void publication_print(const struct publication *publication, const char *output, bool is_json)
{
	cleanup_bytes struct bytes text = {0};
	struct err err;
	if (!strcmp(output, "-")) {
		if (strcmp(publication->manifest, "-"))
			warn("%s#sha256=%s", publication->manifest, publication->manifest_sha256);
		return;
	}
	if (publication_write(publication, is_json, &text, &err))
		die_err(NULL, &err);
	print_bytes(&text);
}

enum { PUBLISH_API = 256, PUBLISH_PATH, PUBLISH_JSON, PUBLISH_HELP_OPTION, PUBLISH_VERSION };

static int publish_any(int argc, char **argv, const struct option *options, const char *text,
		       int (*run)(const struct publish_settings *, struct publication *, struct err *))
{
	struct publish_settings settings = {.output = "manifest.json", .api = "https://api.github.com", .say = say};
	cleanup_publication struct publication publication = {0};
	bool is_json = false;
	struct err err;
	int option;
	while ((option = getopt_long(argc, argv, "o:", options, NULL)) >= 0) {
		switch (option) {
		case PUBLISH_API:
			settings.api = optarg;
			break;
		case PUBLISH_PATH:
			settings.path = optarg;
			break;
		case 'o':
			settings.output = optarg;
			break;
		case PUBLISH_JSON:
			is_json = true;
			break;
		case PUBLISH_HELP_OPTION:
			print_help(text);
		case PUBLISH_VERSION:
			print_versions();
		default:
			die_option();
		}
	}
	if (argc - optind != 1)
		die_usage("one file, which is the app");
	if (is_json && !strcmp(settings.output, "-"))
		die_usage("--json and --output=-: standard output takes one of them");
	settings.file = argv[optind];
	settings.is_interactive = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
	settings.step = isatty(STDERR_FILENO) ? say : NULL;
	if (run(&settings, &publication, &err))
		die_err(NULL, &err);
	publication_print(&publication, settings.output, is_json);
	return finish(STATUS_OK);
}

static int publish_command(int argc, char **argv)
{
	static const struct option options[] = {
		{"api", required_argument, NULL, PUBLISH_API},   {"output", required_argument, NULL, 'o'},
		{"json", no_argument, NULL, PUBLISH_JSON},       {"help", no_argument, NULL, PUBLISH_HELP_OPTION},
		{"version", no_argument, NULL, PUBLISH_VERSION}, {0}};
	return publish_any(argc, argv, options, publish_help, publish);
}

static int publish_local_command(int argc, char **argv)
{
	static const struct option options[] = {
		{"path", required_argument, NULL, PUBLISH_PATH}, {"output", required_argument, NULL, 'o'},
		{"json", no_argument, NULL, PUBLISH_JSON},       {"help", no_argument, NULL, PUBLISH_HELP_OPTION},
		{"version", no_argument, NULL, PUBLISH_VERSION}, {0}};
	return publish_any(argc, argv, options, local_help, publish_local);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {{"launch", launch_command},
			{"publish", publish_command},
			{"publish-local", publish_local_command},
			{"health", health_command}};
	program_start("kettle");
	if (argc < 2)
		die_usage("which command?");
	if (!strcmp(argv[1], "--help"))
		print_help(help);
	if (!strcmp(argv[1], "--version"))
		print_versions();
	const char *command = argv[1];
	argv[1] = program_invocation_short_name; /* what getopt_long() begins its messages with */
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (!strcmp(command, commands[i].name))
			return commands[i].run(argc - 1, argv + 1);
	die_usage("%s: unknown command", command);
}
