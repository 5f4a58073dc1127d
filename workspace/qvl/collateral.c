#include "collateral.h"

#include "hex.h"
#include "json_view.h"
#include "pem.h"

#include <string.h>

void signed_document_free(struct signed_document *document)
{
	bytes_free(&document->text);
	bytes_free(&document->issuer_chain);
}

void collateral_free(struct collateral *collateral)
{
	signed_document_free(&collateral->tcb_info);
	signed_document_free(&collateral->qe_identity);
	bytes_free(&collateral->root_crl);
	bytes_free(&collateral->pck_crl);
	bytes_free(&collateral->pck_chain);
	bytes_free(&collateral->pck_crl_chain);
	*collateral = (struct collateral){0};
}

/* Revocation lists. */

static int crl_from_pem(struct view text, struct bytes *der, struct err *err)
{
	if (pem_take_crl(&text, der, err))
		return -1;
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] != '\n' && text.data[i] != '\r')
			return err_bad(err, "something else than line ends behind END X509 CRL");
	return 0;
}

static int crl_from_hex(const char *text, size_t size, struct bytes *der, struct err *err)
{
	while (size && (text[size - 1] == ' ' || text[size - 1] == '\n' || text[size - 1] == '\r'))
		size--;
	if (!size || size % 2)
		return err_bad(err, "neither DER nor PEM, nor hexadecimal digits, two a byte");
	cleanup_free char *digits = strndup(text, size);
	cleanup_free uint8_t *bytes = malloc(size / 2);
	if (!digits || !bytes)
		return err_system(err, EX_OSERR, "CRL");
	if (hex_read(digits, bytes, size / 2))
		return err_bad(err, "neither DER nor PEM, nor hexadecimal digits, two a byte");
	return bytes_add(der, bytes, size / 2, err);
}

/* DER begins with a SEQUENCE, 0x30, which is the digit 0: no DER in hexadecimal does. */
int crl_decode(const void *data, size_t size, struct bytes *der, struct err *err)
{
	struct view view = view_of(data, size);
	if (!size)
		return err_bad(err, "empty");
	if (view.data[0] == 0x30)
		return bytes_add(der, data, size, err);
	return pem_is_crl(view) ? crl_from_pem(view, der, err) : crl_from_hex(data, size, der, err);
}

/* The JSON form. */

/* A member that may be missing; null says the same. */
static bool find(struct json_view object, const char *name, struct json_view *member)
{
	*member = json_view_member(object, name);
	return member->text && json_view_kind(*member) != JSON_NULL;
}

static int need(struct json_view object, const char *name, struct json_view *member, struct err *err)
{
	*member = json_view_member(object, name);
	return member->text ? 0 : err_bad(err, "%s: missing", name);
}

/* spec: quote-spec.md 3.2: an array of numbers, one a byte */
static int byte_numbers(struct json_view array, struct bytes *into, struct err *err)
{
	struct json_view item;
	for (struct json_view rest = json_view_inside(array); json_view_next(&rest, NULL, &item);) {
		double number = json_view_kind(item) == JSON_NUMBER ? json_view_number(item) : -1;
		if (number < 0 || number > 255 || number != (uint8_t)number)
			return err_bad(err, "not an array of bytes from 0 to 255");
		if (bytes_add(into, &(uint8_t){(uint8_t)number}, 1, err))
			return -1;
	}
	return 0;
}

static int string_bytes(struct json_view string, struct bytes *into, struct err *err)
{
	return json_view_kind(string) == JSON_STRING ? json_view_string(string, into, err)
						     : err_bad(err, "not %s", json_kind_name(JSON_STRING));
}

/* It goes into files and onto screens. */
int collateral_chain_check(const struct bytes *chain, struct err *err)
{
	for (size_t i = 0; i < chain->size; i++) {
		char c = chain->data[i];
		if ((c < ' ' || c > '~') && c != '\t' && c != '\r' && c != '\n')
			return err_bad(err, "offset %zu: not a character of PEM", i);
	}
	return chain->size ? 0 : err_bad(err, "empty");
}

static int read_chain(struct json_view member, struct bytes *chain, struct err *err)
{
	return string_bytes(member, chain, err) || collateral_chain_check(chain, err) ? -1 : 0;
}

static int read_crl(struct json_view member, struct bytes *der, struct err *err)
{
	cleanup_bytes struct bytes text = {0};
	if (json_view_kind(member) == JSON_ARRAY)
		return byte_numbers(member, der, err) ? -1 : der->size ? 0 : err_bad(err, "empty");
	return string_bytes(member, &text, err) ? -1 : crl_decode(text.data, text.size, der, err);
}

