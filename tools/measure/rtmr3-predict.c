/* rtmr3-predict: what RTMR3 of a dstack VM will hold, as far as it can be known. docs/man/rtmr3-predict.1 */
#include "file.h"
#include "hex.h"
#include "kettle_events.h"
#include "prediction_json.h"
#include "program.h"

#include <getopt.h>
#include <string.h>

static const char help[] =
	"Usage: rtmr3-predict --compose FILE --dstack VERSION [OPTION...]\n"
	"Prints the runtime events of a dstack VM in order, and the RTMR3 they give; where something cannot be known "
	"before\n"
	"the VM runs, the value up to there, which events vary, and what a verifier can hold a log to.\n"
	"\n"
	"      --compose FILE         the app-compose.json, byte for byte as deployed\n"
	"      --compose-hash HEX     instead: only its hash is known (before 0.6)\n"
	"      --dstack VERSION       0.3.1 to 0.5.11, or 0.6\n"
	"      --app-id HEX|compose   the app-id; 'compose': the begin of the compose hash\n"
	"      --instance-id HEX|none\n"
	"      --key-provider JSON    the event's payload: {\"name\":\"kms\",\"id\":\"3059...\"}\n"
	"      --mr-kms HEX|none      mr_aggregated of the KMS (repeatable: one event each)\n"
	"      --os-image-hash HEX|none  as the KMS answers it\n"
	"      --storage-fs NAME      zfs or ext4, when the kernel's command line says so\n"
	"      --rootfs-hash HEX      before 0.4.2\n"
	"      --ca-cert-hash HEX     0.3: of the KMS's CA certificate\n"
	"      --gpus                 the VM has GPUs (0.6)\n"
	"      --event-version N      of event digests, 1 or 2 (0.6); else as the compose says\n"
	"      --event NAME=HEX       an event of the application, with its payload (repeatable)\n"
	"      --kettle-manifest FILE  kettle's three events, behind those of --event\n"
	"      --kettle-app FILE      the app, to be compared with what the manifest says\n"
	"      --kettle-data PATH     kettle's data folder (default: /data)\n"
	"      --kettle-port N        its port (default: 3001)\n"
	"      --kettle-static HEX    SHA-256 of the list of its static files (default: none)\n"
	"      --kettle-require-measured  it runs with --require-measured\n"
	"      --boot FILE            JSON with mrtd, rtmr0, rtmr1, rtmr2: also mr_system and mr_aggregated\n"
	"      --mr-config-id HEX     of the TD, for mr_aggregated (default: zeros)\n"
	"      --json                 print JSON\n"
	"      --help                 print this text\n"
	"      --version              print versions\n"
	"\n"
	"Example: the register of an app without instance id or KMS\n"
	"  rtmr3-predict --compose app-compose.json --dstack 0.5.11 --json | jq -r .rtmr3\n"
	"\n"
	"Exit status: 0 done, 2 malformed or contradictory, 64 used wrongly, 70-75 the system failed.\n";

struct command {
	const char *compose, *dstack, *boot;
	char **events; /* NAME=HEX */
	size_t event_count;
	bool json, has_hash;
	struct kettle_settings kettle;
	struct facts facts;
	struct aggregate_registers registers;
};

/* Options. */

enum { EVENT_BYTES = 32 << 10 }; /* of a payload */

enum {
	COMPOSE = 256,
	DSTACK,
	BOOT,
	KETTLE_MANIFEST,
	KETTLE_APP,
	KETTLE_DATA,
	KETTLE_STATIC,
	COMPOSE_HASH,
	APP_ID,
	INSTANCE_ID,
	KEY_PROVIDER,
	MR_KMS,
	OS_IMAGE_HASH,
	STORAGE_FS,
	ROOTFS_HASH,
	CA_CERT_HASH,
	EVENT_VERSION,
	EVENT,
	KETTLE_PORT,
	MR_CONFIG_ID,
};

static void add_bytes(struct bytes *bytes, const void *data, size_t size)
{
	struct err err;
	if (bytes_add(bytes, data, size, &err))
		die_err(NULL, &err);
}

/* HEX of size bytes, or "none" where absent is a possible answer. */
static void take_hex(const char *option, struct fact *fact, size_t size, bool or_none)
{
	uint8_t raw[REGISTER_SIZE];
	bool none = or_none && !strcmp(optarg, "none");
	if (!none && hex_read(optarg, raw, size))
		die_usage("%s: '%s' is not %zu hexadecimal digits%s", option, optarg, 2 * size,
			  or_none ? ", nor none" : "");
	if (fact->state == KNOWN_ABSENT || (fact->state == KNOWN && (none || strcmp(option, "--mr-kms"))))
		die_usage("%s: given twice", option);
	fact->state = none ? KNOWN_ABSENT : KNOWN;
	if (!none)
		add_bytes(&fact->value, raw, size);
}

static void take_text(const char *option, struct fact *fact)
{
	if (fact->state != NOT_KNOWN)
		die_usage("%s: given twice", option);
	fact->state = KNOWN;
	add_bytes(&fact->value, optarg, strlen(optarg));
}

