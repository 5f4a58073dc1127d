#include "compose_member.h"

#include "compose.h"
#include "hex.h"

#include <string.h>

static int need_kind(const struct json *value, enum json_kind kind, struct err *err)
{
	return json_kind(value) == kind ? 0 : err_bad(err, "not %s", json_kind_name(kind));
}

static int is_text(const struct json *value, struct err *err)
{
	return need_kind(value, JSON_STRING, err);
}

static int is_flag(const struct json *value, struct err *err)
{
	return need_kind(value, JSON_BOOLEAN, err);
}

static int is_anything(const struct json *value, struct err *err)
{
	(void)value;
	(void)err;
	return 0;
}

static int are_texts(const struct json *value, struct err *err)
{
	if (need_kind(value, JSON_ARRAY, err))
		return -1;
	for (size_t i = 0; i < json_length(value); i++) {
		cleanup_json struct json *item = json_at(value, i);
		if (is_text(item, err))
			return err_prefix(err, "%zu", i);
	}
	return 0;
}

static int is_word(const struct json *value, const char *const words[], struct err *err)
{
	if (is_text(value, err))
		return -1;
	for (; *words; words++)
		if (!strcmp(json_text(value), *words))
			return 0;
	return err_bad(err, "'%.64s' is none of those there are", json_text(value));
}

static int is_runner(const struct json *value, struct err *err)
{
	return is_word(value, (const char *const[]){"docker-compose", "bash", "nerdctl-compose", NULL}, err);
}

static int is_snapshotter(const struct json *value, struct err *err)
{
	return is_word(value, (const char *const[]){"overlayfs", "stargz", NULL}, err);
}

static int is_provider(const struct json *value, struct err *err)
{
	return is_word(value, (const char *const[]){"none", "kms", "local", "tpm", NULL}, err);
}

static int is_storage(const struct json *value, struct err *err)
{
	return is_word(value, (const char *const[]){"zfs", "ext4", NULL}, err);
}

static int is_event_version(const struct json *value, struct err *err)
{
	if (need_kind(value, JSON_NUMBER, err))
		return -1;
	return json_double(value) == 1 || json_double(value) == 2 ? 0 : err_bad(err, "neither 1 nor 2");
}

/* spec: rtmr3-spec.md 12.11: what a guest makes of null is not known, and said by who asks */
static int is_init_script(const struct json *value, struct err *err)
{
	if (json_kind(value) == JSON_NULL || json_kind(value) == JSON_STRING)
		return 0;
	if (json_kind(value) != JSON_ARRAY)
		return err_bad(err, "neither a string nor an array");
	if (json_length(value) > INIT_SCRIPTS)
		return err_bad(err, "%zu scripts, more than %d", json_length(value), INIT_SCRIPTS);
	return are_texts(value, err);
}

static int is_size(const struct json *value, struct err *err)
{
	if (json_kind(value) == JSON_STRING)
		return *json_text(value) >= '0' && *json_text(value) <= '9' ? 0 : err_bad(err, "not a size");
	if (need_kind(value, JSON_NUMBER, err))
		return -1;
	double bytes = json_double(value);
	return bytes >= 0 && bytes <= JSON_WHOLE && bytes == (double)(uint64_t)bytes ? 0 : err_bad(err, "not a size");
}

static int are_objects(const struct json *value, struct err *err)
{
	if (need_kind(value, JSON_ARRAY, err))
		return -1;
	for (size_t i = 0; i < json_length(value); i++) {
		cleanup_json struct json *item = json_at(value, i);
		if (need_kind(item, JSON_OBJECT, err))
			return err_prefix(err, "%zu", i);
	}
	return 0;
}

static int is_port_policy(const struct json *value, struct err *err)
{
	if (need_kind(value, JSON_OBJECT, err))
		return -1;
	cleanup_json struct json *ports = json_get(value, "ports");
	return ports && are_objects(ports, err) ? err_prefix(err, "ports") : 0;
}

static int is_digest(const struct json *value, struct err *err)
{
	uint8_t digest[SHA256_SIZE];
	if (is_text(value, err))
		return -1;
	return hex_read(json_text(value), digest, sizeof digest) ? err_bad(err, "not a SHA-256") : 0;
}

struct member {
	const char *name;
	int (*check)(const struct json *value, struct err *err);
};

static int check_in(const struct member members[], const char *name, const struct json *value, struct err *err)
{
	for (; members->name; members++)
		if (!strcmp(members->name, name))
			return members->check(value, err);
	return 1;
}

static int is_gpu_policy(const struct json *value, struct err *err)
{
	static const struct member members[] = {
		{"attest_gpu", is_flag}, {"allow_devtools", is_flag},      {"allow_debug", is_flag},
		{"rego", is_text},       {"allow_insecure_boot", is_flag}, {NULL, NULL},
	};
	if (json_kind(value) == JSON_NULL)
		return 0;
	if (need_kind(value, JSON_OBJECT, err))
		return -1;
	for (const struct member *member = members; member->name; member++) {
		cleanup_json struct json *item = json_get(value, member->name);
		if (item && member->check(item, err))
			return err_prefix(err, "%s", member->name);
	}
	return 0;
}

/* spec: rtmr3-spec.md 4.3: unknown members are refused in here, and only in here */
static int are_requirements(const struct json *value, struct err *err)
{
	static const struct member members[] = {
		{"os_version", is_text},          {"platforms", are_texts},      {"tdx_measure_acpi_tables", is_flag},
		{"launch_token_hash", is_digest}, {"gpu_policy", is_gpu_policy}, {NULL, NULL},
	};
	if (json_kind(value) == JSON_NULL)
		return 0;
	if (need_kind(value, JSON_OBJECT, err))
		return -1;
	cleanup_free char **names = json_names(value, err);
	if (!names)
		return -1;
	for (char **name = names; *name; name++) {
		cleanup_json struct json *item = json_get(value, *name);
		int status = check_in(members, *name, item, err);
		if (status)
			return status > 0 ? err_bad(err, "%s: unknown member", *name) : err_prefix(err, "%s", *name);
	}
	return 0;
}

static const struct member members[] = {
	{"manifest_version", is_anything}, /* whose form says what else there may be: compose.c */
	{"name", is_text},
	{"features", are_texts},
	{"runner", is_runner},
	{"snapshotter", is_snapshotter},
	{"docker_compose_file", is_text},
	{"bash_script", is_text},
	{"pre_launch_script", is_text},
	{"init_script", is_init_script},
	{"public_logs", is_flag},
	{"public_sysinfo", is_flag},
	{"public_tcbinfo", is_flag},
	{"kms_enabled", is_flag},
	{"gateway_enabled", is_flag},
	{"tproxy_enabled", is_flag},
	{"local_key_provider_enabled", is_flag},
	{"key_provider", is_provider},
	{"key_provider_id", is_text},
	{"allowed_envs", are_texts},
	{"no_instance_id", is_flag},
	{"secure_time", is_flag},
	{"storage_fs", is_storage},
	{"swap_size", is_size},
	{"port_policy", is_port_policy},
	{"event_log_version", is_event_version},
	{"requirements", are_requirements},
	{"verity_volumes", are_objects},
	{"docker_config", is_anything},
	{"default_gateway_domain", is_anything},
	{"salt", is_anything},
	{"env_pubkey", is_anything},
	{NULL, NULL},
};

bool compose_member_known(const char *name)
{
	for (const struct member *member = members; member->name; member++)
		if (!strcmp(member->name, name))
			return true;
	return false;
}

int compose_member_check(const char *name, const struct json *value, struct err *err)
{
	return check_in(members, name, value, err) < 0 ? -1 : 0;
}
