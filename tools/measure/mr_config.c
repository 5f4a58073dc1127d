#include "mr_config.h"

#include "hex.h"
#include "keccak.h"

#include <string.h>

const char *mr_config_form_name(enum mr_config_form form)
{
	static const char *const names[] = {"none", "v1", "v2", "v3", "0.5.1"};
	return names[form];
}

static struct json *hashes(const struct mr_config *config)
{
	struct json *array = json_array();
	for (size_t i = 0; i < config->init_script_count; i++) {
		json_add(array, json_hex(config->init_script_hashes[i], SHA256_SIZE));
	}
	return array;
}

/* spec: rtmr3-spec.md 7: the members that are present, as RFC 8785 orders and writes them */
int mr_config_document(const struct mr_config *config, struct bytes *into, struct err *err)
{
	cleanup_json struct json *document = json_object();
	json_set(document, "app_id", json_hex(config->app_id, APP_ID_SIZE));
	json_set(document, "compose_hash", json_hex(config->compose_hash, SHA256_SIZE));
	if (config->gpu_policy_hash)
		json_set(document, "gpu_policy_hash", json_hex(config->gpu_policy_hash, SHA256_SIZE));
	if (config->init_script_hashes)
		json_set(document, "init_script_hashes", hashes(config));
	if (config->instance_id)
		json_set(document, "instance_id", json_hex(config->instance_id, APP_ID_SIZE));
	json_set(document, "key_provider", json_string(key_provider_name(config->provider)));
	if (config->provider_id_size)
		json_set(document, "key_provider_id", json_hex(config->provider_id, config->provider_id_size));
	json_set(document, "version", json_number(3));
	return json_write(document, false, into, err);
}

int mr_config_of_document(const void *document, size_t size, uint8_t value[MR_CONFIG_SIZE], struct err *err)
{
	static const char tag[] = "dstack-mr-config-v3:"; /* its NUL belongs to it */
	cleanup_hasher struct hasher *hasher = hasher_new(SHA256, err);
	if (!hasher)
		return -1;
	memset(value, 0, MR_CONFIG_SIZE);
	value[0] = 3;
	hasher_update(hasher, tag, sizeof tag);
	hasher_update(hasher, document, size);
	hasher_final(hasher, value + 1);
	return 0;
}

static int second(const struct mr_config *config, uint8_t value[MR_CONFIG_SIZE], struct err *err)
{
	cleanup_bytes struct bytes hashed = {0};
	const uint8_t kind = (uint8_t)config->provider;
	if (bytes_add(&hashed, config->compose_hash, SHA256_SIZE, err) ||
	    bytes_add(&hashed, config->app_id, APP_ID_SIZE, err) || bytes_add(&hashed, &kind, 1, err) ||
	    bytes_add(&hashed, config->provider_id, config->provider_id_size, err))
		return -1;
	value[0] = 2;
	keccak256(hashed.data, hashed.size, value + 1);
	return 0;
}

int mr_config_value(const struct mr_config *config, enum mr_config_form form, uint8_t value[MR_CONFIG_SIZE],
		    struct err *err)
{
	cleanup_bytes struct bytes document = {0};
	memset(value, 0, MR_CONFIG_SIZE);
	switch (form) {
	case MR_CONFIG_V1:
		value[0] = 1;
		memcpy(value + 1, config->compose_hash, SHA256_SIZE);
		return 0;
	case MR_CONFIG_V2:
		return second(config, value, err);
	case MR_CONFIG_V3:
		if (mr_config_document(config, &document, err))
			return -1;
		return mr_config_of_document(document.data, document.size, value, err);
	case MR_CONFIG_051:
		memcpy(value, config->compose_hash, SHA256_SIZE);
		return 0;
	case MR_CONFIG_NONE:
	case MR_CONFIG_FORMS:
		break;
	}
	return 0;
}

int mr_config_compare(const struct mr_config *config, const uint8_t observed[MR_CONFIG_SIZE], bool also_051,
		      enum mr_config_form *form, struct err *err)
{
	uint8_t value[MR_CONFIG_SIZE];
	for (*form = MR_CONFIG_NONE; *form < MR_CONFIG_FORMS; (*form)++) {
		if (*form == MR_CONFIG_051 && !also_051)
			continue;
		if (mr_config_value(config, *form, value, err))
			return -1;
		if (!memcmp(value, observed, sizeof value))
			return 1;
	}
	return 0;
}
