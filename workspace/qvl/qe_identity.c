#include "qe_identity.h"

#include "document.h"

#include <inttypes.h>
#include <string.h>

void qe_identity_free(struct qe_identity *identity)
{
	isv_levels_free(&identity->levels);
	*identity = (struct qe_identity){0};
}

/* spec: quote-spec.md 2.8, 7.9 */
static int read_kind(struct json_view object, struct qe_identity *it, struct err *err)
{
	char id[MODULE_ID_SIZE];
	uint32_t version;
	if (document_text(object, "id", id, sizeof id, err))
		return -1;
	it->is_tdx = !strcmp(id, "TD_QE");
	if (!it->is_tdx && strcmp(id, "QE"))
		return err_bad(err, "id: '%s', neither QE nor TD_QE", id);
	if (document_number(object, "version", UINT32_MAX, &version, err))
		return -1;
	return version == 2 ? 0 : err_bad(err, "version: %" PRIu32 ", not 2", version);
}

static int read_enclave(struct json_view object, struct qe_identity *it, struct err *err)
{
	return document_hex(object, "miscselect", it->misc_select, sizeof it->misc_select, err) ||
			       document_hex(object, "miscselectMask", it->misc_select_mask, sizeof it->misc_select_mask,
					    err) ||
			       document_hex(object, "attributes", it->attributes, sizeof it->attributes, err) ||
			       document_hex(object, "attributesMask", it->attributes_mask, sizeof it->attributes_mask,
					    err) ||
			       document_hex(object, "mrsigner", it->mr_signer, sizeof it->mr_signer, err) ||
			       document_svn(object, "isvprodid", &it->isv_prod_id, err)
		       ? -1
		       : 0;
}

int qe_identity_parse(const char *text, size_t size, struct qe_identity *identity, struct err *err)
{
	struct json_view object;
	*identity = (struct qe_identity){0};
	return document_open(text, size, &object, err) || read_kind(object, identity, err) ||
			       document_date(object, "issueDate", identity->issued_text, &identity->issued, err) ||
			       document_date(object, "nextUpdate", identity->next_update_text, &identity->next_update,
					     err) ||
			       document_number(object, "tcbEvaluationDataNumber", UINT32_MAX,
					       &identity->evaluation_number, err) ||
			       read_enclave(object, identity, err) ||
			       document_isv_levels(object, &identity->levels, err)
		       ? -1
		       : 0;
}
