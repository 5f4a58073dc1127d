#include "compose_policy.h"

#include <math.h>
#include <string.h>

static int hash_text(const struct json *text, uint8_t hash[SHA256_SIZE], struct err *err)
{
	return digest_raw(SHA256, json_text(text), strlen(json_text(text)), hash, err);
}

int compose_init_scripts(const struct compose *compose, uint8_t hashes[INIT_SCRIPTS][SHA256_SIZE], size_t *count,
			 struct err *err)
{
	cleanup_json struct json *scripts = compose_get(compose, "init_script");
	*count = 0;
	if (!scripts || json_kind(scripts) == JSON_NULL)
		return 0;
	if (json_kind(scripts) == JSON_STRING)
		return hash_text(scripts, hashes[(*count)++], err);
	while (*count < json_length(scripts)) {
		cleanup_json struct json *script = json_at(scripts, *count);
		if (hash_text(script, hashes[(*count)++], err))
			return -1;
	}
	return 0;
}

static int check_canonical(const struct json *value, struct err *err);

static int check_object(const struct json *object, struct err *err)
{
	cleanup_free char **names = json_names(object, err);
	for (char **name = names; name && *name; name++) {
		cleanup_json struct json *member = json_get(object, *name);
		for (const char *at = *name; *at; at++)
			if ((unsigned char)*at > 0x7f)
				return err_bad(err, "%s: a name beyond ASCII, whose order is not known here", *name);
		if (check_canonical(member, err))
			return err_prefix(err, "%s", *name);
	}
	return names ? 0 : -1;
}

static int check_canonical(const struct json *value, struct err *err)
{
	if (json_kind(value) == JSON_OBJECT)
		return check_object(value, err);
	if (json_kind(value) == JSON_NUMBER) {
		double number = json_double(value);
		if (number != floor(number) || fabs(number) > JSON_WHOLE)
			return err_bad(err, "a number that is not whole, whose canonical text is not known here");
	}
	for (size_t i = 0; json_kind(value) == JSON_ARRAY && i < json_length(value); i++) {
		cleanup_json struct json *item = json_at(value, i);
		if (check_canonical(item, err))
			return err_prefix(err, "%zu", i);
	}
	return 0;
}

int compose_gpu_policy(const struct compose *compose, uint8_t hash[SHA256_SIZE], struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	cleanup_json struct json *requirements = compose_get(compose, "requirements");
	cleanup_json struct json *given = requirements ? json_get(requirements, "gpu_policy") : NULL;
	cleanup_json struct json *policy = given ? json_copy(given) : json_object();
	if (policy && check_canonical(policy, err))
		return err_prefix(err, "requirements: gpu_policy");
	if (json_write(policy, false, &text, err))
		return -1;
	return digest_raw(SHA256, text.data, text.size, hash, err);
}

bool compose_is_doubtful(const struct compose *compose)
{
	cleanup_json struct json *requirements = compose_get(compose, "requirements");
	cleanup_json struct json *scripts = compose_get(compose, "init_script");
	if (requirements && json_kind(requirements) == JSON_NULL)
		return true;
	return scripts &&
	       (json_kind(scripts) == JSON_NULL || (json_kind(scripts) == JSON_STRING && !*json_text(scripts)) ||
		(json_kind(scripts) == JSON_ARRAY && !json_length(scripts)));
}
