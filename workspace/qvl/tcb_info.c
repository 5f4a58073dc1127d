#include "tcb_info.h"

#include "document.h"

#include <inttypes.h>
#include <string.h>

void tcb_info_free(struct tcb_info *info)
{
	isv_levels_free(&info->module.levels);
	for (size_t i = 0; i < info->identity_count; i++)
		isv_levels_free(&info->identities[i].levels);
	for (size_t i = 0; i < info->level_count; i++)
		advisories_free(&info->levels[i].advisories);
	free(info->identities);
	free(info->levels);
	*info = (struct tcb_info){0};
}

/* spec: quote-spec.md 2.10, 7.9: version 3; version 2 for SGX, where id may be missing */
static int read_kind(struct json_view object, struct tcb_info *info, struct err *err)
{
	char id[MODULE_ID_SIZE] = "SGX";
	uint32_t version;
	if (document_number(object, "version", UINT32_MAX, &version, err))
		return -1;
	if (version != 2 && version != 3)
		return err_bad(err, "version: %" PRIu32 ", neither 2 nor 3", version);
	info->version = version;
	if ((version == 3 || json_view_member(object, "id").text) && document_text(object, "id", id, sizeof id, err))
		return -1;
	info->is_tdx = !strcmp(id, "TDX");
	if (!info->is_tdx && strcmp(id, "SGX"))
		return err_bad(err, "id: '%s', neither SGX nor TDX", id);
	return info->is_tdx && version == 2 ? err_bad(err, "id: TDX, in version 2, which is for SGX") : 0;
}

static int read_head(struct json_view object, struct tcb_info *info, struct err *err)
{
	return document_date(object, "issueDate", info->issued_text, &info->issued, err) ||
			       document_date(object, "nextUpdate", info->next_update_text, &info->next_update, err) ||
			       document_hex(object, "fmspc", info->fmspc, sizeof info->fmspc, err) ||
			       document_hex(object, "pceId", info->pce_id, sizeof info->pce_id, err) ||
			       document_number(object, "tcbType", UINT32_MAX, &info->tcb_type, err) ||
			       document_number(object, "tcbEvaluationDataNumber", UINT32_MAX, &info->evaluation_number,
					       err)
		       ? -1
		       : 0;
}

static int read_signer(struct json_view object, struct tdx_module *module, struct err *err)
{
	return document_hex(object, "mrsigner", module->mr_signer, sizeof module->mr_signer, err) ||
			       document_hex(object, "attributes", module->attributes, sizeof module->attributes, err) ||
			       document_hex(object, "attributesMask", module->attributes_mask,
					    sizeof module->attributes_mask, err)
		       ? -1
		       : 0;
}

static int read_module(struct json_view object, struct tcb_info *info, struct err *err)
{
	struct json_view module;
	info->has_module = json_view_member(object, "tdxModule").text != NULL;
	if (!info->has_module)
		return 0;
	if (document_member(object, "tdxModule", JSON_OBJECT, &module, err))
		return -1;
	return read_signer(module, &info->module, err) ? err_prefix(err, "tdxModule") : 0;
}

static int read_identity(struct json_view object, struct tdx_module *module, struct err *err)
{
	return document_text(object, "id", module->id, sizeof module->id, err) || read_signer(object, module, err) ||
			       document_isv_levels(object, &module->levels, err)
		       ? -1
		       : 0;
}

static int read_identities(struct json_view object, struct tcb_info *info, struct err *err)
{
	struct json_view array, item;
	info->has_identities = json_view_member(object, "tdxModuleIdentities").text != NULL;
	if (!info->has_identities)
		return 0;
	if (document_member(object, "tdxModuleIdentities", JSON_ARRAY, &array, err))
		return -1;
	info->identities = calloc(document_count(array) + 1, sizeof *info->identities);
	if (!info->identities)
		return err_system(err, EX_OSERR, "tdxModuleIdentities");
	for (struct json_view rest = json_view_inside(array); json_view_next(&rest, NULL, &item);)
		if (read_identity(item, &info->identities[info->identity_count++], err))
			return err_prefix(err, "tdxModuleIdentities: %zu", info->identity_count - 1);
	return 0;
}

static int read_components(struct json_view tcb, const char *name, uint16_t svns[TCB_COMPONENTS], struct err *err)
{
	struct json_view array, item;
	size_t i = 0;
	if (document_member(tcb, name, JSON_ARRAY, &array, err))
		return -1;
	size_t count = document_count(array);
	if (count != TCB_COMPONENTS)
		return err_bad(err, "%s: %zu of them, not %d", name, count, TCB_COMPONENTS);
	for (struct json_view rest = json_view_inside(array); json_view_next(&rest, NULL, &item); i++)
		if (document_svn(item, "svn", &svns[i], err))
			return err_prefix(err, "%s: %zu", name, i);
	return 0;
}

/* spec: quote-spec.md 7.9: sgxtcbcomp01svn to sgxtcbcomp16svn */
static int read_named_components(struct json_view tcb, uint16_t svns[TCB_COMPONENTS], struct err *err)
{
	char name[32];
	for (unsigned i = 0; i < TCB_COMPONENTS; i++) {
		snprintf(name, sizeof name, "sgxtcbcomp%02usvn", i + 1);
		if (document_svn(tcb, name, &svns[i], err))
			return -1;
	}
	return 0;
}

static int read_tcb(struct json_view tcb, const struct tcb_info *info, struct tcb_level *level, struct err *err)
{
	if (info->version == 2 ? read_named_components(tcb, level->sgx, err)
			       : read_components(tcb, "sgxtcbcomponents", level->sgx, err))
		return -1;
	if (info->is_tdx && read_components(tcb, "tdxtcbcomponents", level->tdx, err))
		return -1;
	return document_svn(tcb, "pcesvn", &level->pce_svn, err);
}

static int read_level(struct json_view object, const struct tcb_info *info, struct tcb_level *level, struct err *err)
{
	struct json_view tcb;
	if (document_member(object, "tcb", JSON_OBJECT, &tcb, err))
		return -1;
	if (read_tcb(tcb, info, level, err))
		return err_prefix(err, "tcb");
	return document_date(object, "tcbDate", level->date, NULL, err) ||
			       document_status(object, &level->status, err) ||
			       document_advisories(object, &level->advisories, err)
		       ? -1
		       : 0;
}

static int read_levels(struct json_view object, struct tcb_info *info, struct err *err)
{
	struct json_view array, item;
	if (document_member(object, "tcbLevels", JSON_ARRAY, &array, err))
		return -1;
	info->levels = calloc(document_count(array) + 1, sizeof *info->levels);
	if (!info->levels)
		return err_system(err, EX_OSERR, "tcbLevels");
	for (struct json_view rest = json_view_inside(array); json_view_next(&rest, NULL, &item);)
		if (read_level(item, info, &info->levels[info->level_count++], err))
			return err_prefix(err, "tcbLevels: %zu", info->level_count - 1);
	return 0;
}

int tcb_info_parse(const char *text, size_t size, struct tcb_info *info, struct err *err)
{
	struct json_view object;
	*info = (struct tcb_info){0};
	if (document_open(text, size, &object, err) || read_kind(object, info, err) || read_head(object, info, err))
		return -1;
	if (info->is_tdx && (read_module(object, info, err) || read_identities(object, info, err)))
		return -1;
	return read_levels(object, info, err);
}
