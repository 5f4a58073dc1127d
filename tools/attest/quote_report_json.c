#include "quote_report.h"

#include "json.h"

static struct json *hex(struct view view)
{
	return json_hex(view.data, view.size);
}

/* Each group an object, and beside them where each field is. FIELD_OTHER is only the latter. */
static void set_fields(const struct quote *quote, struct json *json)
{
	struct quote_field fields[QUOTE_FIELDS];
	size_t count = quote_fields(quote, fields);
	struct json *offsets = json_object(), *group = NULL;
	for (size_t i = 0; i < count; i++) {
		const struct quote_field *field = &fields[i];
		char name[64];
		if (!i || field->group != fields[i - 1].group)
			group = json_object();
		if (field->kind != FIELD_OTHER)
			json_set(group, field->name,
				 field->kind == FIELD_NUMBER ? json_number(view_little(field->value))
							     : hex(field->value));
		if (i + 1 == count || fields[i + 1].group != field->group)
			json_set(json, field->group, group);
		struct json *place = json_object();
		json_set(place, "offset", json_number((uint64_t)(field->value.data - quote->bytes.data)));
		json_set(place, "size", json_number(field->value.size));
		snprintf(name, sizeof name, "%s.%s", field->group, field->name);
		json_set(offsets, name, place);
	}
	json_set(json, "offsets", offsets);
}

static struct json *flags(struct view attributes, bool is_td)
{
	struct json *array = json_array();
	char name[32];
	for (unsigned bit = 0; bit < 64; bit++)
		if (quote_flag(attributes, is_td, bit, name))
			json_add(array, json_string(name));
	return array;
}

static struct json *all_flags(const struct quote *quote)
{
	struct json *json = json_object();
	bool is_td = quote->body != BODY_SGX;
	json_set(json, "body", flags(is_td ? quote->td.td_attributes : quote->sgx.attributes, is_td));
	json_set(json, "qe_report", flags(quote->qe_report.attributes, false));
	return json;
}

static struct json *padding(struct view view)
{
	struct json *json = json_object();
	json_set(json, "size", json_number(view.size));
	json_set(json, "zero", json_boolean(view_is_zero(view)));
	return json;
}

static struct json *text_or_null(const char *text)
{
	return *text ? json_string(text) : json_null();
}

static struct json *certificate(const struct certificate_words *words)
{
	struct json *json = json_object();
	json_set(json, "subject", text_or_null(words->subject));
	json_set(json, "issuer", text_or_null(words->issuer));
	json_set(json, "serial", text_or_null(words->serial));
	json_set(json, "not_before", json_string(words->not_before));
	json_set(json, "not_after", json_string(words->not_after));
	json_set(json, "sha256", json_string(words->sha256));
	return json;
}

/* NULL when one cannot be told. */
static struct json *certificates(const struct pck_chain *chain, struct err *err)
{
	cleanup_json struct json *array = json_array();
	for (size_t i = 0; i < chain->count; i++) {
		struct certificate_words words;
		if (certificate_words(&chain->certificates[i], &words, err))
			return NULL;
		json_add(array, certificate(&words));
	}
	return steal(&array);
}

static void set_flag(struct json *json, const char *name, bool is_given, bool value)
{
	if (is_given)
		json_set(json, name, json_boolean(value));
}

static struct json *pck(const struct pck_extension *it)
{
	struct json *json = json_object(), *svns = json_array();
	for (size_t i = 0; i < PCK_COMPONENTS; i++)
		json_add(svns, json_number(it->component_svns[i]));
	json_set(json, "component_svns", svns);
	json_set(json, "cpu_svn", hex(it->cpu_svn));
	json_set(json, "pce_svn", json_number(it->pce_svn));
	json_set(json, "pce_id", hex(it->pce_id));
	json_set(json, "fmspc", hex(it->fmspc));
	json_set(json, "ppid", hex(it->ppid));
	json_set(json, "sgx_type", json_string(pck_sgx_type_name(it->sgx_type)));
	if (it->is_platform)
		json_set(json, "platform_instance_id", hex(it->platform_instance_id));
	set_flag(json, "dynamic_platform", it->has_dynamic_platform, it->dynamic_platform);
	set_flag(json, "cached_keys", it->has_cached_keys, it->cached_keys);
	set_flag(json, "smt", it->has_smt, it->smt);
	return json;
}

int quote_report_json(const struct quote_report *report, struct bytes *into, struct err *err)
{
	const struct quote *quote = &report->quote;
	cleanup_json struct json *json = json_object();
	set_fields(quote, json);
	json_set(json, "schema", json_string("kettle-dstack/quote/1"));
	json_set(json, "form", json_string(quote_form_name(report->form)));
	json_set(json, "size", json_number(quote->bytes.size));
	json_set(json, "signed_size", json_number(quote->signed_bytes.size));
	json_set(json, "kind", json_string(quote_body_name(quote->body)));
	json_set(json, "tee", json_string(quote->body == BODY_SGX ? "sgx" : "tdx"));
	json_set(json, "flags", all_flags(quote));
	json_set(json, "padding", padding(quote->padding));
	struct json *chain = report->has_chain ? certificates(&report->chain, err) : json_null();
	if (!chain)
		return -1;
	json_set(json, "certificates", chain);
	json_set(json, "certificate_form",
		 report->has_chain ? json_string(report->chain_is_der ? "der" : "pem") : json_null());
	json_set(json, "pck", report->has_chain ? pck(&report->chain.extension) : json_null());
	return json_write(json, true, into, err);
}
