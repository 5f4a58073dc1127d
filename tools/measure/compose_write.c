#include "compose_write.h"

#include "json.h"

#include <string.h>

enum { MEMBERS_MAX = 24 };

int compose_form_find(const char *name, enum compose_form *form)
{
	static const char *const names[] = {[FORM_SDK] = "sdk", [FORM_VMM_CLI] = "vmm-cli", [FORM_PHALA] = "phala"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i], name)) {
			*form = (enum compose_form)i;
			return 0;
		}
	return -1;
}

struct member {
	const char *name;
	struct json *value;
};

struct members {
	struct member list[MEMBERS_MAX];
	size_t count;
};

static void members_free(struct members *members)
{
	for (size_t i = 0; i < members->count; i++)
		json_free(members->list[i].value);
}

static void add(struct members *members, const char *name, struct json *value)
{
	members->list[members->count++] = (struct member){name, value};
}

static struct json *texts(const char *const *list, size_t count)
{
	struct json *array = json_array();
	for (size_t i = 0; i < count; i++)
		json_add(array, json_string(list[i]));
	return array;
}

/* spec: rtmr3-spec.md 4.2: vmm-cli's order. It has no storage_fs, which is put behind what it has. */
static void take_plan(const struct compose_plan *plan, struct members *members)
{
	add(members, "manifest_version", json_number(2));
	add(members, "name", json_string(plan->name));
	add(members, "runner", json_string("docker-compose"));
	add(members, "docker_compose_file", json_string(plan->docker_compose));
	add(members, "kms_enabled", json_boolean(plan->kms));
	add(members, "gateway_enabled", json_boolean(plan->gateway));
	add(members, "local_key_provider_enabled", json_boolean(plan->local_key_provider));
	add(members, "key_provider_id", json_string(plan->key_provider_id));
	add(members, "public_logs", json_boolean(plan->public_logs));
	add(members, "public_sysinfo", json_boolean(plan->public_sysinfo));
	add(members, "allowed_envs", texts(plan->allowed_envs, plan->allowed_env_count));
	add(members, "no_instance_id", json_boolean(plan->no_instance_id));
	add(members, "secure_time", json_boolean(plan->secure_time));
	if (plan->key_provider)
		add(members, "key_provider", json_string(plan->key_provider));
	if (plan->pre_launch_script)
		add(members, "pre_launch_script", json_string(plan->pre_launch_script));
	if (plan->swap_size)
		add(members, "swap_size", json_number(plan->swap_size));
	if (plan->event_log_version)
		add(members, "event_log_version", json_number(plan->event_log_version));
	if (plan->storage_fs)
		add(members, "storage_fs", json_string(plan->storage_fs));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->name, ((const struct member *)b)->name);
}

static int new_line(enum compose_form form, size_t depth, struct bytes *into, struct err *err)
{
	return form == FORM_SDK ? 0 : bytes_addf(into, err, "\n%*s", (int)(4 * depth), "");
}

static int write_value(enum compose_form form, const struct json *value, struct bytes *into, struct err *err)
{
	size_t count = value && json_kind(value) == JSON_ARRAY ? json_length(value) : 0;
	if (!count)
		return json_write(value, false, into, err);
	for (size_t i = 0; i < count; i++) {
		cleanup_json struct json *item = json_at(value, i);
		if (bytes_addf(into, err, "%c", i ? ',' : '[') || new_line(form, 2, into, err) ||
		    json_write(item, false, into, err))
			return -1;
	}
	return new_line(form, 1, into, err) || bytes_addf(into, err, "]") ? -1 : 0;
}

static int write_members(enum compose_form form, const struct members *members, struct bytes *into, struct err *err)
{
	for (size_t i = 0; i < members->count; i++) {
		const struct member *member = &members->list[i];
		if (bytes_addf(into, err, "%c", i ? ',' : '{') || new_line(form, 1, into, err) ||
		    bytes_addf(into, err, "\"%s\":%s", member->name, form == FORM_VMM_CLI ? " " : "") ||
		    write_value(form, member->value, into, err))
			return -1;
	}
	return new_line(form, 0, into, err) || bytes_addf(into, err, "}") ? -1 : 0;
}

/* libjq would put another character in place of what is not UTF-8. */
static int check_text(const char *what, const char *text, struct err *err)
{
	return bytes_are_utf8(text, strlen(text)) ? 0 : err_bad(err, "%s: not UTF-8", what);
}

int compose_write(const struct compose_plan *plan, enum compose_form form, struct bytes *into, struct err *err)
{
	struct members members = {0};
	if (check_text("name", plan->name, err) || check_text("docker_compose_file", plan->docker_compose, err) ||
	    check_text("key_provider_id", plan->key_provider_id, err) ||
	    (plan->pre_launch_script && check_text("pre_launch_script", plan->pre_launch_script, err)))
		return -1;
	for (size_t i = 0; i < plan->allowed_env_count; i++)
		if (check_text("allowed_envs", plan->allowed_envs[i], err))
			return -1;
	take_plan(plan, &members);
	if (form != FORM_VMM_CLI)
		qsort(members.list, members.count, sizeof *members.list, by_name);
	int status = write_members(form, &members, into, err);
	members_free(&members);
	return status;
}
