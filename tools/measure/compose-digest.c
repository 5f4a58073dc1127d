/* compose-digest: what is measured of an app-compose.json, and what to think of it. docs/man/compose-digest.1 */
#include "compose_policy.h"
#include "compose_warn.h"
#include "compose_write.h"
#include "file.h"
#include "hex.h"
#include "mr_config.h"
#include "program.h"

#include <getopt.h>
#include <string.h>

static const char help[] =
	"Usage: compose-digest [OPTION...] FILE\n"
	"       compose-digest --make --form FORM --name NAME [OPTION...] DOCKER-COMPOSE\n"
	"Reads an app-compose.json ('-' is standard input) and prints its compose hash, app-id, mr_config_id, and what "
	"a\n"
	"careful reviewer would say of it. With --make, writes one from a docker-compose.yml, whose text it takes as "
	"it is.\n"
	"\n"
	"      --json                 print JSON\n"
	"      --strict               exit 1 when there are warnings\n"
	"      --app-id HEX           the app-id given at deployment, for mr_config_id; else the compose hash's begin\n"
	"      --instance-id HEX      the instance id, for the document of mr_config_id V3\n"
	"      --gpus                 the VM has GPUs: the document of V3 has the GPU policy\n"
	"      --vmm-051              also the mr_config_id of the VMM of dstack 0.5.1\n"
	"\n"
	"      --make                 write an app-compose.json\n"
	"      --form FORM            sdk, vmm-cli or phala: whose bytes\n"
	"      --name NAME            the app's name\n"
	"      --image NAME@sha256:HEX  put this in place of images whose last name is the same\n"
	"      --output FILE          to FILE instead of standard output\n"
	"      --allowed-env NAME     a variable that may be given at deployment (repeatable)\n"
	"      --kms, --gateway, --local-key-provider, --public-logs, --public-sysinfo, --no-instance-id, "
	"--secure-time\n"
	"                             the member of that name is true\n"
	"      --key-provider NAME    none, kms, local or tpm\n"
	"      --key-provider-id HEX  the only key provider that will do\n"
	"      --pre-launch-script FILE  a script to run before the containers\n"
	"      --storage-fs NAME      zfs or ext4\n"
	"      --swap-size BYTES      swap\n"
	"      --event-log-version N  1 or 2\n"
	"\n"
	"      --help                 print this text\n"
	"      --version              print versions\n"
	"\n"
	"Example: the compose hash of what is deployed\n"
	"  compose-digest --make --form vmm-cli --name hello docker-compose.yml >app-compose.json\n"
	"  compose-digest --json app-compose.json | jq -r .compose_hash\n"
	"\n"
	"Exit status: 0 done, 1 warnings with --strict, 2 malformed, 64 used wrongly, 70-75 the system failed.\n";

struct command {
	bool json, strict, gpus, also_051, make, has_app_id, has_instance_id;
	uint8_t app_id[APP_ID_SIZE], instance_id[APP_ID_SIZE];
	const char *form, *image, *output, *script;
	struct compose_plan plan;
};

/* Making. */

static int load_text(const char *path, struct bytes *text, struct err *err)
{
	if (file_load(path, COMPOSE_CAP, text, err) || bytes_add(text, "", 0, err))
		return -1;
	return strlen(text->data) == text->size ? 0 : err_bad(err, "has a NUL byte");
}

static void write_out(const struct command *command, const struct bytes *text)
{
	struct err err;
	cleanup_output struct output output = OUTPUT_NONE;
	if (output_open(&output, command->output, &err) || file_write(output.fd, text->data, text->size, &err) ||
	    output_commit(&output, &err))
		die_err(command->output, &err);
}

