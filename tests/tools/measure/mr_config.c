/* mr_config value FORM HASH APP-ID PROVIDER PROVIDER-ID GPU-POLICY-HASH INSTANCE-ID: the value, or of FORM `document`
 * that of V3. mr_config compare [051] VALUE HASH …: the form VALUE is of, or `no`. mr_config flips VALUE HASH …. '-'
 * for what is not there. */
#include "mr_config.h"

#include "hex.h"
#include "program.h"

#include <string.h>

static bool take(const char *digits, uint8_t *into, size_t size)
{
	if (!strcmp(digits, "-"))
		return false;
	if (hex_read(digits, into, size))
		die_usage("'%s': not %zu bytes", digits, size);
	return true;
}

static void value(const struct mr_config *config, const char *name)
{
	struct err err;
	cleanup_bytes struct bytes document = {0};
	uint8_t result[MR_CONFIG_SIZE];
	char digits[2 * MR_CONFIG_SIZE + 1];
	enum mr_config_form form = MR_CONFIG_NONE;
	if (mr_config_document(config, &document, &err))
		die_err(NULL, &err);
	if (!strcmp(name, "document")) {
		puts(document.data);
		return;
	}
	while (form < MR_CONFIG_FORMS && strcmp(name, mr_config_form_name(form)))
		form++;
	if (mr_config_value(config, form, result, &err))
		die_err(NULL, &err);
	hex_write(result, sizeof result, digits);
	puts(digits);
}

/* How many of the values that differ from this one in a bit are taken for one of a form. */
static void flips(const struct mr_config *config, const char *digits)
{
	struct err err;
	enum mr_config_form form;
	uint8_t observed[MR_CONFIG_SIZE];
	int taken = 0;
	take(digits, observed, sizeof observed);
	for (size_t bit = 0; bit < 8 * sizeof observed; bit++) {
		observed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		taken += mr_config_compare(config, observed, true, &form, &err) != 0;
		observed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	printf("%d\n", taken);
}

static void compare(const struct mr_config *config, const char *digits, bool also_051)
{
	struct err err;
	enum mr_config_form form;
	uint8_t observed[MR_CONFIG_SIZE];
	take(digits, observed, sizeof observed);
	int same = mr_config_compare(config, observed, also_051, &form, &err);
	if (same < 0)
		die_err(NULL, &err);
	puts(same ? mr_config_form_name(form) : "no");
}

int main(int argc, char **argv)
{
	struct err err;
	struct mr_config config = {0};
	uint8_t gpu_policy[SHA256_SIZE], instance[APP_ID_SIZE];
	cleanup_bytes struct bytes id = {0};
	program_start("mr_config");
	bool also_051 = argc > 2 && !strcmp(argv[2], "051");
	char **at = argv + 3 + also_051;
	if (argc != 9 + also_051 || key_provider_find(at[2], &config.provider))
		die_usage("value FORM … or compare [051] VALUE …");
	take(at[0], config.compose_hash, SHA256_SIZE);
	take(at[1], config.app_id, APP_ID_SIZE);
	if (strcmp(at[3], "-") && key_provider_id(at[3], PROVIDER_ID_MAX, &id, &err))
		die_err("PROVIDER-ID", &err);
	config.provider_id = id.data;
	config.provider_id_size = id.size;
	config.gpu_policy_hash = take(at[4], gpu_policy, sizeof gpu_policy) ? gpu_policy : NULL;
	config.instance_id = take(at[5], instance, sizeof instance) ? instance : NULL;
	if (!strcmp(argv[1], "value"))
		value(&config, argv[2]);
	else if (!strcmp(argv[1], "flips"))
		flips(&config, argv[2]);
	else
		compare(&config, argv[2 + also_051], also_051);
	return finish(STATUS_OK);
}
