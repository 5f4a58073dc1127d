#include "key_provider.h"

#include "hex.h"
#include "json.h"

#include <string.h>

/* spec: rtmr3-spec.md 12.9 */
static const struct {
	const char *name, *event;
} names[] = {
	[PROVIDER_NONE] = {"none", "none"},
	[PROVIDER_LOCAL] = {"local", "local-sgx"},
	[PROVIDER_KMS] = {"kms", "kms"},
	[PROVIDER_TPM] = {"tpm", "tpm"},
};

const char *key_provider_name(enum key_provider provider)
{
	return names[provider].name;
}

const char *key_provider_event_name(enum key_provider provider)
{
	return names[provider].event;
}

int key_provider_find(const char *name, enum key_provider *provider)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i].name, name)) {
			*provider = (enum key_provider)i;
			return 0;
		}
	return -1;
}

static int find_event(const char *name, enum key_provider *provider, struct err *err)
{
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i].event, name)) {
			*provider = (enum key_provider)i;
			return 0;
		}
	return err_bad(err, "name: none of none, local-sgx, kms, tpm");
}

int key_provider_payload(enum key_provider provider, const void *id, size_t size, struct bytes *into, struct err *err)
{
	cleanup_free char *digits = malloc(2 * size + 1);
	if (!digits)
		return err_system(err, EX_OSERR, "key provider");
	hex_write(id, size, digits);
	return bytes_addf(into, err, "{\"name\":\"%s\",\"id\":\"%s\"}", names[provider].event, digits);
}

int key_provider_id(const char *text, size_t max, struct bytes *id, struct err *err)
{
	size_t size = strlen(text) / 2;
	if (size > max)
		return err_bad(err, "longer than %zu bytes", max);
	cleanup_free uint8_t *raw = malloc(size + 1);
	if (!raw)
		return err_system(err, EX_OSERR, "id");
	if (hex_read(text, raw, size))
		return err_bad(err, "not hexadecimal digits, two a byte");
	return bytes_add(id, raw, size, err);
}

/* spec: rtmr3-spec.md 2.1 */
static int check_id(enum key_provider provider, size_t size, struct err *err)
{
	bool has_id = provider == PROVIDER_KMS || provider == PROVIDER_LOCAL;
	if (has_id != (size > 0))
		return err_bad(err, "id: %s", has_id ? "empty" : "not empty, and this provider has none");
	if (provider == PROVIDER_LOCAL && size != 32)
		return err_bad(err, "id: %zu bytes instead of 32", size);
	return 0;
}

int key_provider_parse(const char *text, size_t size, enum key_provider *provider, struct bytes *id, struct err *err)
{
	static const char *const members[] = {"name", "id", NULL};
	cleanup_bytes struct bytes again = {0};
	cleanup_json struct json *json = json_parse(text, size, err);
	if (!json)
		return -1;
	if (json_kind(json) != JSON_OBJECT)
		return err_bad(err, "not an object");
	cleanup_json struct json *name = json_need(json, "name", JSON_STRING, err);
	cleanup_json struct json *digits = name ? json_need(json, "id", JSON_STRING, err) : NULL;
	if (!digits || json_only(json, members, err) || find_event(json_text(name), provider, err))
		return -1;
	if (key_provider_id(json_text(digits), PROVIDER_ID_MAX, id, err))
		return err_prefix(err, "id");
	if (check_id(*provider, id->size, err) || key_provider_payload(*provider, id->data, id->size, &again, err))
		return -1;
	/* spec: rtmr3-spec.md 12.9 */
	if (again.size != size || memcmp(again.data, text, size))
		return err_bad(err, "not as the event has it, which is %s", again.data);
	return 0;
}
