#include "demand.h"

#include "hex.h"
#include "json.h"
#include "runtime.h"

#include <string.h>

void demands_free(struct demands *demands)
{
	for (size_t i = 0; i < demands->count; i++) {
		free(demands->list[i].name);
		free(demands->list[i].shown);
		bytes_free(&demands->list[i].value);
	}
	free(demands->list);
	*demands = (struct demands){0};
}

/* Of any quote's body; which a quote has, is seen when it is judged. */
static const char *const fields[] = {
	"mr_td",       "rtmr0",           "rtmr1",         "rtmr2",          "rtmr3",           "mr_config_id",
	"mr_owner",    "mr_owner_config", "mr_seam",       "mr_signer_seam", "seam_attributes", "td_attributes",
	"xfam",        "tee_tcb_svn",     "tee_tcb_svn_2", "mr_service_td",  "mr_enclave",      "mr_signer",
	"isv_prod_id", "isv_svn",         "attributes",    "cpu_svn",        "misc_select",     "report_data",
	NULL,
};

static bool is_field(const char *name)
{
	for (size_t i = 0; fields[i]; i++)
		if (!strcmp(name, fields[i]))
			return true;
	return false;
}

static bool is_kettle(const char *name)
{
	return !strcmp(name, "kettle-manifest") || !strcmp(name, "kettle-app") || !strcmp(name, "kettle-config");
}

/* "mr-config-id", and "mrtd", as everybody but the layout calls it. */
static char *field_name(const char *name)
{
	char *copy = strdup(!strcmp(name, "mrtd") ? "mr_td" : name);
	for (char *at = copy; at && *at; at++)
		*at = (char)(*at == '-' ? '_' : *at);
	return copy;
}

static int find_kind(const char *name, struct demand *demand, struct err *err)
{
	cleanup_free char *field = field_name(name);
	demand->shown = strdup(name);
	if (!field || !demand->shown)
		return err_system(err, EX_OSERR, "%s", name);
	if (is_field(field)) {
		demand->kind = DEMAND_FIELD;
		demand->name = steal(&field);
		return 0;
	}
	if (!is_kettle(name) && !runtime_is_reserved(name))
		return err_bad(err, "neither a field of a quote nor an event of dstack's boot or kettle's");
	demand->kind = is_kettle(name) ? DEMAND_KETTLE_EVENT : DEMAND_BOOT_EVENT;
	demand->name = strdup(name);
	return demand->name ? 0 : err_system(err, EX_OSERR, "%s", name);
}

/* spec: rtmr3-spec.md 2.1: NAME or NAME:ID as the event has it */
static int provider(const char *text, struct bytes *value, struct err *err)
{
	size_t size = strcspn(text, ":");
	const char *id = text[size] ? text + size + 1 : "";
	if (!*id && (*text == 'k' || *text == 'l'))
		return err_bad(err, "%s has an id, which says whom one trusts: give NAME:ID", text);
	return bytes_addf(value, err, "{\"name\":\"%.*s\",\"id\":\"%s\"}", (int)size, text, id);
}

static bool is_provider(const char *text)
{
	static const char *const names[] = {"kms", "local-sgx", "tpm", "none"};
	size_t size = strcspn(text, ":");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == size && !strncmp(names[i], text, size))
			return strspn(text + size, ":0123456789abcdef") == strlen(text + size);
	return false;
}

static int take_value(const char *text, struct demand *demand, struct err *err)
{
	if (!strcmp(demand->name, "key-provider") && is_provider(text))
		return provider(text, &demand->value, err);
	if (*text == '{' && demand->kind != DEMAND_FIELD)
		return bytes_add(&demand->value, text, strlen(text), err);
	if (text[0] == '0' && (text[1] | 0x20) == 'x')
		text += 2;
	size_t size = strlen(text) / 2;
	cleanup_free uint8_t *raw = malloc(size + 1);
	if (!raw)
		return err_system(err, EX_OSERR, "%s", demand->name);
	if (hex_read(text, raw, size))
		return err_bad(err, "not hexadecimal digits, two a byte");
	return bytes_add(&demand->value, raw, size, err);
}

int demands_add(struct demands *demands, const char *name, const char *value, struct err *err)
{
	if (demands->count == DEMANDS_MAX)
		return err_bad(err, "more than %d values expected", DEMANDS_MAX);
	struct demand *grown = reallocarray(demands->list, demands->count + 1, sizeof *grown);
	if (!grown)
		return err_system(err, EX_OSERR, "%s", name);
	demands->list = grown;
	struct demand *demand = &grown[demands->count++];
	*demand = (struct demand){0};
	return find_kind(name, demand, err) || take_value(value, demand, err) ? err_prefix(err, "%s", name) : 0;
}

int demands_parse(struct demands *demands, const char *text, size_t size, struct err *err)
{
	cleanup_json struct json *json = json_parse(text, size, err);
	if (!json)
		return -1;
	if (json_kind(json) != JSON_OBJECT || !json_length(json))
		return err_bad(err, "not an object with members");
	cleanup_free char **names = json_names(json, err);
	for (size_t i = 0; names && names[i]; i++) {
		cleanup_json struct json *value = json_need(json, names[i], JSON_STRING, err);
		if (!value || demands_add(demands, names[i], json_text(value), err))
			return -1;
	}
	return names ? 0 : -1;
}
