#include "quote_input.h"

#include "attestation.h"
#include "base64.h"
#include "certificate.h"
#include "hex.h"
#include "json_view.h"
#include "pem.h"

#include <string.h>

/* 1.3.6.1.4.1.62397.1.1 and .8; spec: rtmr3-spec.md 8 */
static const uint8_t quote_oid[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xe7, 0x3d, 0x01, 0x01};
static const uint8_t attestation_oid[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xe7, 0x3d, 0x01, 0x08};

const char *quote_form_name(enum quote_form form)
{
	static const char *const names[] = {"binary", "hex", "base64", "json", "attestation", "certificate"};
	return names[form];
}

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_text(struct view view)
{
	for (size_t i = 0; i < view.size; i++)
		if (!is_space(view.data[i]) && (view.data[i] < 0x21 || view.data[i] > 0x7e))
			return false;
	return view.size;
}

static bool is_hex(struct view text)
{
	for (size_t i = 0; i < text.size; i++)
		if (hex_digit((char)text.data[i]) < 0)
			return false;
	return text.size;
}

static int add_hex(struct view text, struct bytes *into, struct err *err)
{
	if (text.size % 2)
		return err_bad(err, "hex: an odd number of digits");
	for (size_t i = 0; i < text.size; i += 2) {
		uint8_t byte = (uint8_t)(hex_digit((char)text.data[i]) << 4 | hex_digit((char)text.data[i + 1]));
		if (bytes_add(into, &byte, 1, err))
			return -1;
	}
	return 0;
}

/* Hex or base64 without white space. Digits of hex alone are never a quote in base64: the vendor's id in the header has
 * others there. */
static int add_text(struct view text, enum quote_form *form, struct bytes *into, struct err *err)
{
	bool is_marked = text.size > 2 && text.data[0] == '0' && (text.data[1] | 0x20) == 'x';
	struct view digits = is_marked ? view_of(text.data + 2, text.size - 2) : text;
	*form = is_marked || is_hex(digits) ? QUOTE_HEX : QUOTE_BASE64;
	if (is_marked && !is_hex(digits))
		return err_bad(err, "0x, and then not hex");
	if (*form == QUOTE_HEX)
		return add_hex(digits, into, err);
	return base64_read((const char *)text.data, text.size, into, err) ? err_prefix(err, "base64") : 0;
}

static int add_attestation(struct view data, struct bytes *into, struct err *err)
{
	struct attestation attestation;
	if (attestation_parse(data, &attestation, err))
		return err_prefix(err, "attestation");
	return bytes_add(into, attestation.quote.data, attestation.quote.size, err);
}

static int add_member(struct json_view member, const char *name, struct bytes *into, struct err *err)
{
	enum quote_form form;
	cleanup_bytes struct bytes text = {0};
	if (json_view_kind(member) != JSON_STRING)
		return err_bad(err, "%s: not a string", name);
	if (json_view_string(member, &text, err))
		return -1;
	if (!text.size)
		return err_bad(err, "%s: empty", name);
	return add_text(view_of(text.data, text.size), &form, into, err) ? err_prefix(err, "%s", name) : 0;
}

/* spec: rtmr3-spec.md 9: newer answers have both, and the quote is the same */
static int add_json(struct view data, struct bytes *into, struct err *err)
{
	struct json_view object;
	cleanup_bytes struct bytes attestation = {0};
	if (json_view((const char *)data.data, data.size, &object, err))
		return -1;
	if (json_view_kind(object) != JSON_OBJECT)
		return err_bad(err, "JSON, and not an object");
	struct json_view member = json_view_member(object, "quote");
	if (member.text)
		return add_member(member, "quote", into, err);
	member = json_view_member(object, "attestation");
	if (!member.text)
		return err_bad(err, "an object with neither quote nor attestation");
	return add_member(member, "attestation", &attestation, err) ||
			       add_attestation(view_of(attestation.data, attestation.size), into, err)
		       ? -1
		       : 0;
}

/* The OCTET STRING in an extension's value. */
static int take_inner(struct view value, struct view *inner, struct err *err)
{
	return der_take(&value, DER_OCTET_STRING, "extension", inner, err) || der_end(value, "extension", err) ? -1 : 0;
}

static int add_certificate(struct view der, struct bytes *into, struct err *err)
{
	struct certificate certificate;
	struct view value, inner;
	if (certificate_parse(der, &certificate, err))
		return -1;
	if (certificate_find(&certificate, view_of(quote_oid, sizeof quote_oid), &value))
		return take_inner(value, &inner, err) || bytes_add(into, inner.data, inner.size, err) ? -1 : 0;
	if (certificate_find(&certificate, view_of(attestation_oid, sizeof attestation_oid), &value))
		return take_inner(value, &inner, err) || add_attestation(inner, into, err) ? -1 : 0;
	return err_bad(err, "no extension holds a quote");
}

static int add_pem(struct view text, struct bytes *into, struct err *err)
{
	cleanup_bytes struct bytes der = {0};
	return pem_take(&text, &der, err) || add_certificate(view_of(der.data, der.size), into, err) ? -1 : 0;
}

static int add_spaced(struct view text, enum quote_form *form, struct bytes *into, struct err *err)
{
	cleanup_bytes struct bytes dense = {0};
	for (size_t i = 0; i < text.size; i++)
		if (!is_space(text.data[i]) && bytes_add(&dense, text.data + i, 1, err))
			return -1;
	return dense.size ? add_text(view_of(dense.data, dense.size), form, into, err) : err_bad(err, "empty");
}

/* A quote begins with its version, 3 to 5, and an attestation with 0: neither with an ASN.1 SEQUENCE or text. */
static int read_binary(struct view data, enum quote_form *form, struct bytes *quote, struct err *err)
{
	bool is_sequence = der_has(data, DER_SEQUENCE), is_attestation = data.size > 1 && !data.data[0];
	*form = is_sequence ? QUOTE_CERTIFICATE : is_attestation ? QUOTE_ATTESTATION : QUOTE_BINARY;
	if (is_sequence)
		return add_certificate(data, quote, err) ? err_prefix(err, "certificate") : 0;
	return is_attestation ? add_attestation(data, quote, err) : bytes_add(quote, data.data, data.size, err);
}

int quote_input_read(const void *data, size_t size, enum quote_form *form, struct bytes *quote, struct err *err)
{
	struct view all = view_of(data, size), text = all;
	if (size > QUOTE_INPUT_CAP)
		return err_bad(err, "larger than %d bytes", QUOTE_INPUT_CAP);
	if (!size)
		return err_bad(err, "empty");
	while (text.size && is_space(*text.data))
		text = view_of(text.data + 1, text.size - 1);
	if (pem_is(text)) {
		*form = QUOTE_CERTIFICATE;
		return add_pem(text, quote, err) ? err_prefix(err, "certificate") : 0;
	}
	if (text.size && (*text.data == '{' || *text.data == '[')) {
		*form = QUOTE_JSON;
		return add_json(all, quote, err);
	}
	return is_text(all) ? add_spaced(all, form, quote, err) : read_binary(all, form, quote, err);
}