static int read_signature(struct json_view member, uint8_t signature[COLLATERAL_SIGNATURE_SIZE], struct err *err)
{
	cleanup_bytes struct bytes bytes = {0};
	bool is_array = json_view_kind(member) == JSON_ARRAY;
	if (is_array ? byte_numbers(member, &bytes, err) : string_bytes(member, &bytes, err))
		return -1;
	if (!is_array)
		return hex_read(bytes.data, signature, COLLATERAL_SIGNATURE_SIZE)
			       ? err_bad(err, "not %d hexadecimal digits", 2 * COLLATERAL_SIGNATURE_SIZE)
			       : 0;
	if (bytes.size != COLLATERAL_SIGNATURE_SIZE)
		return err_bad(err, "%zu bytes, not %d", bytes.size, COLLATERAL_SIGNATURE_SIZE);
	memcpy(signature, bytes.data, COLLATERAL_SIGNATURE_SIZE);
	return 0;
}

/* Where each part is in the JSON form. */
struct document_names {
	const char *text, *signature, *chain;
};

static int read_document(struct json_view object, const struct document_names *names, struct signed_document *document,
			 struct err *err)
{
	struct json_view member;
	if (need(object, names->text, &member, err))
		return -1;
	if (string_bytes(member, &document->text, err))
		return err_prefix(err, "%s", names->text);
	if (need(object, names->signature, &member, err))
		return -1;
	if (read_signature(member, document->signature, err))
		return err_prefix(err, "%s", names->signature);
	if (need(object, names->chain, &member, err))
		return -1;
	return read_chain(member, &document->issuer_chain, err) ? err_prefix(err, "%s", names->chain) : 0;
}

static int read_optional(struct json_view object, struct collateral *collateral, struct err *err)
{
	const struct {
		const char *name;
		struct bytes *into;
		int (*read)(struct json_view member, struct bytes *into, struct err *err);
	} parts[] = {{"root_ca_crl", &collateral->root_crl, read_crl},
		     {"pck_crl", &collateral->pck_crl, read_crl},
		     {"pck_crl_issuer_chain", &collateral->pck_crl_chain, read_chain},
		     {"pck_certificate_chain", &collateral->pck_chain, read_chain}};
	struct json_view member;
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (find(object, parts[i].name, &member) && parts[i].read(member, parts[i].into, err))
			return err_prefix(err, "%s", parts[i].name);
	return 0;
}

int collateral_parse(const char *text, size_t size, struct collateral *collateral, struct err *err)
{
	static const struct document_names tcb_info = {"tcb_info", "tcb_info_signature", "tcb_info_issuer_chain"},
					   identity = {"qe_identity", "qe_identity_signature",
						       "qe_identity_issuer_chain"};
	struct json_view object;
	*collateral = (struct collateral){0};
	if (json_view(text, size, &object, err))
		return -1;
	if (json_view_kind(object) != JSON_OBJECT)
		return err_bad(err, "not an object");
	return read_document(object, &tcb_info, &collateral->tcb_info, err) ||
			       read_document(object, &identity, &collateral->qe_identity, err) ||
			       read_optional(object, collateral, err)
		       ? -1
		       : 0;
}

static struct json *text_of(const struct bytes *bytes)
{
	return json_string(bytes->size ? bytes->data : "");
}

int collateral_write(const struct collateral *collateral, struct bytes *into, struct err *err)
{
	cleanup_json struct json *json = json_object();
	const struct signed_document *info = &collateral->tcb_info, *identity = &collateral->qe_identity;
	json_set(json, "tcb_info", text_of(&info->text));
	json_set(json, "tcb_info_signature", json_hex(info->signature, sizeof info->signature));
	json_set(json, "tcb_info_issuer_chain", text_of(&info->issuer_chain));
	json_set(json, "qe_identity", text_of(&identity->text));
	json_set(json, "qe_identity_signature", json_hex(identity->signature, sizeof identity->signature));
	json_set(json, "qe_identity_issuer_chain", text_of(&identity->issuer_chain));
	if (collateral->root_crl.size)
		json_set(json, "root_ca_crl", json_hex(collateral->root_crl.data, collateral->root_crl.size));
	if (collateral->pck_crl.size)
		json_set(json, "pck_crl", json_hex(collateral->pck_crl.data, collateral->pck_crl.size));
	if (collateral->pck_crl_chain.size)
		json_set(json, "pck_crl_issuer_chain", text_of(&collateral->pck_crl_chain));
	if (collateral->pck_chain.size)
		json_set(json, "pck_certificate_chain", text_of(&collateral->pck_chain));
	return json_write(json, true, into, err);
}
