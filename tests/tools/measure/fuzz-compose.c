/* corpus: vectors/compose
 * An app-compose.json may come from anybody who wants it deployed, or praised. What is accepted has a hash of all its
 * bytes, warnings of one line each, and the values that follow from it. */
#include "compose_policy.h"
#include "compose_warn.h"
#include "mr_config.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct compose *compose, const uint8_t *data, size_t size)
{
	struct err err = {0};
	size_t count;
	uint8_t hash[SHA256_SIZE], scripts[INIT_SCRIPTS][SHA256_SIZE];
	cleanup_warnings struct warnings warnings = {0};
	if (digest_raw(SHA256, data, size, hash, &err) || memcmp(hash, compose->hash, sizeof hash) ||
	    compose->text.size != size || compose->provider > PROVIDER_TPM)
		abort();
	if (compose_warn(compose, &warnings, &err) || compose_init_scripts(compose, scripts, &count, &err) ||
	    count > INIT_SCRIPTS)
		abort();
	for (size_t i = 0; i < warnings.count; i++)
		if (!*warnings.list[i].text || !*warnings.list[i].code)
			abort();
	if (compose_gpu_policy(compose, hash, &err) && err.status != STATUS_BAD)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_compose struct compose compose = {0};
	struct err err = {0};
	if (!compose_parse((const char *)data, size, &compose, &err))
		check(&compose, data, size);
	else if (err.status != STATUS_BAD || !*err.text)
		abort();
	return 0;
}