static void take_storage(struct facts *facts)
{
	if (strcmp(optarg, "zfs") && strcmp(optarg, "ext4"))
		die_usage("--storage-fs: '%s' is neither zfs nor ext4", optarg);
	take_text("--storage-fs", &facts->storage_fs);
}

static void take_fact(struct command *command, int option)
{
	struct facts *facts = &command->facts;
	switch (option) {
	case APP_ID: /* compose: filled in when it is read */
		if (!strcmp(optarg, "compose"))
			facts->app_id.state = KNOWN_ABSENT;
		else
			take_hex("--app-id", &facts->app_id, APP_ID_SIZE, false);
		return;
	case INSTANCE_ID:
		take_hex("--instance-id", &facts->instance_id, APP_ID_SIZE, true);
		return;
	case KEY_PROVIDER:
		take_text("--key-provider", &facts->key_provider);
		return;
	case MR_KMS:
		take_hex("--mr-kms", &facts->mr_kms, SHA256_SIZE, true);
		return;
	case OS_IMAGE_HASH:
		take_hex("--os-image-hash", &facts->os_image_hash, SHA256_SIZE, true);
		return;
	case STORAGE_FS:
		take_storage(facts);
		return;
	case ROOTFS_HASH:
		take_hex("--rootfs-hash", &facts->rootfs_hash, SHA256_SIZE, false);
		return;
	case CA_CERT_HASH:
		take_hex("--ca-cert-hash", &facts->ca_cert_hash, SHA256_SIZE, false);
		return;
	}
}

static void add_event(struct command *command)
{
	char **events = reallocarray(command->events, command->event_count + 1, sizeof *events);
	if (!events)
		die(EX_OSERR, "--event: %m");
	if (!strchr(optarg, '='))
		die_usage("--event: '%s' is not NAME=HEX", optarg);
	command->events = events;
	events[command->event_count++] = optarg;
}

/* From 1 on. */
static unsigned take_number(const char *option, unsigned max)
{
	unsigned number = (unsigned)option_number(option, optarg, max);
	if (!number)
		die_usage("%s: 0", option);
	return number;
}

static void take_option(struct command *command, int option)
{
	switch (option) {
	case 'h':
		print_help(help);
	case 'v':
		print_version(digest_library());
	case '?':
		die_option();
	case COMPOSE_HASH:
		if (hex_read(optarg, command->facts.compose_hash, SHA256_SIZE))
			die_usage("--compose-hash: '%s' is not a SHA-256", optarg);
		command->has_hash = true;
		return;
	case MR_CONFIG_ID:
		if (hex_read(optarg, command->registers.mr_config_id, REGISTER_SIZE))
			die_usage("--mr-config-id: '%s' is not %d hexadecimal digits", optarg, 2 * REGISTER_SIZE);
		return;
	case EVENT_VERSION:
		command->facts.event_version = take_number("--event-version", 2);
		return;
	case KETTLE_PORT:
		command->kettle.port = take_number("--kettle-port", 65535);
		return;
	case EVENT:
		add_event(command);
		return;
	}
	const char **const texts[] = {&command->compose,
				      &command->dstack,
				      &command->boot,
				      &command->kettle.manifest,
				      &command->kettle.app,
				      &command->kettle.data,
				      &command->kettle.static_sha256};
	if (option <= KETTLE_STATIC)
		*texts[option - COMPOSE] = optarg;
	else
		take_fact(command, option);
}