static void make(struct command *command, const char *path)
{
	struct err err;
	enum compose_form form;
	cleanup_bytes struct bytes source = {0}, pinned = {0}, script = {0}, text = {0};
	cleanup_compose struct compose compose = {0};
	cleanup_warnings struct warnings warnings = {0};
	if (!command->form || compose_form_find(command->form, &form))
		die_usage("--form: one of sdk, vmm-cli, phala");
	if (!command->plan.name)
		die_usage("--make needs --name");
	if (load_text(path, &source, &err) ||
	    (command->image && compose_pin(source.data, command->image, &pinned, &err)))
		die_err(path, &err);
	if (command->script && load_text(command->script, &script, &err))
		die_err(command->script, &err);
	command->plan.docker_compose = command->image ? pinned.data : source.data;
	command->plan.pre_launch_script = command->script ? script.data : NULL;
	if (compose_write(&command->plan, form, &text, &err) || compose_parse(text.data, text.size, &compose, &err) ||
	    compose_warn(&compose, &warnings, &err))
		die_err(path, &err);
	for (size_t i = 0; i < warnings.count; i++)
		warn("%s: warning: %s", path, warnings.list[i].text);
	if (command->strict && warnings.count)
		exit(STATUS_FALSE);
	write_out(command, &text);
}

/* Telling. */

struct told {
	const struct command *command;
	struct compose compose;
	struct warnings warnings;
	struct mr_config config;
	uint8_t gpu_policy[SHA256_SIZE], scripts[INIT_SCRIPTS][SHA256_SIZE];
};

static int take_config(struct told *told, struct err *err)
{
	const struct command *command = told->command;
	struct mr_config *config = &told->config;
	memcpy(config->compose_hash, told->compose.hash, SHA256_SIZE);
	memcpy(config->app_id, command->has_app_id ? command->app_id : told->compose.hash, APP_ID_SIZE);
	config->provider = told->compose.provider;
	config->provider_id = told->compose.provider_id.data;
	config->provider_id_size = told->compose.provider_id.size;
	config->instance_id = command->has_instance_id ? command->instance_id : NULL;
	if (compose_init_scripts(&told->compose, told->scripts, &config->init_script_count, err))
		return -1;
	config->init_script_hashes =
		told->compose.manifest_version == 3 ? (const uint8_t(*)[SHA256_SIZE])told->scripts : NULL;
	if (command->gpus && compose_gpu_policy(&told->compose, told->gpu_policy, err))
		return -1;
	config->gpu_policy_hash = command->gpus ? told->gpu_policy : NULL;
	return 0;
}

static int config_json(const struct told *told, struct json **json, struct err *err)
{
	cleanup_bytes struct bytes document = {0};
	enum mr_config_form last = told->command->also_051 ? MR_CONFIG_051 : MR_CONFIG_V3;
	*json = json_object();
	for (enum mr_config_form form = MR_CONFIG_V1; form <= last; form++) {
		uint8_t value[MR_CONFIG_SIZE];
		if (mr_config_value(&told->config, form, value, err))
			return -1;
		json_set(*json, mr_config_form_name(form), json_hex(value, sizeof value));
	}
	if (mr_config_document(&told->config, &document, err))
		return -1;
	json_set(*json, "v3_document", json_string(document.data));
	return 0;
}

static struct json *provider_json(const struct compose *compose)
{
	struct json *json = json_object();
	json_set(json, "name", json_string(key_provider_name(compose->provider)));
	json_set(json, "id", json_hex(compose->provider_id.data, compose->provider_id.size));
	json_set(json, "event_name", json_string(key_provider_event_name(compose->provider)));
	return json;
}

static struct json *warnings_json(const struct warnings *warnings)
{
	struct json *array = json_array();
	for (size_t i = 0; i < warnings->count; i++) {
		struct json *object = json_object();
		json_set(object, "code", json_string(warnings->list[i].code));
		json_set(object, "text", json_string(warnings->list[i].text));
		json_add(array, object);
	}
	return array;
}

