#include "collateral.h"

#include "file.h"
#include "hex.h"
#include "json_view.h"

#include <string.h>
#include <sys/stat.h>

/* A served answer. What was signed are the bytes from the object's { to its }, as they stand. spec: quote-spec.md 4 */

int signed_document_parse(const char *text, size_t size, const char *member, struct signed_document *document,
			  struct err *err)
{
	cleanup_bytes struct bytes digits = {0};
	struct json_view object, inner, signature;
	if (json_view(text, size, &object, err))
		return -1;
	if (json_view_kind(object) != JSON_OBJECT)
		return err_bad(err, "not an object");
	inner = json_view_member(object, member);
	signature = json_view_member(object, "signature");
	if (!inner.text || json_view_kind(inner) != JSON_OBJECT)
		return err_bad(err, "%s: %s", member, inner.text ? "not an object" : "missing");
	if (!signature.text || json_view_kind(signature) != JSON_STRING)
		return err_bad(err, "signature: %s", signature.text ? "not a string" : "missing");
	if (json_view_string(signature, &digits, err))
		return -1;
	if (hex_read(digits.data, document->signature, sizeof document->signature))
		return err_bad(err, "signature: not %zu hexadecimal digits", 2 * sizeof document->signature);
	return bytes_add(&document->text, inner.text, inner.size, err);
}

/* The files of a folder. */

enum form { FORM_ANSWER, FORM_CHAIN, FORM_CRL };
struct part {
	const char *name;
	enum form form;
	bool is_optional;
	size_t at;          /* in struct collateral */
	const char *member; /* of an answer */
};
static const struct part parts[] = {
	{"tcb-info.json", FORM_ANSWER, false, offsetof(struct collateral, tcb_info), "tcbInfo"},
	{"tcb-info.pem", FORM_CHAIN, false, offsetof(struct collateral, tcb_info.issuer_chain), NULL},
	{"qe-identity.json", FORM_ANSWER, false, offsetof(struct collateral, qe_identity), "enclaveIdentity"},
	{"qe-identity.pem", FORM_CHAIN, false, offsetof(struct collateral, qe_identity.issuer_chain), NULL},
	{"root-ca.crl", FORM_CRL, true, offsetof(struct collateral, root_crl), NULL},
	{"pck.crl", FORM_CRL, true, offsetof(struct collateral, pck_crl), NULL},
	{"pck-crl.pem", FORM_CHAIN, true, offsetof(struct collateral, pck_crl_chain), NULL},
	{"pck.pem", FORM_CHAIN, true, offsetof(struct collateral, pck_chain), NULL},
};
enum { PARTS = sizeof parts / sizeof *parts };

const char *collateral_file_name(size_t index)
{
	return index < PARTS ? parts[index].name : NULL;
}

static char *path_of(const char *folder, const struct part *part, struct err *err)
{
	char *path;
	if (asprintf(&path, "%s/%s", folder, part->name) >= 0)
		return path;
	err_system(err, EX_OSERR, "memory");
	return NULL;
}

static int read_form(const struct part *part, struct bytes *file, void *into, struct err *err)
{
	switch (part->form) {
	case FORM_ANSWER:
		return signed_document_parse(file->data, file->size, part->member, into, err);
	case FORM_CRL:
		return crl_decode(file->data, file->size, into, err);
	case FORM_CHAIN:
		break;
	}
	return collateral_chain_check(file, err) ? -1 : bytes_add(into, file->data, file->size, err);
}

static int read_part(const char *folder, const struct part *part, struct collateral *collateral, struct err *err)
{
	cleanup_bytes struct bytes file = {0};
	cleanup_free char *path = path_of(folder, part, err);
	if (!path)
		return -1;
	if (access(path, F_OK) && errno == ENOENT)
		return part->is_optional ? 0 : err_bad(err, "%s: missing", part->name);
	if (file_load(path, COLLATERAL_CAP, &file, err) || read_form(part, &file, (char *)collateral + part->at, err))
		return err_prefix(err, "%s", part->name);
	return 0;
}

static int load_file(const char *path, struct collateral *collateral, struct err *err)
{
	cleanup_bytes struct bytes file = {0};
	if (file_load(path, COLLATERAL_CAP, &file, err))
		return -1;
	return collateral_parse(file.data, file.size, collateral, err);
}

int collateral_load(const char *path, struct collateral *collateral, struct err *err)
{
	struct stat status;
	*collateral = (struct collateral){0};
	if (!strcmp(path, "-") || stat(path, &status) || !S_ISDIR(status.st_mode))
		return load_file(path, collateral, err);
	for (size_t i = 0; i < PARTS; i++)
		if (read_part(path, &parts[i], collateral, err))
			return -1;
	return 0;
}

static int write_answer(const struct part *part, const struct signed_document *document, struct bytes *into,
			struct err *err)
{
	char digits[2 * COLLATERAL_SIGNATURE_SIZE + 1];
	hex_write(document->signature, sizeof document->signature, digits);
	return bytes_addf(into, err, "{\"%s\":", part->member) ||
			       bytes_add(into, document->text.data, document->text.size, err) ||
			       bytes_addf(into, err, ",\"signature\":\"%s\"}", digits)
		       ? -1
		       : 0;
}

static int write_part(const struct collateral *collateral, const char *folder, const struct part *part, struct err *err)
{
	const void *from = (const char *)collateral + part->at;
	const struct bytes *bytes = from;
	cleanup_bytes struct bytes answer = {0};
	cleanup_free char *path = path_of(folder, part, err);
	if (part->form == FORM_ANSWER) {
		if (write_answer(part, from, &answer, err))
			return -1;
		bytes = &answer;
	}
	if (!path || (bytes->size && file_save(path, bytes->data, bytes->size, err)))
		return path ? err_prefix(err, "%s", part->name) : -1;
	return 0;
}

int collateral_write_folder(const struct collateral *collateral, const char *path, struct err *err)
{
	for (size_t i = 0; i < PARTS; i++)
		if (write_part(collateral, path, &parts[i], err))
			return -1;
	return 0;
}
