#include "quote_report.h"

#include "hex.h"
#include "program.h"

#include <inttypes.h>

static int add_hex(struct view view, struct bytes *into, struct err *err)
{
	char digits[3];
	for (size_t i = 0; i < view.size; i++) {
		hex_write(view.data + i, 1, digits);
		if (bytes_add(into, digits, 2, err))
			return -1;
	}
	return 0;
}

static int add_flags(const char *name, struct view attributes, bool is_td, struct bytes *into, struct err *err)
{
	char flag[32];
	unsigned count = 0;
	for (unsigned bit = 0; bit < 64; bit++)
		if (quote_flag(attributes, is_td, bit, flag) &&
		    bytes_addf(into, err, "%s%s", count++ ? ", " : name, flag))
			return -1;
	return count ? bytes_addf(into, err, "\n") : 0;
}

static int add_head(const struct quote_report *report, struct bytes *into, struct err *err)
{
	const struct quote *quote = &report->quote;
	bool is_td = quote->body != BODY_SGX;
	return bytes_addf(into, err, "quote  version %u, %s, %zu bytes, read as %s: not verified\n", quote->version,
			  quote_body_name(quote->body), quote->bytes.size, quote_form_name(report->form)) ||
			       bytes_addf(into, err, "signed bytes 0 to %zu\n", quote->signed_bytes.size - 1) ||
			       add_flags("flags  ", is_td ? quote->td.td_attributes : quote->sgx.attributes, is_td,
					 into, err)
		       ? -1
		       : 0;
}

static int add_value(const struct quote *quote, const struct quote_field *field, struct bytes *into, struct err *err)
{
	if (field->kind == FIELD_NUMBER)
		return bytes_addf(into, err, "%" PRIu64 "\n", view_little(field->value));
	if (!field->value.size)
		return bytes_addf(into, err, "none\n");
	if (field->kind == FIELD_BYTES)
		return add_hex(field->value, into, err) || bytes_addf(into, err, "\n") ? -1 : 0;
	if (field->value.data == quote->padding.data)
		return bytes_addf(into, err, view_is_zero(field->value) ? "zeros\n" : "not all zeros\n");
	return bytes_addf(into, err, "below\n");
}

static int add_fields(const struct quote *quote, struct bytes *into, struct err *err)
{
	struct quote_field fields[QUOTE_FIELDS];
	size_t count = quote_fields(quote, fields);
	if (bytes_addf(into, err, "\noffset  size  %-27s  %-43s  value\n", "field", "what it is"))
		return -1;
	for (size_t i = 0; i < count; i++) {
		char name[64];
		const struct quote_field *field = &fields[i];
		snprintf(name, sizeof name, "%s.%s", field->group, field->name);
		if (bytes_addf(into, err, "%6td  %4zu  %-27s  %-43s  ", field->value.data - quote->bytes.data,
			       field->value.size, name, field->what) ||
		    add_value(quote, field, into, err))
			return -1;
	}
	return 0;
}

static int add_certificates(const struct pck_chain *chain, struct bytes *into, struct err *err)
{
	struct certificate_words words;
	if (bytes_addf(into, err, "\n%-27s  %-27s  %-20s  %-20s  serial\n", "certificate of", "issued by", "valid from",
		       "to"))
		return -1;
	for (size_t i = 0; i < chain->count; i++)
		if (certificate_words(&chain->certificates[i], &words, err) ||
		    bytes_addf(into, err, "%-27s  %-27s  %s  %s  %s\n", printable(words.subject),
			       printable(words.issuer), words.not_before, words.not_after, words.serial))
			return -1;
	return 0;
}

static int add_row(const char *name, const char *what, struct view value, struct bytes *into, struct err *err)
{
	return bytes_addf(into, err, "%-27s  %-43s  ", name, what) || add_hex(value, into, err) ||
			       bytes_addf(into, err, "\n")
		       ? -1
		       : 0;
}

static int add_pck(const struct pck_extension *it, struct bytes *into, struct err *err)
{
	if (bytes_addf(into, err, "\n%-27s  %-43s  value\n", "PCK certificate says", "what it is") ||
	    add_row("fmspc", "kind of platform, which TCB info is for", it->fmspc, into, err) ||
	    add_row("pce_id", "provisioning enclave", it->pce_id, into, err) ||
	    add_row("ppid", "id of the platform", it->ppid, into, err) ||
	    add_row("cpu_svn", "not what TCB levels are compared with", it->cpu_svn, into, err) ||
	    bytes_addf(into, err, "%-27s  %-43s ", "component_svns", "what TCB levels are compared with"))
		return -1;
	for (size_t i = 0; i < PCK_COMPONENTS; i++)
		if (bytes_addf(into, err, " %u", it->component_svns[i]))
			return -1;
	if (bytes_addf(into, err, "\n%-27s  %-43s  %u\n", "pce_svn", "SVN of the provisioning enclave", it->pce_svn) ||
	    bytes_addf(into, err, "%-27s  %-43s  %s\n", "sgx_type", "kind of SGX", pck_sgx_type_name(it->sgx_type)))
		return -1;
	return it->is_platform ? add_row("platform_instance_id", "this registration of the platform",
					 it->platform_instance_id, into, err)
			       : 0;
}

int quote_report_text(const struct quote_report *report, struct bytes *into, struct err *err)
{
	if (add_head(report, into, err) || add_fields(&report->quote, into, err))
		return -1;
	if (!report->has_chain)
		return 0;
	return add_certificates(&report->chain, into, err) || add_pck(&report->chain.extension, into, err) ? -1 : 0;
}
