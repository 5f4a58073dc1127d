#include "quote_report.h"

#include "attributes.h"
#include "hex.h"

#include <string.h>

void quote_report_free(struct quote_report *report)
{
	pck_chain_free(&report->chain);
}

int quote_report_fill(const struct quote *quote, enum quote_form form, struct quote_report *report, struct err *err)
{
	const struct quote_certification *certification = &quote->certification;
	*report = (struct quote_report){.form = form, .quote = *quote};
	if (certification->type != CERTIFICATION_PCK_LEAF && certification->type != CERTIFICATION_PCK_CHAIN)
		return 0;
	report->has_chain = true;
	report->chain_is_der = pck_chain_is_der(certification->data);
	int failed = report->chain_is_der ? pck_chain_parse_der(certification->data, &report->chain, err)
					  : pck_chain_parse(certification, &report->chain, err);
	return failed ? err_prefix(err, "certification data") : 0;
}

static void copy_name(struct view name, char *into, size_t size)
{
	struct view text = certificate_common_name(name);
	*into = 0;
	if (text.size >= size || (text.size && memchr(text.data, 0, text.size)) ||
	    !bytes_are_utf8(text.data, text.size))
		return;
	memcpy(into, text.data, text.size);
	into[text.size] = 0;
}

int certificate_words(const struct certificate *it, struct certificate_words *words, struct err *err)
{
	int64_t seconds;
	struct view serial = it->serial;
	copy_name(it->subject, words->subject, sizeof words->subject);
	copy_name(it->issuer, words->issuer, sizeof words->issuer);
	if (serial.size > 1 && !serial.data[0])
		serial = view_of(serial.data + 1, serial.size - 1);
	*words->serial = 0;
	if (2 * serial.size < sizeof words->serial)
		hex_write(serial.data, serial.size, words->serial);
	return certificate_time(it->not_before, words->not_before, &seconds, err) ||
			       certificate_time(it->not_after, words->not_after, &seconds, err) ||
			       digest_bytes(SHA256, it->bytes.data, it->bytes.size, words->sha256, err)
		       ? -1
		       : 0;
}

bool quote_flag(struct view attributes, bool is_td, unsigned bit, char name[32])
{
	const char *known = is_td ? td_attribute_name(bit) : sgx_attribute_name(bit);
	if (!(attributes.data[bit / 8] >> bit % 8 & 1))
		return false;
	if (known)
		strcpy(name, known);
	else
		sprintf(name, "bit %u", bit);
	return true;
}
