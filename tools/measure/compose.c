#include "compose.h"

#include "compose_member.h"
#include "file.h"

#include <string.h>

void compose_free(struct compose *compose)
{
	bytes_free(&compose->text);
	json_free(compose->json);
	bytes_free(&compose->provider_id);
	*compose = (struct compose){0};
}

struct json *compose_get(const struct compose *compose, const char *name)
{
	return json_get(compose->json, name);
}

/* spec: rtmr3-spec.md 4.3, 12.12 */
bool compose_flag(const struct compose *compose, const char *name)
{
	cleanup_json struct json *member = json_get(compose->json, name);
	if (member)
		return json_true(member);
	return !strcmp(name, "public_tcbinfo") || !strcmp(name, "secure_time");
}

bool compose_knows(const char *name)
{
	return compose_member_known(name);
}

static int check_members(const struct compose *compose, struct err *err)
{
	cleanup_free char **names = json_names(compose->json, err);
	if (!names)
		return -1;
	for (char **name = names; *name; name++) {
		cleanup_json struct json *value = json_get(compose->json, *name);
		if (compose_member_check(*name, value, err))
			return err_prefix(err, "%s", *name);
	}
	return 0;
}

/* spec: rtmr3-spec.md 4.3: 1 and 2 as a number or as text, 3 as text alone */
static int take_manifest_version(struct compose *compose, struct err *err)
{
	cleanup_json struct json *version = json_get(compose->json, "manifest_version");
	if (!version)
		return err_bad(err, "missing");
	bool is_text = json_kind(version) == JSON_STRING;
	for (unsigned known = 1; known <= 3; known++) {
		const char digit[] = {(char)('0' + known), '\0'};
		if (is_text ? !strcmp(json_text(version), digit)
			    : json_kind(version) == JSON_NUMBER && json_double(version) == known)
			compose->manifest_version = known;
	}
	if (!compose->manifest_version)
		return err_bad(err, "none of 1, 2 and \"3\"");
	if (compose->manifest_version == 3 && !is_text)
		return err_bad(err, "3 must be text: \"3\"");
	return 0;
}

static bool is_text(const struct compose *compose, const char *name, const char *value)
{
	cleanup_json struct json *member = json_get(compose->json, name);
	return member && json_kind(member) == JSON_STRING && !strcmp(json_text(member), value);
}

static bool has(const struct compose *compose, const char *name)
{
	cleanup_json struct json *member = json_get(compose->json, name);
	return member != NULL;
}

/* spec: rtmr3-spec.md 4.3: what only some manifest versions have */
static int check_version(const struct compose *compose, struct err *err)
{
	cleanup_json struct json *scripts = json_get(compose->json, "init_script");
	bool third = compose->manifest_version == 3, nerdctl = is_text(compose, "runner", "nerdctl-compose");
	if (!third && scripts && json_kind(scripts) == JSON_ARRAY)
		return err_bad(err, "init_script: an array, which needs manifest_version \"3\"");
	if (!third && nerdctl)
		return err_bad(err, "runner: nerdctl-compose, which needs manifest_version \"3\"");
	if (!third && has(compose, "requirements"))
		return err_bad(err, "requirements: needs manifest_version \"3\"");
	if (!nerdctl && has(compose, "snapshotter"))
		return err_bad(err, "snapshotter: only runner nerdctl-compose has one");
	return 0;
}

/* spec: rtmr3-spec.md 4.3 */
static int take_provider(struct compose *compose, struct err *err)
{
	cleanup_json struct json *provider = json_get(compose->json, "key_provider");
	cleanup_json struct json *id = json_get(compose->json, "key_provider_id");
	if (provider)
		key_provider_find(json_text(provider), &compose->provider); /* one of them: checked as a member */
	else if (compose_flag(compose, "kms_enabled"))
		compose->provider = PROVIDER_KMS;
	else if (compose_flag(compose, "local_key_provider_enabled"))
		compose->provider = PROVIDER_LOCAL;
	if (id && key_provider_id(json_text(id), PROVIDER_ID_MAX, &compose->provider_id, err))
		return err_prefix(err, "key_provider_id");
	return 0;
}

int compose_parse(const char *text, size_t size, struct compose *compose, struct err *err)
{
	if (size > COMPOSE_CAP)
		return err_bad(err, "larger than %d bytes", COMPOSE_CAP);
	if (bytes_add(&compose->text, text, size, err) || digest_raw(SHA256, text, size, compose->hash, err))
		return -1;
	compose->json = json_parse(text, size, err);
	if (!compose->json)
		return -1;
	if (json_kind(compose->json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	if (take_manifest_version(compose, err))
		return err_prefix(err, "manifest_version");
	for (size_t i = 0; i < 2; i++) {
		cleanup_json struct json *member = json_need(compose->json, i ? "runner" : "name", JSON_STRING, err);
		if (!member)
			return -1;
	}
	return check_members(compose, err) || check_version(compose, err) || take_provider(compose, err) ? -1 : 0;
}

int compose_load(const char *path, struct compose *compose, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (file_load(path, COMPOSE_CAP, &text, err))
		return -1;
	return compose_parse(text.data ? text.data : "", text.size, compose, err);
}