/* The names of its members; the known ones or the others. */
static struct json *names_json(const struct compose *compose, bool known)
{
	struct err err;
	struct json *array = json_array();
	cleanup_free char **names = json_names(compose->json, &err);
	if (!names)
		die_err(NULL, &err);
	for (char **name = names; *name; name++)
		if (compose_knows(*name) == known)
			json_add(array, json_string(*name));
	return array;
}

static struct json *told_json(const struct told *told, struct err *err)
{
	struct json *config = NULL, *json = json_object();
	if (config_json(told, &config, err))
		die_err(NULL, err);
	json_set(json, "compose_hash", json_hex(told->compose.hash, SHA256_SIZE));
	json_set(json, "app_id", json_hex(told->config.app_id, APP_ID_SIZE));
	json_set(json, "size", json_number(told->compose.text.size));
	json_set(json, "manifest_version", json_number(told->compose.manifest_version));
	json_set(json, "name", compose_get(&told->compose, "name"));
	json_set(json, "key_provider", provider_json(&told->compose));
	json_set(json, "mr_config_id", config);
	json_set(json, "warnings", warnings_json(&told->warnings));
	json_set(json, "members", names_json(&told->compose, true));
	json_set(json, "unknown_members", names_json(&told->compose, false));
	return json;
}

static void print_text(const struct json *json, const struct told *told)
{
	cleanup_json struct json *hash = json_get(json, "compose_hash"), *app_id = json_get(json, "app_id");
	cleanup_json struct json *config = json_get(json, "mr_config_id");
	printf("compose_hash %s\napp_id %s\nkey_provider %s\n", json_text(hash), json_text(app_id),
	       key_provider_name(told->compose.provider));
	for (enum mr_config_form form = MR_CONFIG_V1; form < MR_CONFIG_FORMS; form++) {
		cleanup_json struct json *value = json_get(config, mr_config_form_name(form));
		if (value)
			printf("mr_config_id %s %s\n", mr_config_form_name(form), json_text(value));
	}
	for (size_t i = 0; i < told->warnings.count; i++)
		printf("warning %s: %s\n", told->warnings.list[i].code, printable(told->warnings.list[i].text));
}

static int tell(const struct command *command, const char *path)
{
	struct err err;
	struct told told = {.command = command};
	cleanup_bytes struct bytes text = {0};
	if (compose_load(path, &told.compose, &err) || compose_warn(&told.compose, &told.warnings, &err) ||
	    take_config(&told, &err))
		die_err(path, &err);
	cleanup_json struct json *json = told_json(&told, &err);
	if (json_write(json, true, &text, &err))
		die_err(NULL, &err);
	if (command->json)
		print_bytes(&text);
	else
		print_text(json, &told);
	int status = command->strict && told.warnings.count ? STATUS_FALSE : STATUS_OK;
	compose_free(&told.compose);
	warnings_free(&told.warnings);
	return status;
}

/* Options. */

enum {
	APP_ID = 256,
	INSTANCE_ID,
	ENV,
	SWAP,
	EVENTS,
	FORM,
	NAME,
	IMAGE,
	OUTPUT,
	PROVIDER,
	PROVIDER_ID,
	SCRIPT,
	STORAGE
};

static void take_id(const char *option, const char *text, uint8_t id[APP_ID_SIZE], bool *given)
{
	if (hex_read(text, id, APP_ID_SIZE))
		die_usage("%s: '%s' is not %d hexadecimal digits", option, text, 2 * APP_ID_SIZE);
	*given = true;
}

static void add_env(struct compose_plan *plan, const char *name)
{
	const char **envs =
		reallocarray((void *)(uintptr_t)plan->allowed_envs, plan->allowed_env_count + 1, sizeof *envs);
	if (!envs)
		die(EX_OSERR, "--allowed-env: %m");
	envs[plan->allowed_env_count++] = name;
	plan->allowed_envs = envs;
}