static void parse_options(int argc, char **argv, struct command *command)
{
	static int json, gpus, required;
	static const struct option options[] = {
		{"json", no_argument, &json, 1},
		{"gpus", no_argument, &gpus, 1},
		{"kettle-require-measured", no_argument, &required, 1},
		{"compose", required_argument, NULL, COMPOSE},
		{"compose-hash", required_argument, NULL, COMPOSE_HASH},
		{"dstack", required_argument, NULL, DSTACK},
		{"boot", required_argument, NULL, BOOT},
		{"kettle-manifest", required_argument, NULL, KETTLE_MANIFEST},
		{"kettle-app", required_argument, NULL, KETTLE_APP},
		{"kettle-data", required_argument, NULL, KETTLE_DATA},
		{"kettle-static", required_argument, NULL, KETTLE_STATIC},
		{"kettle-port", required_argument, NULL, KETTLE_PORT},
		{"app-id", required_argument, NULL, APP_ID},
		{"instance-id", required_argument, NULL, INSTANCE_ID},
		{"key-provider", required_argument, NULL, KEY_PROVIDER},
		{"mr-kms", required_argument, NULL, MR_KMS},
		{"os-image-hash", required_argument, NULL, OS_IMAGE_HASH},
		{"storage-fs", required_argument, NULL, STORAGE_FS},
		{"rootfs-hash", required_argument, NULL, ROOTFS_HASH},
		{"ca-cert-hash", required_argument, NULL, CA_CERT_HASH},
		{"event-version", required_argument, NULL, EVENT_VERSION},
		{"event", required_argument, NULL, EVENT},
		{"mr-config-id", required_argument, NULL, MR_CONFIG_ID},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		if (option)
			take_option(command, option);
	if (optind < argc)
		die_usage("'%s': no argument is wanted", argv[optind]);
	if (!command->compose == !command->has_hash || !command->dstack)
		die_usage("--dstack and one of --compose and --compose-hash are wanted");
	if (command->kettle.app && !command->kettle.manifest)
		die_usage("--kettle-app is wanted with --kettle-manifest only");
	command->json = json;
	command->facts.has_gpus = gpus;
	command->kettle.require_measured = required;
}

/* Predicting. */

static void load_compose(struct command *command, struct compose *compose)
{
	struct err err;
	struct facts *facts = &command->facts;
	if (command->compose) {
		if (compose_load(command->compose, compose, &err))
			die_err(command->compose, &err);
		facts->compose = compose;
		memcpy(facts->compose_hash, compose->hash, SHA256_SIZE);
	}
	if (facts->app_id.state != KNOWN_ABSENT)
		return;
	facts->app_id.state = KNOWN;
	add_bytes(&facts->app_id.value, facts->compose_hash, APP_ID_SIZE);
}

static void add_events(const struct command *command, struct prediction *prediction)
{
	struct err err;
	for (size_t i = 0; i < command->event_count; i++) {
		cleanup_bytes struct bytes payload = {0};
		cleanup_free char *name = strdup(command->events[i]);
		char *value = name ? strchr(name, '=') : NULL;
		if (!value)
			die(EX_OSERR, "--event: %m");
		*value++ = '\0';
		if (key_provider_id(value, EVENT_BYTES, &payload, &err) ||
		    prediction_add(prediction, prediction->event_version, name, &payload, "the application", &err))
			die(err.status, "--event: %s: %s", name, err.text);
	}
	if (command->kettle.manifest && kettle_events_add(prediction, &command->kettle, &err))
		die_err(NULL, &err);
}

static int take_register(const struct json *json, const char *name, uint8_t value[REGISTER_SIZE], struct err *err)
{
	cleanup_json struct json *member = json_need(json, name, JSON_STRING, err);
	if (!member)
		return -1;
	return hex_read(json_text(member), value, REGISTER_SIZE)
		       ? err_bad(err, "%s: not %d hexadecimal digits", name, 2 * REGISTER_SIZE)
		       : 0;
}

static void load_boot(struct command *command)
{
	struct err err;
	struct aggregate_registers *registers = &command->registers;
	cleanup_json struct json *json = json_load(command->boot, &err);
	if (!json || take_register(json, "mrtd", registers->mrtd, &err) ||
	    take_register(json, "rtmr0", registers->rtmr[0], &err) ||
	    take_register(json, "rtmr1", registers->rtmr[1], &err) ||
	    take_register(json, "rtmr2", registers->rtmr[2], &err))
		die_err(command->boot, &err);
}

/* Telling. */

static void print_text(const struct prediction *prediction, const struct json *json)
{
	cleanup_json struct json *prefix = json_get(json, "prefix"), *value = json_get(prefix, "value");
	cleanup_json struct json *count = json_get(prefix, "events");
	for (size_t i = 0; i < prediction->measured.count; i++) {
		const struct measured_event *event = &prediction->measured.events[i];
		char digits[2 * REGISTER_SIZE + 1];
		hex_write(event->digest, sizeof event->digest, digits);
		printf("%-16s %s\n", event->name, event->known ? digits : event->hashed);
	}
	if (json_double(count) == (double)prediction->measured.count)
		printf("rtmr3 %s\n", json_text(value));
	else
		printf("rtmr3 is not known; after its first %.0f events it is %s\n", json_double(count),
		       json_text(value));
	for (size_t i = 0; i < prediction->notes.count; i++)
		printf("note %s\n", printable(prediction->notes.list[i].text));
}

int main(int argc, char **argv)
{
	struct err err;
	struct command command = {.kettle = {.data = "/data", .port = 3001}};
	struct compose compose = {0};
	struct prediction prediction = {0};
	cleanup_bytes struct bytes text = {0};
	program_start("rtmr3-predict");
	parse_options(argc, argv, &command);
	command.facts.runtime = runtime_find(command.dstack, &err);
	if (!command.facts.runtime)
		die_err("--dstack", &err);
	load_compose(&command, &compose);
	if (command.boot)
		load_boot(&command);
	if (prediction_make(&command.facts, &prediction, &err))
		die_err(NULL, &err);
	add_events(&command, &prediction);
	cleanup_json struct json *json = prediction_json(&prediction, command.boot ? &command.registers : NULL, &err);
	if (!json || json_write(json, true, &text, &err))
		die_err(NULL, &err);
	if (command.json)
		print_bytes(&text);
	else
		print_text(&prediction, json);
	free(command.events);
	facts_free(&command.facts);
	prediction_free(&prediction);
	compose_free(&compose);
	return finish(STATUS_OK);
}
