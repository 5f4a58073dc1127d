#include "aggregates.h"

#include <string.h>

int aggregate_key_provider(const void *payload, size_t size, uint8_t out[SHA256_SIZE], struct err *err)
{
	memset(out, 0, SHA256_SIZE);
	return size ? digest_raw(SHA256, payload, size, out, err) : 0;
}

static struct hasher *begin(const struct aggregate_registers *registers, struct err *err)
{
	struct hasher *hasher = hasher_new(SHA256, err);
	if (!hasher)
		return NULL;
	hasher_update(hasher, registers->mrtd, REGISTER_SIZE);
	for (size_t i = 0; i < 3; i++)
		hasher_update(hasher, registers->rtmr[i], REGISTER_SIZE);
	return hasher;
}

int aggregate_system(const struct aggregate_registers *registers, const uint8_t mr_key_provider[SHA256_SIZE],
		     uint8_t out[SHA256_SIZE], struct err *err)
{
	cleanup_hasher struct hasher *hasher = begin(registers, err);
	if (!hasher)
		return -1;
	hasher_update(hasher, mr_key_provider, SHA256_SIZE);
	hasher_final(hasher, out);
	return 0;
}

static bool is_zero(const uint8_t value[REGISTER_SIZE])
{
	static const uint8_t zero[REGISTER_SIZE];
	return !memcmp(value, zero, REGISTER_SIZE);
}

/* spec: rtmr3-spec.md 6: the last three all together, when one of them is used */
int aggregate_all(const struct aggregate_registers *registers, uint8_t out[SHA256_SIZE], struct err *err)
{
	cleanup_hasher struct hasher *hasher = begin(registers, err);
	if (!hasher)
		return -1;
	hasher_update(hasher, registers->rtmr[3], REGISTER_SIZE);
	if (!is_zero(registers->mr_config_id) || !is_zero(registers->mr_owner) ||
	    !is_zero(registers->mr_owner_config)) {
		hasher_update(hasher, registers->mr_config_id, REGISTER_SIZE);
		hasher_update(hasher, registers->mr_owner, REGISTER_SIZE);
		hasher_update(hasher, registers->mr_owner_config, REGISTER_SIZE);
	}
	hasher_final(hasher, out);
	return 0;
}