static void take_option(struct command *command, int option)
{
	struct compose_plan *plan = &command->plan;
	switch (option) {
	case APP_ID:
		take_id("--app-id", optarg, command->app_id, &command->has_app_id);
		return;
	case INSTANCE_ID:
		take_id("--instance-id", optarg, command->instance_id, &command->has_instance_id);
		return;
	case ENV:
		add_env(plan, optarg);
		return;
	case SWAP:
		plan->swap_size = option_number("--swap-size", optarg, 1ULL << 53);
		return;
	case EVENTS:
		plan->event_log_version = (unsigned)option_number("--event-log-version", optarg, 2);
		if (!plan->event_log_version)
			die_usage("--event-log-version: neither 1 nor 2");
		return;
	case 'h':
		print_help(help);
	case 'v':
		print_version(digest_library());
	case '?':
		die_option();
	}
	const char **const texts[] = {
		[0] = &command->form,
		[NAME - FORM] = &plan->name,
		[IMAGE - FORM] = &command->image,
		[OUTPUT - FORM] = &command->output,
		[PROVIDER - FORM] = &plan->key_provider,
		[PROVIDER_ID - FORM] = &plan->key_provider_id,
		[SCRIPT - FORM] = &command->script,
		[STORAGE - FORM] = &plan->storage_fs,
	};
	*texts[option - FORM] = optarg;
}

static void parse_options(int argc, char **argv, struct command *command)
{
	static int json, strict, gpus, also_051, make_one, kms, gateway, local, logs, sysinfo, no_instance, secure;
	static const struct option options[] = {
		{"json", no_argument, &json, 1},
		{"strict", no_argument, &strict, 1},
		{"gpus", no_argument, &gpus, 1},
		{"vmm-051", no_argument, &also_051, 1},
		{"make", no_argument, &make_one, 1},
		{"kms", no_argument, &kms, 1},
		{"gateway", no_argument, &gateway, 1},
		{"local-key-provider", no_argument, &local, 1},
		{"public-logs", no_argument, &logs, 1},
		{"public-sysinfo", no_argument, &sysinfo, 1},
		{"no-instance-id", no_argument, &no_instance, 1},
		{"secure-time", no_argument, &secure, 1},
		{"app-id", required_argument, NULL, APP_ID},
		{"instance-id", required_argument, NULL, INSTANCE_ID},
		{"form", required_argument, NULL, FORM},
		{"name", required_argument, NULL, NAME},
		{"image", required_argument, NULL, IMAGE},
		{"output", required_argument, NULL, OUTPUT},
		{"allowed-env", required_argument, NULL, ENV},
		{"key-provider", required_argument, NULL, PROVIDER},
		{"key-provider-id", required_argument, NULL, PROVIDER_ID},
		{"pre-launch-script", required_argument, NULL, SCRIPT},
		{"storage-fs", required_argument, NULL, STORAGE},
		{"swap-size", required_argument, NULL, SWAP},
		{"event-log-version", required_argument, NULL, EVENTS},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
		if (option)
			take_option(command, option);
	command->json = json;
	command->strict = strict;
	command->gpus = gpus;
	command->also_051 = also_051;
	command->make = make_one;
	command->plan.kms = kms;
	command->plan.gateway = gateway;
	command->plan.local_key_provider = local;
	command->plan.public_logs = logs;
	command->plan.public_sysinfo = sysinfo;
	command->plan.no_instance_id = no_instance;
	command->plan.secure_time = secure;
}

int main(int argc, char **argv)
{
	struct command command = {.plan.key_provider_id = ""};
	int status = STATUS_OK;
	program_start("compose-digest");
	parse_options(argc, argv, &command);
	if (argc - optind != 1)
		die_usage("one FILE");
	if (command.make)
		make(&command, argv[optind]);
	else
		status = tell(&command, argv[optind]);
	free((void *)(uintptr_t)command.plan.allowed_envs);
	return finish(status);
}
